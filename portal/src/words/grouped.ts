/** Words of long lists of what somebody may do, by what it is about. */
export const grouped = {
  'grouped.money': 'Can cost money',
  'grouped.rest': '{count, plural, one {Show one more} other {Show # more}}',
} as const
