import { addWords } from '../../platform/words.ts'
import { org } from '../../words/org.ts'

addWords(org)
