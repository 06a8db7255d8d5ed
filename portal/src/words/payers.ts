/** Who pays for what a partner does, as the partner reads it. */
export const payers = {
  'payers.tenant': 'The tenant pays for {what}.',
  'payers.partner': 'Your organisation pays for {what}.',
  'payers.split': 'The tenant and your organisation share the cost of {what} as agreed.',
  'payers.services': 'services and the work on them',
  'payers.api_calls': 'API calls',
  'payers.seats': 'seats',
  'payers.exports': 'exports',
} as const
