import { addWords } from '../../platform/words.ts'
import { elevations } from '../../words/elevations.ts'

export { AskPage } from './ask-page.tsx'
export { GridPage } from './grid-page.tsx'
export { OrgElevationsPage } from './org-page.tsx'
export { OrgFreezesPage } from './org-freezes-page.tsx'
export { PartnerElevationsPage } from './partner-page.tsx'
export { PartnerFreezesPage } from './partner-freezes-page.tsx'

addWords(elevations)
