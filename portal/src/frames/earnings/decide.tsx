import './earnings-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Earning, EarningDecision } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Note } from '../../parts/page.tsx'
import { approvalButton } from '../../platform/approval.ts'
import { formatMoney } from '../../platform/format.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

const acts = ['approve', 'hold', 'release', 'void'] as const
type Act = (typeof acts)[number]

type Chosen = { act: Act; ids: readonly string[]; reason: string }

function useDecision(onDone: (decision: EarningDecision) => void) {
  return useWrite(({ act, ids, reason }: Chosen, { client }) => {
    const named = { earning_ids: [...ids] }
    if (act === 'approve') return readBody(client.POST('/admin/earnings/approve', { body: named }))
    if (act === 'release') return readBody(client.POST('/admin/earnings/release', { body: named }))
    const body = { ...named, reason }
    if (act === 'hold') return readBody(client.POST('/admin/earnings/hold', { body }))
    return readBody(client.POST('/admin/earnings/void', { body }))
  }, onDone)
}

type DecideProps = { rows: readonly Earning[]; onDone: (decision: EarningDecision) => void }

const mostNamed = 10

/** How much the rows come to, each currency by itself: "454.91 USD, 12.00 EUR". */
function writeSums(rows: readonly Earning[]): string {
  const sums = new Map<string, number>()
  for (const { amount } of rows)
    sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.amount_minor)
  return [...sums].map(([currency, minor]) => formatMoney({ amount_minor: minor, currency })).join(', ')
}

/** What is decided about, in money: the sum of each currency, and the first rows by partner. */
function Named({ rows }: { rows: readonly Earning[] }) {
  return (
    <>
      <p className="strong">{t('earnings.sum', { sums: writeSums(rows) })}</p>
      <ul>
        {rows.slice(0, mostNamed).map((row) => (
          <li key={row.earning_id}>
            {row.partner_name}: <span className="num">{formatMoney(row.amount)}</span>
          </li>
        ))}
        {rows.length > mostNamed && <li>{t('earnings.more', { count: rows.length - mostNamed })}</li>}
      </ul>
    </>
  )
}

/** What can be done with the selected earnings; each asks once, with its effect. */
export function Decide({ rows, onDone }: DecideProps) {
  const [act, setAct] = useState<Act | null>(null)
  const write = useDecision((decision) => {
    setAct(null)
    onDone(decision)
  })
  const ids = rows.map(({ earning_id: id }) => id)
  const count = ids.length
  return (
    <div className="row" role="group" aria-label={t('earnings.selected', { count })}>
      <span className="small">{t('earnings.selected', { count })}</span>
      {ids.length > 0 &&
        acts.map((name) => (
          <Button
            key={name}
            variant="default"
            onClick={() => setAct(name)}
            {...(name === 'approve' ? approvalButton : {})}
          >
            {t(`earnings.${name}`)}
          </Button>
        ))}
      {act !== null && (
        <Ask
          opened
          title={t(`earnings.${act}_title`, { count })}
          act={
            act === 'approve' ? t('earnings.approve_act', { sums: writeSums(rows) }) : t(`earnings.${act}`)
          }
          keep={t('earnings.keep', { count })}
          isDanger={act === 'void'}
          isBusy={write.isPending}
          error={write.error}
          {...(act === 'hold' || act === 'void' ? { reason: 'required' as const } : {})}
          onKeep={() => setAct(null)}
          onAct={(reason) => write.mutate({ act, ids, reason })}
        >
          <Named rows={rows} />
          {t(`earnings.${act}_effect`, { count })}
        </Ask>
      )}
    </div>
  )
}

/** What became of the earnings that were decided about; each that was refused says why. */
export function Outcome({ decision }: { decision: EarningDecision }) {
  const { done, waiting, refused, items } = decision
  const left = items.filter(({ outcome }) => outcome === 'refused')
  return (
    <Note tone={refused > 0 ? 'attention' : 'info'}>
      <div role="status">
        <p className="strong">{t('earnings.outcome')}</p>
        <p>
          {t('earnings.outcome_line', {
            done: String(done),
            waiting: String(waiting),
            refused: String(refused),
          })}
        </p>
        {left.length > 0 && (
          <ul>
            {left.map((item) => (
              <li key={item.earning_id}>
                <code className="mono">{item.earning_id}</code> {tValue('earnings.outcome', item.outcome)}:{' '}
                {item.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Note>
  )
}
