import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { PayoutAccountToCheck } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type ActsRow = Pick<
  PayoutAccountToCheck,
  'partner_id' | 'partner_name' | 'label' | 'version' | 'verified_at' | 'held_at'
>

function wordsOf(act: 'verify' | 'hold' | 'release', row: ActsRow) {
  const names = { partner: row.partner_name, account: row.label }
  return {
    act: t(`account_checks.${act}`),
    title: t(`account_checks.${act}_title`, names),
    effect: t(`account_checks.${act}_effect`, names),
    keep: t(`account_checks.${act}_keep`),
    done: t(`account_checks.${act}_done`, names),
  }
}

/** What the provider decides about an account: whose it is, and whether payouts to it go on. */
export function AccountActs({ row }: { row: ActsRow }) {
  const params = { path: { partner_id: row.partner_id } }
  const headers = { 'If-Match': `"v${String(row.version)}"` }
  const move = (act: 'verify' | 'release') => (
    <MoveButton
      isInRow
      words={wordsOf(act, row)}
      move={(_reason, { client }) =>
        readBody(client.POST(`/admin/partners/{partner_id}/payout-account/${act}`, { params, headers }))
      }
    />
  )
  return (
    <RowActs>
      {row.verified_at === null && move('verify')}
      {row.held_at !== null && move('release')}
      {row.held_at === null && (
        <MoveButton
          isInRow
          isDanger
          reason="required"
          words={wordsOf('hold', row)}
          move={(reason, { client }) =>
            readBody(
              client.POST('/admin/partners/{partner_id}/payout-account/hold', {
                params,
                headers,
                body: { reason },
              }),
            )
          }
        />
      )}
    </RowActs>
  )
}

const columns: Column<PayoutAccountToCheck>[] = [
  { id: 'partner', header: t('batch.partner'), cell: (row) => row.partner_name },
  {
    id: 'account',
    header: t('payouts.account'),
    cell: (row) => (
      <>
        {row.label}
        <br />
        <span className="small muted">{row.holder_name}</span>
      </>
    ),
  },
  { id: 'given', header: t('payouts.given'), cell: (row) => <DateText iso={row.given_at} /> },
  {
    id: 'shared',
    header: t('account_checks.shared_with'),
    cell: (row) => t('account_checks.shared', { count: row.shared_with }),
  },
  { id: 'acts', header: '', cell: (row) => <AccountActs row={row} /> },
]

/** Payout accounts that wait to be verified, and those whose payouts are stopped. */
export function AccountChecks() {
  const accounts = useRead(['payouts', 'accounts'], (frame, signal) =>
    readBody(frame.client.GET('/admin/payout-accounts', { params: { query: { limit: 50 } }, signal })),
  )
  return (
    <Panel title={t('account_checks.title')}>
      <Answer query={accounts} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('account_checks.none')}</p>
          ) : (
            <DataTable
              caption={t('account_checks.title')}
              columns={columns}
              rows={items}
              rowId={(row) => row.account_id}
            />
          )
        }
      </Answer>
    </Panel>
  )
}
