import './floor-words.ts'
import '../shared/sla-words.ts'
import '../shared/sla.css'

export { ActingSlaPage } from './acting-page.tsx'
export { FloorsPage } from './floors-page.tsx'
export { LinkSlaPage, OrgSlaPage } from './org-pages.tsx'
