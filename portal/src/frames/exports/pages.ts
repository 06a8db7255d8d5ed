import { addWords } from '../../platform/words.ts'
import { exports } from '../../words/exports.ts'

export { ExportsPage } from './exports-page.tsx'
export { NewExportPage } from './new-export-page.tsx'

addWords(exports)
