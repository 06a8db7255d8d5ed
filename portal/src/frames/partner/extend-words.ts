import { addWords } from '../../platform/words.ts'
import { extending } from '../../words/extending.ts'

// Stands first among the imports of the form, so that it finds its words when it is read.
addWords(extending)
