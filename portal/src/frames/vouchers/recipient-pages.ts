import './vouchers-words.ts'
import './recipient-words.ts'

export { RecipientsPage } from './recipients-page.tsx'
