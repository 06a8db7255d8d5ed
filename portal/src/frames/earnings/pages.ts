import '../../styles/reports.css'
import './earnings-words.ts'

export { EarningsOfPartnerPage } from './of-partner-page.tsx'
export { OwnSkippedPage } from './own-skipped-page.tsx'
export { PartnerEarningsPage } from './partner-page.tsx'
export { PlatformEarningsPage } from './platform-page.tsx'
export { SkippedPage } from './skipped-page.tsx'
