import '../../styles/portfolio.css'

import { addWords } from '../../platform/words.ts'
import { portfolio } from '../../words/portfolio.ts'

export { ExpiringPage } from './expiring-page.tsx'
export { GroupPage } from './group-page.tsx'
export { GroupsPage } from './groups-page.tsx'
export { ManyLinksPage } from './many-links-page.tsx'
export { MatrixPage } from './matrix-page.tsx'
export { TeamPage } from './team-page.tsx'
export { TeamsPage } from './teams-page.tsx'

addWords(portfolio)
