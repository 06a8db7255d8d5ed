import '../../styles/reports.css'
import './earnings-words.ts'

export { PartnerEarningsPage } from './partner-page.tsx'
export { PlatformEarningsPage } from './platform-page.tsx'
