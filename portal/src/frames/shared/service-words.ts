import { addWords } from '../../platform/words.ts'
import { services } from '../../words/services.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(services)
