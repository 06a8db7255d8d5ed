import './agencies-words.ts'
import '../vouchers/vouchers-words.ts'
import './reach-words.ts'

export { AgencyReachPage } from './reach-page.tsx'
