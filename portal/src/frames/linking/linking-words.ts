import { addWords } from '../../platform/words.ts'
import { linking } from '../../words/linking.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(linking)
