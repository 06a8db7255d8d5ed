import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { CommercialRelationship } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { reasonBody } from '../../parts/move-button.tsx'
import type { Move } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { RowMoves } from '../../parts/row-moves.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { textField } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { Payer } from '../shared/order-words.tsx'
import { pagedQuery, pagedSpec, PagedList } from './paged-list.tsx'

const statuses = ['active', 'suspended', 'ended'] as const
const spec = { ...pagedSpec(statuses), partner: textField() }

const statusAfter = { suspend: 'suspended', resume: 'active', end: 'ended' } as const
type Act = keyof typeof statusAfter

function actsOf({ status }: CommercialRelationship): Act[] {
  if (status === 'active') return ['suspend', 'end']
  return status === 'suspended' ? ['resume', 'end'] : []
}

function Acts({ terms }: { terms: CommercialRelationship }) {
  const mayManage = useMay('platform.commercial.manage')
  if (!mayManage) return null
  const names = { ban: terms.customer_ban, payer: terms.payer_name }
  const moveOf =
    (act: Act) =>
    (reason: string, { client }: Frame) =>
      readBody(
        client.PATCH('/admin/commercial-relationships/{relationship_id}', {
          params: { path: { relationship_id: terms.relationship_id } },
          headers: { 'If-Match': `"v${terms.version}"` },
          body: { status: statusAfter[act], ...reasonBody(reason) },
        }),
      )
  const moves = actsOf(terms).map((act): Move => ({
    words: {
      act: t(`terms.${act}`),
      open: t(`row.${act}`),
      title: t(`terms.${act}_title`, names),
      effect: t(`terms.${act}_effect`, names),
      keep: t(`terms.${act}_keep`),
      done: t(`terms.${act}_done`, names),
    },
    reason: 'required',
    isDanger: act === 'end',
    move: moveOf(act),
  }))
  return <RowMoves thing={terms.tenant_name} moves={moves} />
}

const columns: Column<CommercialRelationship>[] = [
  {
    id: 'tenant',
    header: t('terms.customer'),
    cell: (terms) => (
      <GoLink className="thing" to={platformPlaces.tenant(terms.tenant_id)}>
        {terms.tenant_name}
      </GoLink>
    ),
  },
  {
    id: 'ban',
    header: t('terms.account'),
    cell: (terms) => <span className="nowrap">{terms.customer_ban}</span>,
  },
  {
    id: 'payer',
    header: t('terms.payer'),
    cell: (terms) => <Payer name={terms.payer_name} ban={terms.payer_ban} />,
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (terms) => (
      <>
        <StatusChip family="terms" value={terms.status} />
        {terms.status === 'active' && !terms.payer_stands && (
          <div className="small muted">{t('terms.payer_gone')}</div>
        )}
      </>
    ),
  },
  {
    id: 'kind',
    header: t('terms.kind'),
    cell: (terms) => terms.seller_name ?? t(`terms.${terms.kind}`),
  },
  { id: 'agreement', header: t('resale.agreement'), cell: (terms) => terms.agreement_reference ?? '–' },
  {
    id: 'since',
    header: t('column.since'),
    numeric: true,
    cell: (terms) => <DateText iso={terms.starts_at} />,
  },
  {
    id: 'acts',
    header: '',
    cell: (terms) => <Acts terms={terms} />,
  },
]

/** Who pays for which billing account, apart from every access; the address can narrow it to one wholesaler. */
export function CommercialPage() {
  const go = useGo()
  const mayManage = useMay('platform.commercial.manage')
  const filters = useFilters(spec)
  const { partner } = filters.values
  const query = {
    ...pagedQuery(statuses, filters.values),
    ...(partner === '' ? {} : { seller_partner_id: partner }),
  }
  const terms = useRead(
    ['commercial', query],
    (frame, signal) =>
      readBody(frame.client.GET('/admin/commercial-relationships', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('terms.title')}
      lead={t('terms.lead')}
      tools={
        mayManage && (
          <Button data-new="" onClick={() => go(platformPlaces.newCommercial())}>
            {t('terms.new')}
          </Button>
        )
      }
    >
      <PagedList
        filters={filters}
        rows={terms}
        statuses={statuses}
        family="terms"
        caption={t('terms.title')}
        columns={columns}
        rowId={(one) => one.relationship_id}
        emptyText={t('terms.none_text')}
      />
    </Page>
  )
}
