import './program-words.ts'

export { PartnerPayoutsPage } from './partner-money.tsx'
export { OwnStatementPage, PlatformStatementPage } from './statement-page.tsx'
