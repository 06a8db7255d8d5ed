import './linking-words.ts'

export { AccessLinkPage } from '../org/access-link-page.tsx'
export { StopPartnerPage } from '../org/stop-partner-page.tsx'
export { HandOverPage } from './hand-over-page.tsx'
