import './earnings-words.ts'
import '../../styles/reports.css'
import { readBody } from '@liaison/client'
import type { EarningTotal } from '@liaison/client'
import type { ReactNode } from 'react'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Balances } from './totals.tsx'

type EarnedProps = {
  partnerId: string
  /** What stands below the balances of a partner that has earned something. */
  children: (totals: readonly EarningTotal[]) => ReactNode
}

/** What one partner has in each currency, as the provider reads it. */
export function Earned({ partnerId, children }: EarnedProps) {
  const query = { partner_id: partnerId }
  const summary = useRead(['earnings', 'of', partnerId], (frame, signal) =>
    readBody(frame.client.GET('/admin/earnings/summary', { params: { query }, signal })),
  )
  return (
    <Answer query={summary} lines={6}>
      {({ totals, balances }) =>
        balances === null || totals.length === 0 ? (
          <Panel title={t('earnings.earned')}>
            <p className="muted">{t('earnings.earned_none')}</p>
          </Panel>
        ) : (
          <section className="stack report" aria-label={t('earnings.earned')}>
            <Balances summary={{ totals, balances }} />
            {children(totals)}
          </section>
        )
      }
    </Answer>
  )
}
