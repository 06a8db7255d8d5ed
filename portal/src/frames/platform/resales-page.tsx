import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Resale } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { reasonBody } from '../../parts/move-button.tsx'
import type { Move } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { RowMoves } from '../../parts/row-moves.tsx'
import { LinkChip } from '../../parts/values.tsx'
import { textField } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { pagedQuery, pagedSpec, PagedList } from './paged-list.tsx'

const statuses = ['active', 'suspended', 'expired', 'revoked'] as const
const spec = { ...pagedSpec(statuses), partner: textField() }

type Act = 'suspend' | 'resume' | 'revoke'

function actsOf({ status, status_changed_by_side: by }: Resale): Act[] {
  if (status === 'active') return ['suspend', 'revoke']
  if (status !== 'suspended') return []
  return by === 'provider' ? ['resume', 'revoke'] : ['revoke']
}

function Acts({ resale }: { resale: Resale }) {
  const mayManage = useMay('platform.commercial.manage')
  if (!mayManage) return null
  const names = { partner: resale.partner_name ?? '', tenant: resale.tenant_name ?? '' }
  const moveOf =
    (act: Act) =>
    (reason: string, { client }: Frame) =>
      readBody(
        client.POST(`/admin/resales/{resale_id}/${act}`, {
          params: { path: { resale_id: resale.resale_id } },
          body: reasonBody(reason),
        }),
      )
  const moves = actsOf(resale).map((act): Move => ({
    words: {
      act: t(`resales.${act}`),
      open: t(`row.${act}`),
      title: t(`resales.${act}_title`, names),
      effect: t(`resales.${act}_effect`, names),
      keep: t(`resales.${act}_keep`),
      done: t(`resales.${act}_done`, names),
    },
    reason: 'required',
    isDanger: act === 'revoke',
    move: moveOf(act),
  }))
  return <RowMoves thing={names.tenant} moves={moves} />
}

const columns: Column<Resale>[] = [
  {
    id: 'partner',
    header: t('resales.wholesaler'),
    cell: (resale) => (
      <GoLink className="thing" to={platformPlaces.partner(resale.partner_id)}>
        {resale.partner_name}
      </GoLink>
    ),
  },
  {
    id: 'tenant',
    header: t('resales.customer'),
    cell: (resale) => <GoLink to={platformPlaces.tenant(resale.tenant_id)}>{resale.tenant_name}</GoLink>,
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (resale) => <LinkChip status={resale.status} days={null} />,
  },
  { id: 'bans', header: t('resales.bans_short'), cell: (resale) => resale.bans.join(', ') },
  { id: 'agreement', header: t('resale.agreement'), cell: (resale) => resale.agreement_reference },
  {
    id: 'ends',
    header: t('link.ends'),
    numeric: true,
    cell: (resale) => <EndText iso={resale.ends_at} isDay />,
  },
  {
    id: 'acts',
    header: '',
    cell: (resale) => <Acts resale={resale} />,
  },
]

/** Wholesalers that manage end customers; the address can narrow the list to one of them. */
export function ResalesPage() {
  const go = useGo()
  const mayManage = useMay('platform.commercial.manage')
  const filters = useFilters(spec)
  const { partner } = filters.values
  const query = {
    ...pagedQuery(statuses, filters.values),
    ...(partner === '' ? {} : { partner_id: partner }),
  }
  const resales = useRead(
    ['resales', query],
    (frame, signal) => readBody(frame.client.GET('/admin/resales', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('resales.title')}
      lead={t('resales.lead')}
      tools={
        mayManage && (
          <Button data-new="" onClick={() => go(platformPlaces.newResale())}>
            {t('resales.attest')}
          </Button>
        )
      }
    >
      <PagedList
        filters={filters}
        rows={resales}
        statuses={statuses}
        family="link"
        caption={t('resales.title')}
        columns={columns}
        rowId={(resale) => resale.resale_id}
        emptyText={t('resales.none_text')}
      />
    </Page>
  )
}
