import { addWords } from '../../platform/words.ts'
import { ordering } from '../../words/ordering.ts'

addWords(ordering)
