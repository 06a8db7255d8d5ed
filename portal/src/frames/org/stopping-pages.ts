import './stopping-words.ts'

export { StopAllOfPage } from './stop-all-of-page.tsx'
export { StopAllPage } from './stop-all-page.tsx'
