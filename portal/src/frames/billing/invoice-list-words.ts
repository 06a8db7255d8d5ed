import { addWords } from '../../platform/words.ts'
import { invoiceList } from '../../words/invoice-list.ts'

// Stands first among the imports of its piece, so that its parts find their words when they are read.
addWords(invoiceList)
