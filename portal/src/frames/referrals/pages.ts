import './referrals-words.ts'

export { AllReferralsPage } from './all-referrals-page.tsx'
export { CodesPage } from './codes-page.tsx'
export { ReferralsPage } from './referrals-page.tsx'
export { ReferredPage } from './referred-page.tsx'
