import './identity-words.ts'

export { CheckPage } from './check-page.tsx'
export { ChecksPage } from './checks-page.tsx'
export { FiguresPage } from './figures-page.tsx'
