/** Sentences for developers of a partner: the calls of their API clients, and the sandbox. */
export const developers = {
  'calls.title': 'Calls of your clients',
  'calls.lead':
    'What your API clients did, and what they were refused and why. The customer reads the same about its own data.',
  'calls.note': 'Newest first, times in UTC. Without a first day: the last 7 days.',
  'calls.request': 'Request id',
  'calls.client': 'Client',
  'calls.any_client': 'All clients',
  'calls.code': 'Code',
  'calls.customer': 'Customer',
  'calls.any_customer': 'All customers',
  'calls.when': 'When',
  'calls.call': 'Call',
  'calls.outcome': 'Outcome',
  'calls.why': 'Why?',
  'calls.repeats': '{count} times',
  'calls.empty': 'No calls yet',
  'calls.empty_text': 'As soon as one of your clients gets a token or calls the API, it stands here.',
  'calls.shown': '{count, plural, one {# line} other {# lines}} shown',
  'calls.counted_title': 'What stands here, and what does not',
  'calls.counted':
    'Like reads within a minute and like refusals within ten seconds are one line that says how many they were. A call without a token of yours names no client, so it is not here. What fails for its content (422) or because there were too many (429) is told by the answer alone.',
  'calls.of_client': 'See its calls',
} as const
