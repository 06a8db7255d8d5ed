import './assistance-words.ts'

export { SupportPage } from './org-page.tsx'
