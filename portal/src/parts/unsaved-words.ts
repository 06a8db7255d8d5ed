import { addWords } from '../platform/words.ts'
import { unsaved } from '../words/unsaved.ts'

addWords(unsaved)
