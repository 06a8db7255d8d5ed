import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const BATCH = { one: 'payout batch', many: 'payout batches' }
const ITEM = { one: 'payout', many: 'payouts' }
const ACCOUNT = { one: 'payout account', many: 'payout accounts' }
const DOCUMENT = { one: 'tax document', many: 'tax documents' }
const STATEMENT = { one: 'statement', many: 'statements' }
const REFERRAL = { one: 'referral', many: 'referrals' }

/** What becomes of payouts, of the accounts they go to, of tax documents and of statements. */
export const PAYOUT_PHRASES: Readonly<Record<string, Phrase>> = {
  'program.payout_batch.created': says('built the {x}', BATCH),
  'program.payout_batch.submitted': says('submitted the {x} for a second person', BATCH),
  'program.payout_batch.approved': says('approved the {x}', BATCH),
  'program.payout_batch.exported': says('handed the {x} over to be paid', BATCH),
  'program.payout_batch.sent_again': says('sent the {x} to the finance system again', BATCH),
  'program.payout_batch.taken': says('The finance system took the {x}', BATCH),
  'program.payout_batch.not_taken': says('The finance system did not take the {x}', BATCH),
  'program.payout_batch.downloaded': says('took the file for the bank of the {x}', BATCH),
  'program.payout_batch.cancelled': says('cancelled the {x}', BATCH),
  'program.payout_batch.completed': says('completed the {x}', BATCH),
  'program.payout_batch.partially_failed': says('ended the {x}, of which a part failed', BATCH),
  'program.payout_results.taken': says('handed in what became of payouts'),
  'program.payout_item.approved': says('approved the {x}{for}', ITEM),
  'program.payout_item.sent': says('handed the {x}{for} over to be paid', ITEM),
  'program.payout_item.paid': says('recorded the {x}{for} as paid', ITEM),
  'program.payout_item.failed': says('recorded that the {x}{for} failed', ITEM),
  'program.payout_item.cancelled': says('took back the {x}{for}', ITEM),
  'program.payout_account.changed': says('changed the {x}', ACCOUNT),
  'program.payout_account.verified': says('verified the {x}', ACCOUNT),
  'program.payout_account.held': says('stopped payouts to the {x}', ACCOUNT),
  'program.payout_account.released': says('let payouts to the {x} go on', ACCOUNT),
  'program.payout_policy.changed': says('changed how payouts are made'),
  'program.payout_receiver.changed': says('changed where payouts are handed over'),
  'program.payout_receiver.tested': says('sent a test message to where payouts are handed over'),
  'program.payout_receiver.secret_rotated': says('put a new secret in force for handing payouts over'),
  'program.tax_document.submitted': says('handed in the {x}', DOCUMENT),
  'program.tax_document.verified': says('verified the {x}{for}', DOCUMENT),
  'program.tax_document.rejected': says('rejected the {x}{for}', DOCUMENT),
  'program.tax_document.expired': says('The {x}{for} ran out', DOCUMENT),
  'program.earning.exported': says('took a file of what the partner earned'),
  'exports.referrals': says('exported {x}', REFERRAL),
  'exports.statements': says('exported {x}', STATEMENT),
  'exports.payouts': says('exported {x}', ITEM),
  'exports.payout_batches': says('exported {x}', BATCH),
  'program.statement.closed': says('The {x}{for} was made', STATEMENT),
  'program.statement.downloaded': says('downloaded the {x}', STATEMENT),
}
