import '../../styles/portfolio.css'

import { addWords } from '../../platform/words.ts'
import { linkTemplates } from '../../words/link-templates.ts'
import { portfolio } from '../../words/portfolio.ts'

export { ExpiringPage } from './expiring-page.tsx'
export { GroupPage } from './group-page.tsx'
export { GroupsPage } from './groups-page.tsx'
export { IndirectPage } from '../linking/indirect-page.tsx'
export { ManyLinksPage } from './many-links-page.tsx'
export { MatrixPage } from './matrix-page.tsx'
export { TeamPage } from './team-page.tsx'
export { TeamsPage } from './teams-page.tsx'
export { TemplatePage } from './template-page.tsx'
export { TemplatesPage } from './templates-page.tsx'
export { UseTemplatePage } from './template-use-page.tsx'

addWords(portfolio)
addWords(linkTemplates)
