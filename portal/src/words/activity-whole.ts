/** Sentences about whether the log of a time is complete. */
export const activityWhole = {
  'whole.events':
    '{count, plural, =0 {No events in this time} one {# event in this time} other {# events in this time}}, none missing.',
  'whole.more':
    'More than {count, plural, other {#}} events in this time; none of the newest {count, plural, other {#}} is missing.',
  'whole.missing':
    '{count, plural, one {# event of this time is} other {# events of this time are}} missing.',
  'whole.waiting': '{count, plural, one {# waits} other {# wait}} for a seal, which takes seconds.',
  'whole.sealed': 'The log was last sealed on {at}.',
  'whole.unsealed': 'The log is not sealed yet.',
  'whole.verified': 'The provider verified the whole log on {at}.',
  'whole.faults':
    'The provider verified the whole log on {at} and found {count, plural, one {# fault} other {# faults}}.',
  'whole.unverified': 'No verification of the whole log is recorded.',
} as const
