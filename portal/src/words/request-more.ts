/** Sentences of the form with which a partner asks for a link. */
export const requestMore = {
  'request.hours': 'Within how many hours do you promise a first answer? (optional)',
  'request.hours_about': 'They read it before they decide, and it is kept with what they agree to.',
  'request.hours_bad': 'Enter whole hours between 1 and 720, or leave it empty.',
  'request.starts': 'From which day? (optional)',
  'request.starts_about': 'From midnight UTC, tomorrow at the earliest. Empty: as soon as they agree.',
  'request.starts_bad': 'Choose tomorrow or a later day, or leave the day empty.',
  'request.pays.services': 'Who pays for services and the work on them?',
  'request.pays.api_calls': 'Who pays for API calls?',
  'request.pays.seats': 'Who pays for seats?',
  'request.pays.exports': 'Who pays for exports?',
  'request.party.tenant': 'The tenant',
  'request.party.partner': 'Your organisation',
  'request.party.split': 'Shared, as agreed',
  'request.title': 'Request a link',
  'request.lead': 'You ask, the tenant decides. They read every line of this.',
  'request.by': 'How do you name the tenant?',
  'request.by.slug': 'By its partner code',
  'request.by.code': 'By an invitation code that they gave you',
  'request.code': 'Invitation code',
  'request.code_about':
    'Seven groups of four letters and digits. Capitals, blanks and dashes do not matter. It can be used once.',
  'request.code_missing': 'Enter the invitation code.',
  'request.sent_code':
    'If the invitation code “{code}…” can be used, the administrators of the tenant that gave it to you have been asked.',
  'request.slug': 'Partner code of the tenant',
  'request.slug_about': 'Ask the tenant; it stands there under “Who has access”.',
  'request.slug_missing': 'Enter the partner code of the tenant.',
  'request.more': 'Change who pays, offer conditions, name a distributor',
  'request.offer': 'What you offer to keep to, besides what they ask',
  'request.offer.reason': 'A reason each time somebody of you comes in',
  'request.offer.fresh': 'A second sign-in step within the last hour',
  'request.offer.passkey': 'A passkey, not a code',
  'request.offer_networks': 'Only from these networks (optional)',
  'request.offer_networks_about':
    'Addresses or ranges such as 192.0.2.0/24, one a line. What you offer holds from the first day; only they can lift it.',
  'request.via': 'Code of the distributor',
  'request.via_about':
    'Only when another partner stands between you and the tenant. It sees name, state and totals of the link, and opens nothing.',
  'request.note':
    'The tenant may give you less than you ask for, or for a shorter time. Everything you do there is shown to them.',
  'request.send': 'Send the request',
  'request.sent_title': 'Request sent',
  'request.sent_text':
    'If there is a tenant with the partner code “{slug}”, its administrators have been asked.',
  'request.sent_next':
    'For their safety we do not say whether it exists. You are told when they answer; a request runs out after 30 days.',
  'request.sent_next_code':
    'For their safety we do not say whether it can. You are told when they answer; a request runs out after 30 days.',
  'request.sent_list': 'See your requests',
} as const
