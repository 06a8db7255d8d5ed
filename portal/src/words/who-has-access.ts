/** What every member of an organisation reads about partner access. */
export const whoHasAccess = {
  'who.title': 'Who has access to {org}',
  'who.lead': 'Computed now. Administrators of {org} decide who gets access, narrow it and stop it.',
  'who.none': 'No partner has access to {org}.',
  'who.none_text': 'Nobody outside {org} sees its data.',
  'who.link': 'Its people sign in, as {role}',
  'who.consent': 'Its app {app} works for {org}',
  'who.resale': 'It is the wholesaler of {org}',
  'who.home': 'It is {org} itself, and has no app yet',
  'who.home_app': 'It is {org} itself: its app {app} uses all accounts',
  'who.since': 'Since',
  'who.until': 'Until',
  'who.until_stopped': 'Until somebody stops it',
  'who.how': 'How',
  'who.can': 'What it can do',
  'who.ask': 'Something looks wrong? Tell an administrator of {org}: they can stop an access at once.',
} as const
