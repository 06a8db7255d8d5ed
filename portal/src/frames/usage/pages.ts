import './usage-words.ts'

export { PartnerUsagePage } from './platform-tab.tsx'
export { UsagePage } from './usage-page.tsx'
export { UserUsagePage } from './user-page.tsx'
