import { addWords } from '../../platform/words.ts'
import { invitations } from '../../words/invitations.ts'

// Stands first among the imports of what shows invitations, so that it finds its words when it is read.
addWords(invitations)
