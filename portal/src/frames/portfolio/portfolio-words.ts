import { addWords } from '../../platform/words.ts'
import { linkTemplates } from '../../words/link-templates.ts'
import { portfolio } from '../../words/portfolio.ts'

// Stands first among the imports of its piece, so that its pages find their words when they are read.
addWords(portfolio)
addWords(linkTemplates)
