import { addWords } from '../../platform/words.ts'
import { earnings } from '../../words/earnings.ts'
import { reports } from '../../words/reports.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(earnings)
// The chart says in them that its figures are there as a table.
addWords(reports)
