import './program-words.ts'

export { NewReferralPage } from './new-referral-page.tsx'
export { SettingsPage } from './settings-page.tsx'
