import { addWords } from '../../platform/words.ts'
import { floors } from '../../words/floors.ts'

addWords(floors)
