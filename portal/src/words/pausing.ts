/** Sentences about partners whom an organisation paused, all at once or one of them, wherever their access is shown. */
export const pausing = {
  'freeze.standing': '{who}: access is paused since {at}, by {name}.',
  'freeze.nothing_open': 'Nothing is open for {who} now. This only keeps them from coming back.',
  'freeze.nothing_open_all': 'No partner has access now. This only keeps them from coming back.',
  'freeze.can': '{who} could, and can again once the access is continued',
  'freeze.lift_two_own': 'Access of all partners opens again only when a second admin of {who} confirms it.',
  'freeze.lift_asked': 'One of two people asked to continue it. Another admin confirms.',
  'freeze.lift_asked_own': 'You asked to continue it. Another admin confirms.',
} as const
