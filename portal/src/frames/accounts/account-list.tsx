import type { PartnerAccount } from '@liaison/client'

import { PageFoot } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Answer } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { moveAccount, readAccounts } from './calls.ts'

function EndButton({ account }: { account: PartnerAccount }) {
  const names = { subscriber: account.subscriber_name ?? '', partner: account.partner_name }
  return (
    <MoveButton
      words={{
        act: t('accounts.end'),
        title: t('accounts.end_title', names),
        effect: t('accounts.end_effect', names),
        keep: t('accounts.keep'),
        done: t('accounts.ended', names),
      }}
      reason="optional"
      isInRow
      move={(reason, frame) => moveAccount(frame, account, { to: 'end', reason })}
    />
  )
}

function WithdrawButton({ account }: { account: PartnerAccount }) {
  const names = { asked: account.asked_for ?? '', tenant: account.tenant_name }
  return (
    <MoveButton
      words={{
        act: t('accounts.withdraw'),
        title: t('accounts.withdraw_title', names),
        effect: t('accounts.withdraw_effect', names),
        keep: t('accounts.decline_keep'),
        done: t('accounts.withdrawn'),
      }}
      isInRow
      move={(reason, frame) => moveAccount(frame, account, { to: 'withdraw', reason })}
    />
  )
}

function Row({ account, isOrg }: { account: PartnerAccount; isOrg: boolean }) {
  return (
    <tr>
      <td className="strong">{account.subscriber_name ?? account.asked_for}</td>
      <td data-label={t(isOrg ? 'accounts.partner' : 'accounts.tenant')}>
        {isOrg ? account.partner_name : account.tenant_name}
      </td>
      <td data-label={t('accounts.engagement')}>{t(`accounts.engagement.${account.engagement}`)}</td>
      <td data-label={t('column.status')}>
        <StatusChip family="account" value={account.status} />
      </td>
      <td data-label={t('accounts.since')}>{formatDateTime(account.attached_at ?? account.requested_at)}</td>
      <td data-label={t('accounts.until')}>
        {(account.ended_at ?? account.ends_at)
          ? formatDateTime(account.ended_at ?? account.ends_at ?? '')
          : t('accounts.no_end')}
      </td>
      <td data-label={t('accounts.acts')}>
        {account.status === 'active' && <EndButton account={account} />}
        {account.status === 'requested' && !isOrg && <WithdrawButton account={account} />}
      </td>
    </tr>
  )
}

type TableProps = {
  title: string
  /** What is said where there is none; without it nothing is shown then. */
  none?: string
  /** The states of the accounts to show; all of them without it. */
  status?: string
  /** What the address calls the page of this table. */
  name?: 'page' | 'past'
}

/** Accounts in a table with pages to turn, the newest first. */
export function AccountTable({ title, none, status, name = 'page' }: TableProps) {
  const isOrg = useFrame().kind === 'org'
  const { values, set } = useFilters({ page: pageField(), past: pageField() })
  const query = { ...(status !== undefined && { status }), ...pagingQuery(values[name]) }
  const accounts = useRead(['accounts', query], (frame, signal) => readAccounts(frame, query, signal), {
    keep: true,
  })
  if (accounts.data?.total === 0 && none === undefined) return null
  return (
    <section className="stack tight" aria-label={title}>
      <h2 className="section-title">{title}</h2>
      <Answer query={accounts}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="muted">{none}</p>
          ) : (
            <div className="list">
              <TableFrame
                caption={title}
                heads={[
                  t('accounts.subscriber'),
                  t(isOrg ? 'accounts.partner' : 'accounts.tenant'),
                  t('accounts.engagement'),
                  t('column.status'),
                  t('accounts.since'),
                  t('accounts.until'),
                  t('accounts.acts'),
                ]}
              >
                {page.items.map((account) => (
                  <Row key={account.account_id} account={account} isOrg={isOrg} />
                ))}
              </TableFrame>
              <PageFoot paging={pagingOf(page, (next) => set({ [name]: next }))} />
            </div>
          )
        }
      </Answer>
    </section>
  )
}
