import './realms-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerDetail, RealmFigures } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Note, Panel, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatCount } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { PartnerRealmState } from './realm-state.tsx'

type Counted = { name: string; count: number }

function toColumns(title: string): Column<Counted>[] {
  return [
    { id: 'name', header: title, cell: (row) => row.name },
    { id: 'count', header: t('realm.count'), numeric: true, cell: (row) => formatCount(row.count) },
  ]
}

function Counts({
  title,
  prefix,
  counts,
}: {
  title: string
  prefix: string
  counts: Record<string, number>
}) {
  const rows = Object.entries(counts).map(([name, count]) => ({ name: tValue(prefix, name), count }))
  return (
    <Panel title={title}>
      <DataTable caption={title} columns={toColumns(title)} rows={rows} rowId={(row) => row.name} />
    </Panel>
  )
}

function Figures({ figures }: { figures: RealmFigures }) {
  return (
    <>
      <section className="tiles" aria-label={t('realm.state')}>
        <Tile title={t('realm.users')}>
          <p className="figure num">{formatCount(figures.user_count)}</p>
        </Tile>
        <Tile title={t('realm.fresh')}>
          <p className="figure num">{formatCount(figures.new_in_30_days)}</p>
        </Tile>
        <Tile title={t('realm.seen')}>
          <p className="figure num">{formatCount(figures.signed_in_in_30_days)}</p>
        </Tile>
      </section>
      <Note>
        {t('realm.privacy')} <GoLink to={platformPlaces.identityChecks()}>{t('nav.identity_checks')}</GoLink>
      </Note>
      <div className="halves">
        <Counts title={t('realm.roles')} prefix="realm_role" counts={figures.roles} />
        <Counts title={t('realm.states')} prefix="status.end_user" counts={figures.statuses} />
      </div>
    </>
  )
}

function Part({ partner }: { partner: PartnerDetail }) {
  const figures = useRead(['realm', partner.partner_id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}/realm', {
        params: { path: { partner_id: partner.partner_id } },
        signal,
      }),
    ),
  )
  return (
    <Answer query={figures}>
      {(body) => (
        <>
          <Figures figures={body} />
          <PartnerRealmState partnerId={partner.partner_id} />
        </>
      )}
    </Answer>
  )
}

/** A partner's own user base in figures, for the provider. */
export function RealmPage() {
  return <PartnerTab tab="realm">{(partner) => <Part partner={partner} />}</PartnerTab>
}
