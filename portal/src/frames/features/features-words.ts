import { addWords } from '../../platform/words.ts'
import { features } from '../../words/features.ts'
import { registry } from '../../words/registry.ts'
import { reports } from '../../words/reports.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(registry)
addWords(reports)
addWords(features)
