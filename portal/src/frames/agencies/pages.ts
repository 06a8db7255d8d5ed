import './agencies-words.ts'
import '../../parts/beside.css'
import './agencies.css'

export { AgenciesPage } from './agencies-page.tsx'
export { AgencyPage } from './agency-page.tsx'
export { LeaksPage } from './leaks-page.tsx'
export { NewAgencyPage } from './new-agency-page.tsx'
export { NewKeyPage } from './new-key-page.tsx'
