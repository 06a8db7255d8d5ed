/** Sentences of what the organisation sees at one glance on its front page; they come with that piece. */
export const glance = {
  'glance.title': 'At a glance',
  'glance.requests': 'Requests for you',
  'glance.requests_note':
    '{count, plural, =0 {Nothing waits for an answer.} one {It waits for an answer.} other {They wait for an answer.}}',
  'glance.visits': 'Visits, 7 days',
  'glance.visits_note':
    '{people, plural, =0 {Nobody of a partner came in.} one {By one person.} other {By # people.}}',
  'glance.elevations': 'More access now',
  'glance.elevations_note':
    '{count, plural, =0 {Nobody has more than agreed.} one {One person for a while.} other {# people for a while.}}{waiting, plural, =0 {} one { One request waits for you.} other { # requests wait for you.}}',
  'glance.notices': 'New notices',
  'glance.notices_note':
    '{count, plural, =0 {You have read all of them.} one {You have not read it yet.} other {You have not read them yet.}}',
  'glance.tickets_note':
    '{count, plural, =0 {Nothing is open.} one {One ticket is not finished.} other {# tickets are not finished.}}',
  'glance.exports': 'Files ready',
  'glance.exports_note':
    '{count, plural, =0 {No file waits to be fetched.} one {Kept for seven days.} other {Each is kept for seven days.}}',
} as const
