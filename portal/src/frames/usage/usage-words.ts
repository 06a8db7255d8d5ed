import { addWords } from '../../platform/words.ts'
import { usage } from '../../words/usage.ts'

addWords(usage)
