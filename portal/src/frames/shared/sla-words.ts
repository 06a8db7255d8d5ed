import { addWords } from '../../platform/words.ts'
import { sla } from '../../words/sla.ts'

addWords(sla)
