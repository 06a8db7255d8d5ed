import { addWords } from '../../platform/words.ts'
import { grouped } from '../../words/grouped.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(grouped)
