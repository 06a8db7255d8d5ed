import './features-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerDetail, PartnerFeature } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { OverrideActs } from './override-acts.tsx'
import { Why } from './why.tsx'

function toColumns(partner: PartnerDetail, mayManage: boolean): Column<PartnerFeature>[] {
  const columns: Column<PartnerFeature>[] = [
    {
      id: 'name',
      header: t('features.name'),
      cell: (row) => (
        <GoLink className="thing" to={platformPlaces.feature(row.key)}>
          {row.name}
        </GoLink>
      ),
    },
    {
      id: 'has',
      header: t('holders.has'),
      cell: (row) => <StatusChip family="feature_answer" value={row.is_on ? 'on' : 'off'} />,
    },
    { id: 'why', header: t('holders.why'), cell: (row) => <Why answer={row} /> },
  ]
  if (!mayManage) return columns
  const acts = (row: PartnerFeature) => (
    <OverrideActs feature={row} partner={{ id: partner.partner_id, name: partner.name }} setting={row} />
  )
  return [...columns, { id: 'acts', header: '', cell: acts }]
}

function List({ partner }: { partner: PartnerDetail }) {
  const mayManage = useMay('platform.features.manage')
  const features = useRead(['features', 'of', partner.partner_id], (frame, signal) =>
    readAllByOffset((place) =>
      readBody(
        frame.client.GET('/admin/partners/{partner_id}/features', {
          params: { path: { partner_id: partner.partner_id }, query: { limit: 100, ...place } },
          signal,
        }),
      ),
    ),
  )
  const columns = useMemo(() => toColumns(partner, mayManage), [partner, mayManage])
  return (
    <Answer query={features} lines={8}>
      {(items) =>
        items.length === 0 ? (
          <Empty title={t('state.none')} text={t('features.none_text')} />
        ) : (
          <DataTable caption={t('features.title')} columns={columns} rows={items} rowId={(row) => row.key} />
        )
      }
    </Answer>
  )
}

/** Which features a partner has, and why. */
export function PartnerFeaturesPage() {
  return <PartnerTab tab="features">{(partner) => <List partner={partner} />}</PartnerTab>
}
