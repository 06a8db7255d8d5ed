import { addWords } from '../platform/words.ts'
import { stepUp } from '../words/step-up.ts'

addWords(stepUp)
