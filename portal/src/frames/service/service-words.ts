import { addWords } from '../../platform/words.ts'
import { service } from '../../words/service.ts'

addWords(service)
