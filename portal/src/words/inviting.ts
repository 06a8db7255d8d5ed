/** Sentences about inviting a partner. */
export const inviting = {
  'inviting.second': '{partner} can accept this invitation once a second admin has agreed to it.',
  'inviting.agree': 'Agree to the invitation',
  'inviting.agreed': '{partner} can accept now',
  'invite_partner.title': 'Invite a partner',
  'invite_partner.lead':
    'They see this invitation and accept or decline it. Nothing opens before they accept.',
  'invite_partner.slug': 'Code of the partner',
  'invite_partner.role': 'What should they be able to do?',
  'invite_partner.message': 'Say what they should do for you, in a sentence or two.',
  'invite_partner.accounts': "Only the partner's own accounts, nothing of the rest",
  'invite_partner.accounts_about':
    'For a reseller. You say which subscribers are its accounts under “Accounts of partners”.',
  'invite_partner.act': 'Send the invitation',
  'invite_partner.done': '{partner} was invited',
  'invite_partner.slug_about': 'Ask that partner for its code.',
  'invite_partner.missing': 'Enter the code of the partner.',
} as const
