import './asking-words.ts'

export { AsksPage } from './asks-page.tsx'
export { NewAskPage } from './new-ask-page.tsx'
