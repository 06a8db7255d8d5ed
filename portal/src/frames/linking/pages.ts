import './linking-words.ts'

export { AccessPage } from '../org/access-page.tsx'
export { OrgNewsPage } from './news-page.tsx'
export { VisitsPage } from './visits-page.tsx'
