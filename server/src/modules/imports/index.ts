/**
 * What a provider brings along from another partner program (D12): files of partners, of their codes and of whom they
 * referred, checked whole before anything is written. An import makes no agreement, invites nobody and gives no access to
 * any tenant: a partner begins as one that the provider registers by hand, and its codes count once its agreement is in
 * force. The file is read by `ingest`; short names and the entry of a partner are those of `partners`; who refers whom is
 * decided in the database by the rules of `referrals`, and payments that are known already are earned on by `earnings`.
 */

export { FORMS, isFormName } from './forms.ts'
export type { FormName } from './forms.ts'
export { readCodes, readPartners } from './rows.ts'
export { readReferrals } from './referral-rows.ts'
export { takeCodes, takePartners } from './take.ts'
export { takeReferrals } from './take-referrals.ts'
export type { Counts } from './take.ts'
