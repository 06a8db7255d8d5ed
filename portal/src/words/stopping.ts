/** Sentences of the emergency stops: of all partner access, and of everything of one partner. */
export const stopping = {
  'stopall.title': 'Stop every partner now?',
  'stopall.lead': 'For emergencies. Use it when you do not know yet who or what is at fault.',
  'stopall.table': 'What stops',
  'stopall.effect':
    '{count, plural, one {One partner} other {# partners}} and {people, plural, one {one person} other {# people}} lose access now.',
  'stopall.next_request': 'It holds from their very next request, also in pages they have open.',
  'stopall.effect_codes': 'Nobody can ask you with an invitation code that you gave out before.',
  'stopall.back': 'To come back, each of them has to ask and you have to approve again.',
  'stopof.title': 'Stop everything of {partner}?',
  'stopof.lead': 'Ends every way in that this partner has, in one step.',
  'stopof.act':
    '{count, plural, one {Stop the access of {partner}} other {Stop all # accesses of {partner}}}',
  'stopof.none': 'This partner has no access',
  'stopof.none_text': 'There is nothing to stop.',
  'stopall.type': "Type your organisation's name to confirm",
  'stopall.keep': 'Keep access',
  'stopall.done_title': 'All partner access stopped, {at}',
  'stopall.done':
    '{count, plural, =0 {No partner had access.} one {One partner was cut off.} other {# partners were cut off.}}',
  'stopall.done_kinds': 'Stopped: {list}.',
  'stopall.count_link': '{count, plural, one {one access of people} other {# accesses of people}}',
  'stopall.count_request': '{count, plural, one {one request} other {# requests}}',
  'stopall.count_consent': '{count, plural, one {one app} other {# apps}}',
  'stopall.count_resale': '{count, plural, one {one wholesaler} other {# wholesalers}}',
  'stopall.count_home': 'your own partner',
  'stopall.count_form_token': '{count, plural, one {one form code} other {# form codes}}',
  'stopall.count_agency_key': '{count, plural, one {one server key} other {# server keys}}',
  'stopall.count_code': '{count, plural, one {one invitation code} other {# invitation codes}}',
  'stopall.done_one': '{partner}, {count, plural, =0 {nobody assigned} one {# person} other {# people}}',
  'stopall.done_next': 'To allow a partner again, they have to ask again. This list is your record.',
  'stopall.act_count':
    '{count, plural, =0 {Stop all partner access now} one {Stop the one access now} other {Stop all # now}}',
  'stopall.way_request': 'Asks to be let in',
  'stopall.way_form': 'Form {name}',
  'stopall.way_key': 'Server key {name}',
  'stopall.orders': 'Open orders',
  'stopall.app': '{partner}, app {app}',
  'stopall.wholesaler': '{partner}, wholesaler',
  'stopall.home': '{partner}, your own partner',
  'stopall.form_token': '{agency}, form {name}',
  'stopall.agency_key': '{agency}, server key {name}',
  'stopall.code': 'Invitation code {code}…',
  'stopall.forms': 'Close the forms and server keys of agencies, too',
  'stopall.forms_about':
    'Whoever opens such a form finds it closed, and the server keys of agencies stop. Each form needs a new token afterwards.',
  'stopall.effect_apps':
    '{count, plural, one {One app of a partner stops too.} other {# apps of partners stop too.}}',
  'stopall.effect_wholesalers':
    '{count, plural, one {One wholesaler stops too.} other {# wholesalers stop too.}}',
  'stopall.effect_home':
    'The partner that you are yourself stops too: its apps use your accounts no longer, and it pays with them for nothing.',
} as const
