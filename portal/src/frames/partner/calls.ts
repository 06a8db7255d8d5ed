import './developer-words.ts'

export { CallsPage } from './calls-page.tsx'
