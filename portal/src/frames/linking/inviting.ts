import { addWords } from '../../platform/words.ts'
import { inviting } from '../../words/inviting.ts'

export { InvitePartnerPage } from './invite-partner-page.tsx'

addWords(inviting)
