import { addWords } from '../../platform/words.ts'
import { endLink } from '../../words/end-link.ts'

// Stands first among the imports of a late piece, so that its page finds its words when they are read.
addWords(endLink)
