import { addWords } from '../../platform/words.ts'
import { stopping } from '../../words/stopping.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(stopping)
