import { addWords } from '../../platform/words.ts'
import { whoHasAccess } from '../../words/who-has-access.ts'

addWords(whoHasAccess)
