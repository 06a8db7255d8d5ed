import { addWords } from '../../platform/words.ts'
import { agencyReach } from '../../words/agency-reach.ts'

addWords(agencyReach)
