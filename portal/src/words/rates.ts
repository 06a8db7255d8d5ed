/** Sentences about sums that are shown in one currency; they come with the pieces that show them. */
export const rates = {
  'rates.show_in': 'Show also in',
  'rates.show_none': 'None',
  'rates.rate': '{from} at {rate} of {date}',
  'rates.none': 'No rate was needed.',
  'rates.no_sum':
    'No sum in {currency}: there is no rate for {currencies} of the last 31 days. {count, plural, one {That currency stays} other {Those currencies stay}} apart below.',
} as const
