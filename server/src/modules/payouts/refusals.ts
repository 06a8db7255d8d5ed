import { guardedBy } from '#platform/guarded.ts'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  payout_batch_two_people: [
    'PAYOUT_SECOND_PERSON',
    'You built or submitted this batch; somebody else approves it.',
  ],
  payout_batch_submitter_gone: [
    'PAYOUT_STATE_CONFLICT',
    'Whoever submitted this batch is no admin any more, so only one person would answer for it: submit it anew in your own name, and another admin approves it; or cancel it.',
  ],
  payout_batch_own_partner: [
    'PAYOUT_OWN_PARTNER',
    'Somebody who decides about this batch is a member of a partner in it.',
  ],
  payout_batch_transition: ['PAYOUT_STATE_CONFLICT', 'The batch is in a state from which this is not done.'],
  payout_batch_open: ['PAYOUT_STATE_CONFLICT', 'The batch still has open items.'],
  payout_item_transition: ['PAYOUT_STATE_CONFLICT', 'The item is in a state from which this is not done.'],
  payout_item_identity: ['PAYOUT_STATE_CONFLICT', 'The item has ended.'],
  payout_item_batch: ['PAYOUT_STATE_CONFLICT', 'The batch is in a state in which its items do not do this.'],
  payout_account_current: ['PAYOUT_ACCOUNT_CONFLICT', 'The account was replaced in between; read it again.'],
  payout_account_actor: [
    'PAYOUT_ACCOUNT_CONFLICT',
    'The account is verified already, or is your own partner’s.',
  ],
  payout_account_ended: ['PAYOUT_ACCOUNT_CONFLICT', 'The account was replaced in between; read it again.'],
  payout_account_two_people: ['PAYOUT_ACCOUNT_CONFLICT', 'Whoever gave an account does not verify it.'],
  payout_hand_over_batch: ['PAYOUT_STATE_CONFLICT', 'The batch is not being paid by the finance system.'],
  tax_document_transition: ['TAX_DOCUMENT_CONFLICT', 'The document was decided already.'],
  tax_document_actor: ['TAX_DOCUMENT_CONFLICT', 'The document is your own partner’s.'],
})
