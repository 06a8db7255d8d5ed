/** The words of the page on which a partner ends a link. */
export const endLink = {
  'end.title': 'End the link with {tenant}?',
  'end.title_plain': 'End the link',
  'end.back': 'The link',
  'end.people':
    '{count, plural, =0 {Nobody is assigned to this link.} one {# person loses access to {tenant} at once.} other {# people lose access to {tenant} at once.}}',
  'end.would_end': 'By itself it would end on {date}.',
  'end.only_tenant': 'Only {tenant} can let you in again.',
  'end.kept': 'The activity stays readable on both sides, and {tenant} keeps all its data.',
  'end.type': "Type the tenant's name to confirm",
  'end.act': 'End the link with {tenant}',
  'end.keep': 'Keep the link',
  'end.done': 'Link with {tenant} ended',
}
