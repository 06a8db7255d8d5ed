import '../../styles/alerts.css'

import { addWords } from '../../platform/words.ts'
import { alerts } from '../../words/alerts.ts'

export { OrgAlertsPage } from './org-page.tsx'
export { PartnerAlertsPage } from './partner-page.tsx'
export { PlatformAlertsPage } from './platform-page.tsx'
export { AlertRulesPage } from './rules-page.tsx'

addWords(alerts)
