import { addWords } from '../../platform/words.ts'
import { linking } from '../../words/linking.ts'

export { AccessLinkPage } from '../org/access-link-page.tsx'
export { AccessPage } from '../org/access-page.tsx'
export { StopPartnerPage } from '../org/stop-partner-page.tsx'
export { HandOverPage } from './hand-over-page.tsx'
export { OrgNewsPage } from './news-page.tsx'
export { VisitsPage } from './visits-page.tsx'

addWords(linking)
