import type { PartnerAccount } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { moveAccount } from './calls.ts'

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

/** Accounts in a table, the newest first. */
export function AccountTable({
  title,
  none,
  rows,
}: {
  title: string
  none: string
  rows: readonly PartnerAccount[]
}) {
  const isOrg = useFrame().kind === 'org'
  return (
    <section className="stack tight" aria-label={title}>
      <h2 className="section-title">{title}</h2>
      {rows.length === 0 ? (
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
            {rows.map((account) => (
              <Row key={account.account_id} account={account} isOrg={isOrg} />
            ))}
          </TableFrame>
        </div>
      )}
    </section>
  )
}
