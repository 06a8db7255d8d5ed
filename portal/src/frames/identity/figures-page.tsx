import './identity-words.ts'
import { readBody } from '@liaison/client'
import type { IdentityCheckFigures } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

const counted = ['in_review', 'resubmit', 'verified', 'rejected', 'expired', 'revoked'] as const

function columnsFor(now: Date): Column<IdentityCheckFigures>[] {
  return [
    {
      id: 'partner',
      header: t('idcheck.partner'),
      cell: (row) => (
        <GoLink className="thing" to={platformPlaces.partner(row.partner_id)}>
          {row.partner_name}
        </GoLink>
      ),
    },
    { id: 'waiting', header: t('idcheck.waiting'), numeric: true, cell: (row) => row.waiting },
    {
      id: 'longest',
      header: t('idcheck.longest'),
      numeric: true,
      cell: (row) => <MomentText iso={row.waiting_since} now={now} />,
    },
    ...counted.map((state) => ({
      id: state,
      header: tValue('status.identity', state),
      numeric: true,
      cell: (row: IdentityCheckFigures) => row.checks[state] ?? 0,
    })),
  ]
}

/** How identity checks go at each partner, in figures alone. */
export function FiguresPage() {
  const now = useNow(60_000)
  const figures = useRead(['identity-figures'], (frame, signal) =>
    readBody(frame.client.GET('/platform/identity-checks/figures', { signal })),
  )
  return (
    <Page title={t('idcheck.figures_title')} lead={t('idcheck.figures_lead')}>
      <Answer query={figures} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('idcheck.none')} text={t('idcheck.figures_none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('idcheck.figures_title')}
              columns={columnsFor(now)}
              rows={items}
              rowId={(row) => row.partner_id}
            />
          )
        }
      </Answer>
    </Page>
  )
}
