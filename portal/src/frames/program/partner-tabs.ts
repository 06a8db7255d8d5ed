import './program-words.ts'

export { PartnerAgreementsPage, PartnerCodesPage } from './partner-pages.tsx'
