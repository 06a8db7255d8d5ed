import type { TenantGroup } from '@liaison/client'
import { useMemo } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useGroups } from '../shared/group-pick.tsx'

function toColumns(partnerId: string): Column<TenantGroup>[] {
  return [
    {
      id: 'name',
      header: t('board.group'),
      cell: (group) => (
        <GoLink className="thing" to={partnerPlaces.group(partnerId, group.group_id)}>
          {group.name}
        </GoLink>
      ),
    },
    {
      id: 'about',
      header: t('teams.about'),
      cell: (group) => <span className="muted">{group.description ?? '–'}</span>,
    },
    { id: 'kind', header: t('groups.tenants_which'), cell: (group) => t(`groups.kind_of.${group.kind}`) },
    {
      id: 'named',
      header: t('groups.named'),
      numeric: true,
      cell: (group) => formatCount(group.included.length + group.excluded.length),
    },
    {
      id: 'tenants',
      header: t('groups.tenants'),
      numeric: true,
      cell: (group) => (
        <GoLink className="thing" to={`${partnerPlaces.tenants(partnerId)}?group=${group.group_id}`}>
          {formatCount(group.tenants_count)}
        </GoLink>
      ),
    },
    {
      id: 'changed',
      header: t('groups.changed'),
      numeric: true,
      cell: (group) => <DateText iso={group.updated_at} />,
    },
  ]
}

/** The partner's own labels for its tenants (B14). */
export function GroupsPage() {
  const { partnerId } = useFrame()
  const groups = useGroups()
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  const make = <BeginButton act="partner.group">{t('groups.make')}</BeginButton>
  return (
    <Page title={t('groups.title')} lead={t('groups.lead')} tools={make}>
      <Answer query={groups} lines={5}>
        {(items) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('groups.none')} text={t('groups.none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('groups.caption')}
              columns={columns}
              rows={items}
              rowId={(group) => group.group_id}
            />
          )
        }
      </Answer>
    </Page>
  )
}
