import { addWords } from '../../platform/words.ts'
import { asking } from '../../words/asking.ts'
import './developer-words.ts'

addWords(asking)
