import './earnings-words.ts'
import { Drawer } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Earning, EarningDetail } from '@liaison/client'

import { fact, Facts } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { useBesideKeys } from '../../platform/beside-keys.ts'
import { formatDate, formatMoney } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { formatMonth } from '../reports/figures.ts'
import { FirstApproval } from '../shared/void-first.tsx'

/** Whose earnings a page is about: those of the partner of the frame, or those of all. */
export type Side = 'partner' | 'platform'

const paths = {
  partner: '/program/earnings/{earning_id}',
  platform: '/admin/earnings/{earning_id}',
} as const

function Steps({ earning }: { earning: EarningDetail }) {
  return (
    <section>
      <h3>{t('earnings.calculation')}</h3>
      <table className="table">
        <caption className="unseen">{t('earnings.calculation')}</caption>
        <thead className="unseen">
          <tr>
            <th scope="col">{t('earnings.step')}</th>
            <th scope="col">{t('earnings.amount')}</th>
          </tr>
        </thead>
        <tbody>
          {earning.steps.map((step) => (
            <tr key={step.name + step.says}>
              <th scope="row">{step.says}</th>
              <td className="num">
                {step.amount === null ? (
                  ''
                ) : step.name === 'result' ? (
                  <b>{formatMoney(step.amount)}</b>
                ) : (
                  formatMoney(step.amount)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function approvalOf({ policy_version: version, approved_by_name: name }: EarningDetail): string | null {
  return version === null ? name : t('earnings.by_policy', { version: String(version) })
}

function Detail({ earning, side }: { earning: EarningDetail; side: Side }) {
  const isLate = earning.month !== earning.service_month
  return (
    <div className="stack">
      <Facts
        facts={[
          fact(t('earnings.amount'), <b>{formatMoney(earning.amount)}</b>),
          fact(t('earnings.state'), <StatusChip family="earning" value={earning.state} />),
          fact(t('earnings.held_why'), earning.hold_kind && tValue('earnings.hold_kind', earning.hold_kind)),
          fact(t('earnings.void_why'), earning.void_reason),
          fact(t('earnings.adjusted_why'), earning.kind === 'adjustment' && earning.reason),
          fact(t('earnings.partner'), side === 'platform' && earning.partner_name),
          fact(t('earnings.tenant'), earning.tenant_name),
          fact(t('earnings.paid_at'), <DateText iso={earning.occurred_at} />),
          fact(t('earnings.service_month'), isLate && formatMonth(earning.service_month)),
          fact(t('earnings.counts_in'), formatMonth(earning.month)),
          fact(t('earnings.available'), <DateText iso={earning.available_on} />),
          fact(t('earnings.first_approved_by'), earning.first_approved_by_name),
          fact(t('earnings.approved_by'), approvalOf(earning)),
        ]}
      />
      <FirstApproval name={earning.first_approved_by_name} counts={earning.first_approval_counts}>
        {t('earnings.first_stands')}
      </FirstApproval>
      <Steps earning={earning} />
      {earning.taken_back.length > 0 && (
        <section>
          <h3>{t('earnings.taken_back')}</h3>
          <Facts
            facts={earning.taken_back.map((taken) =>
              fact(formatDate(taken.occurred_at), <MoneyText money={taken.amount} />),
            )}
          />
        </section>
      )}
      <IdText id={earning.earning_id} />
    </div>
  )
}

function OneEarning({ side, id }: { side: Side; id: string }) {
  const earning = useRead(['earnings', 'one', id], (frame, signal) =>
    readBody(frame.client.GET(paths[side], { params: { path: { earning_id: id } }, signal })),
  )
  return (
    <Answer query={earning} lines={10}>
      {(found) => <Detail earning={found} side={side} />}
    </Answer>
  )
}

type EarningDrawerProps = {
  side: Side
  id: string
  /** The rows of the list, in their order. */
  earnings: readonly Pick<Earning, 'earning_id'>[]
  onEarning: (id: string) => void
}

/** One earning beside the list, with how it was calculated. The keys [ and ] go to the one before and after. */
export function EarningDrawer({ side, id, earnings, onEarning }: EarningDrawerProps) {
  const isOpen = id !== ''
  useBesideKeys(
    id,
    earnings.map((row) => row.earning_id),
    onEarning,
  )
  return (
    <Drawer
      opened={isOpen}
      onClose={() => onEarning('')}
      position="right"
      size="md"
      title={t('earnings.one')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div tabIndex={-1} data-autofocus="">
        {isOpen && <OneEarning key={id} side={side} id={id} />}
      </div>
    </Drawer>
  )
}
