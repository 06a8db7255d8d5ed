import '../../styles/reports.css'
import { addWords } from '../../platform/words.ts'
import { reports } from '../../words/reports.ts'

export { ComparePage } from './compare-page.tsx'
export { RevenuePage } from './revenue-page.tsx'
export { ActingReportPage, OwnReportPage } from './service-pages.tsx'
export { SlaPage } from './sla-page.tsx'
export { UsagePage } from './usage-page.tsx'

addWords(reports)
