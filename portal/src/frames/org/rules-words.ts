import { addWords } from '../../platform/words.ts'
import { rules } from '../../words/rules.ts'

// Stands first among the imports of its piece, so that its parts find their words when they are read.
addWords(rules)
