import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { AccountTable } from './account-list.tsx'
import { readAccounts } from './calls.ts'

/** The subscribers that organisations made accounts of this partner. */
export function PartnerAccountsPage() {
  const accounts = useRead(['accounts'], readAccounts)
  return (
    <Page title={t('accounts.title_partner')} lead={t('accounts.lead_partner')}>
      <Answer query={accounts}>
        {(rows) => <AccountTable title={t('accounts.held')} none={t('accounts.none_partner')} rows={rows} />}
      </Answer>
    </Page>
  )
}
