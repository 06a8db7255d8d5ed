import './risk-words.ts'

export { CasePage } from './case-page.tsx'
export { CasesPage } from './cases-page.tsx'
export { RulesPage } from './rules-page.tsx'
