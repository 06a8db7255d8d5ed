import { addWords } from '../../platform/words.ts'
import { platform } from '../../words/platform.ts'

addWords(platform)
