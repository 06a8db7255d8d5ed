import { readBody } from '@liaison/client'
import type { Link } from '@liaison/client'

import { Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { choiceField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { ChooseLinks } from './choose-links.tsx'

const spans = ['7', '30', '60', '90', '730'] as const
const spec = { within: choiceField(spans, '60') }
const mostLinks = 100

function countWithin(links: readonly Link[], days: number): number {
  return links.filter((link) => link.expires_in_days !== null && link.expires_in_days <= days).length
}

function byEnd(a: Link, b: Link): number {
  return (a.expires_in_days ?? 0) - (b.expires_in_days ?? 0)
}

/** How many links end within these days, and how many have ended in the last 30 days and can still be renewed. */
function Tiles({ links, ended }: { links: readonly Link[]; ended: number }) {
  return (
    <div className="tiles">
      {[1, 7, 30].map((days) => (
        <Tile key={days} title={t('expiring.within', { count: days })}>
          <p className="figure">{formatCount(countWithin(links, days))}</p>
        </Tile>
      ))}
      <Tile title={t('expiring.later')}>
        <p className="figure">{formatCount(links.length - countWithin(links, 30))}</p>
      </Tile>
      <Tile title={t('expiring.ended')} note={t('expiring.ended_note')}>
        <p className="figure">{formatCount(ended)}</p>
      </Tile>
    </div>
  )
}

const isRenewable = (link: Link) => (link.expires_in_days ?? -99) >= -30

function Links({ links, ended }: { links: readonly Link[]; ended: readonly Link[] }) {
  return (
    <div className="stack">
      <Tiles links={links} ended={ended.length} />
      <ChooseLinks links={[...ended, ...links].toSorted(byEnd)} />
    </div>
  )
}

/** Links that end soon or ended lately, and asking their tenants for more time, many at once (B1, B14). */
export function ExpiringPage() {
  const { values, set } = useFilters(spec)
  const query = { status: 'active,suspended', expiring_within_days: Number(values.within), limit: mostLinks }
  const links = useRead(['links', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/links', { params: { query }, signal })),
  )
  const endedQuery = { status: 'expired', limit: mostLinks }
  const ended = useRead(['links', endedQuery], (frame, signal) =>
    readBody(frame.client.GET('/partner/links', { params: { query: endedQuery }, signal })),
  )
  return (
    <Page title={t('expiring.title')} lead={t('expiring.lead')}>
      <div className="filters">
        <Pick
          label={t('expiring.show')}
          value={values.within}
          words={spans}
          labelOf={(days) => t('pick.within_days', { days })}
          onValue={(within) => set({ within })}
        />
      </div>
      <Answer query={links} lines={8}>
        {({ items }) => (
          // Both at once: rows that came later would undo a choice of all.
          <Answer query={ended} lines={8}>
            {(answer) => <Links links={items} ended={answer.items.filter(isRenewable)} />}
          </Answer>
        )}
      </Answer>
    </Page>
  )
}
