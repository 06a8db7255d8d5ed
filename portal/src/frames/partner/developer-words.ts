import { addWords } from '../../platform/words.ts'
import { developers } from '../../words/developers.ts'
import { onboarding } from '../../words/onboarding.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(onboarding)
addWords(developers)
