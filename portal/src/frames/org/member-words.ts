import { addWords } from '../../platform/words.ts'
import { orgMembers } from '../../words/org-members.ts'

// Stands first among the imports of a late piece, so that its pages find their words when they are read.
addWords(orgMembers)
