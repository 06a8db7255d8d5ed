import { addWords } from '../../platform/words.ts'
import { accounts } from '../../words/accounts.ts'

export { OrgAccountsPage } from './org-page.tsx'
export { PartnerAccountsPage } from './partner-page.tsx'

addWords(accounts)
