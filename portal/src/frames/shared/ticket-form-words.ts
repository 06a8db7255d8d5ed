import { addWords } from '../../platform/words.ts'
import { ticketForms } from '../../words/ticket-forms.ts'

// Stands first among the imports of its piece, so that its parts find their words when they are read.
addWords(ticketForms)
