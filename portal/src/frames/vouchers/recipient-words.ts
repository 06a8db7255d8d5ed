import { addWords } from '../../platform/words.ts'
import { recipients } from '../../words/recipients.ts'

addWords(recipients)
