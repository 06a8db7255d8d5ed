import { readBody } from '@liaison/client'
import type { Link } from '@liaison/client'

import { DataTable, PageFoot } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { choiceField, numberField } from '../../platform/filters.ts'
import { LinkChip } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useEndingConsents } from '../shared/ending-consents.ts'
import type { EndingConsent } from '../shared/ending-consents.ts'
import { pagingOf } from '../shared/list-fields.ts'
import { ChooseLinks } from './choose-links.tsx'

const spans = ['7', '30', '60', '90', '730'] as const
const spec = { within: choiceField(spans, '60'), page: numberField(0, { min: 0, max: 400 }) }
const limit = 50
/** A link lasts no longer than this, so that every one is among those that end within it. */
const longestDays = 730

function endsWithin(days: number): (link: Link) => boolean {
  return (link) => link.expires_in_days !== null && link.expires_in_days <= days
}

function byEnd(a: Link, b: Link): number {
  return (a.expires_in_days ?? 0) - (b.expires_in_days ?? 0)
}

/** How many links and consents end within these days, whatever the list shows, and how many have ended in the last 30 days and can still be renewed. */
function Tiles({ days: ends, ended }: { days: readonly number[]; ended: number }) {
  const countWithin = (most: number) => ends.filter((days) => days <= most).length
  return (
    <div className="tiles">
      {[1, 7, 30].map((days) => (
        <Tile key={days} title={t('expiring.within', { count: days })}>
          <p className="figure">{formatCount(countWithin(days))}</p>
        </Tile>
      ))}
      <Tile title={t('expiring.later')}>
        <p className="figure">{formatCount(ends.length - countWithin(30))}</p>
      </Tile>
      <Tile title={t('expiring.ended')} note={t('expiring.ended_note')}>
        <p className="figure">{formatCount(ended)}</p>
      </Tile>
    </div>
  )
}

const isRenewable = (link: Link) => (link.expires_in_days ?? -99) >= -30

type EndingLinks = { running: Link[]; ended: Link[] }

/** All links that run and end, and those that ended lately: the list begins with the nearest end, and a part of it would not. */
function useEndingLinks() {
  return useRead(['links', 'ending'], async (frame, signal): Promise<EndingLinks> => {
    const readAll = (filter: { status: string; expiring_within_days?: number }) =>
      readAllByOffset<Link>((place) =>
        readBody(
          frame.client.GET('/partner/links', {
            params: { query: { ...filter, limit: 100, ...place } },
            signal,
          }),
        ),
      )
    const running = await readAll({ status: 'active,suspended', expiring_within_days: longestDays })
    const ended = await readAll({ status: 'expired' })
    return { running, ended: ended.filter(isRenewable) }
  })
}

const columns: Column<EndingConsent>[] = [
  { id: 'name', header: t('column.tenant'), isStrong: true, cell: (row) => <ConsentName consent={row} /> },
  { id: 'app', header: t('expiring.app'), cell: ({ client }) => client.name },
  {
    id: 'state',
    header: t('column.status'),
    cell: ({ status, days }) => <LinkChip status={status} days={days} />,
  },
  { id: 'days', header: t('expiring.days'), numeric: true, cell: ({ days }) => formatCount(days) },
  { id: 'ends', header: t('link.ends'), numeric: true, cell: (row) => <EndText iso={row.ends_at} isDay /> },
]

function ConsentName({ consent }: { consent: EndingConsent }) {
  const { partnerId } = useFrame()
  return (
    <GoLink className="thing" to={partnerPlaces.grantedConsent(partnerId, consent.consent_id)}>
      {consent.tenant_name}
    </GoLink>
  )
}

/** The access of apps that ends soon: only its customer gives more time, on the consent pages. */
function Consents({ consents }: { consents: readonly EndingConsent[] }) {
  if (consents.length === 0) return null
  return (
    <>
      <h2 className="section-title">{t('expiring.consents')}</h2>
      <p className="muted">{t('expiring.consents_about')}</p>
      <DataTable
        caption={t('expiring.consents')}
        columns={columns}
        rows={consents}
        rowId={(row) => row.consent_id}
      />
    </>
  )
}

type LinksProps = EndingLinks & {
  consents: readonly EndingConsent[]
  days: number
  page: number
  onPage: (page: number) => void
}

function Links({ running, ended, consents, days, page, onPage }: LinksProps) {
  const rows = [...ended, ...running.filter(endsWithin(days))].toSorted(byEnd)
  const offset = page * limit
  return (
    <div className="stack">
      <Tiles
        days={[
          ...running.map((link) => link.expires_in_days ?? 0),
          ...consents.map((consent) => consent.days),
        ]}
        ended={ended.length}
      />
      <ChooseLinks links={rows} shown={rows.slice(offset, offset + limit)} />
      {rows.length > limit && (
        <div className="list-foot">
          <PageFoot paging={pagingOf({ offset, limit, total: rows.length }, onPage)} />
        </div>
      )}
      <Consents consents={consents.filter((consent) => consent.days <= days)} />
    </div>
  )
}

/** Links that end soon or ended lately, and asking their tenants for more time, many at once (B1, B14). */
export function ExpiringPage() {
  const { values, set } = useFilters(spec)
  const links = useEndingLinks()
  const consents = useEndingConsents()
  const failed = links.isError ? links : consents
  const data = links.data && consents.data && { ...links.data, consents: consents.data }
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
      <Answer query={{ ...failed, data }} lines={8}>
        {(found) => (
          <Links
            {...found}
            days={Number(values.within)}
            page={values.page}
            onPage={(page) => set({ page })}
          />
        )}
      </Answer>
    </Page>
  )
}
