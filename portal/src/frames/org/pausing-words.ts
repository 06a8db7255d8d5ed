import { addWords } from '../../platform/words.ts'
import { pausing } from '../../words/pausing.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(pausing)
