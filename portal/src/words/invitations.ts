/** Sentences about colleagues who were invited and have not answered. */
export const invitations = {
  'invite.title': 'Invite a colleague',
  'invite.email': 'E-mail',
  'invite.email_wrong': 'Enter an e-mail address.',
  'invite.role': 'Role',
  'invite.act': 'Send the invitation',
  'invite.done': 'Invitation sent to {email}',
  'invitations.title': 'Invitations without an answer',
  'invitations.confirm': 'Who is invited is shown once you have confirmed that it is you.',
  'invitations.none': 'Nobody is invited at the moment.',
  'invitations.by': 'Invited by',
  'invitations.ends': 'Link works until',
  'invitations.withdraw': 'Withdraw',
  'invitations.withdraw_act': 'Withdraw the invitation',
  'invitations.withdraw_title': 'Withdraw the invitation of {email}?',
  'invitations.withdraw_effect':
    'The link in the mail then says that it was withdrawn, and brings nobody in. You can invite {email} again at any time.',
  'invitations.keep': 'Keep the invitation',
  'invitations.withdrawn': 'Invitation of {email} withdrawn',
  'status.invitation.open': 'Waits for an answer',
  'status.invitation.withdrawn': 'Withdrawn',
  'status.invitation.ran_out': 'Ran out',
} as const
