/** The words of a decision that is explained. */
export const explained = {
  'explain.gone': 'This explanation cannot be opened. It is kept for 30 days.',
  'explain.allowed': 'This is allowed.',
  'explain.refused': 'This is refused.',
  'explain.steps': 'What was checked, in order',
  'explain.who': 'Who can do that: {who}.',
  'explain.rest':
    '{count, plural, one {# more check was not looked at} other {# more checks were not looked at}}, because an earlier one refused',
  'explain.configuration': 'Version {version} of the configuration of the partner was in force.',
  'explain.as_of': 'As it was on {at}',
}
