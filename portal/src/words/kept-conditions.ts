/** What the people of a partner keep to, on the page of its access. */
export const keptConditions = {
  'kept.title': 'What {partner} has to keep to',
  'kept.reason': 'A reason each time they come in',
  'kept.factor_hours': 'A second sign-in step, at most this many hours old: {age}',
  'kept.factor_minutes': 'A second sign-in step, at most this many minutes old: {age}',
  'kept.factor_seconds': 'A second sign-in step, at most this many seconds old: {age}',
  'kept.passkey': 'A passkey, not a code',
  'kept.networks': 'Only from these networks: {ranges}',
  'kept.noted': 'From any network; addresses outside {ranges} are noted',
  'kept.hours': 'Only at these hours: {hours} ({zone})',
  'kept.elevation': 'Downloads, orders and the like only with more access for a while',
  'kept.elevation_own': 'More access for a while only after one of you allowed it',
} as const
