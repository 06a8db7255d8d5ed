import { addWords } from '../../platform/words.ts'
import { linking } from '../../words/linking.ts'

export { RulesPage } from '../org/rules-page.tsx'

addWords(linking)
