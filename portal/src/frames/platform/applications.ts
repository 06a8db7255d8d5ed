import { addWords } from '../../platform/words.ts'
import { applications } from '../../words/applications.ts'

export { ApplicationsPage } from './applications-page.tsx'

addWords(applications)
