import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { InvitationCode } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'

const spec = { page: pageField() }

function WithdrawButton({ code }: { code: InvitationCode }) {
  const mayWithdraw = useMay('tenant.partner_access.revoke')
  if (code.status !== 'open' || !mayWithdraw) return null
  const named = { code: code.hint }
  return (
    <MoveButton
      isInRow
      words={{
        open: t('invite_codes.withdraw'),
        act: t('invite_codes.withdraw_act'),
        title: t('invite_codes.withdraw_title', named),
        effect: t('invite_codes.withdraw_effect'),
        keep: t('invite_codes.keep'),
        done: t('invite_codes.withdrawn', named),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/tenant/partner-access/invitation-codes/{code_id}/withdraw', {
            params: { path: { code_id: code.code_id } },
          }),
        )
      }
    />
  )
}

/** What became of a code: which partner asked with it, or who took it back. */
function Became({ code }: { code: InvitationCode }) {
  const { tenantId } = useFrame()
  if (code.used_by !== null && code.used_at !== null)
    return (
      <div className="small muted">
        <GoLink to={orgPlaces.link(tenantId, code.used_by.link_id)}>{code.used_by.partner_name}</GoLink>,{' '}
        {formatDate(code.used_at)}
      </div>
    )
  if (code.withdrawn_at === null) return null
  return (
    <div className="small muted">
      {t('invite_codes.by', { name: code.withdrawn_by_name ?? '', date: formatDate(code.withdrawn_at) })}
    </div>
  )
}

const columns: Column<InvitationCode>[] = [
  {
    id: 'code',
    header: t('invite_codes.code'),
    cell: (row) => (
      <>
        <span className="mono">{row.hint}…</span>
        {row.note !== null && <div className="small muted">{row.note}</div>}
      </>
    ),
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => (
      <>
        <StatusChip family="invitation_code" value={row.status} />
        <Became code={row} />
      </>
    ),
  },
  {
    id: 'made',
    header: t('invite_codes.made'),
    cell: (row) => t('invite_codes.by', { name: row.made_by_name, date: formatDate(row.made_at) }),
  },
  {
    id: 'ends',
    header: t('invite_codes.ends'),
    numeric: true,
    cell: (row) => (
      <DateText iso={row.status === 'open' || row.status === 'expired' ? row.expires_at : null} />
    ),
  },
  { id: 'acts', header: '', cell: (row) => <WithdrawButton code={row} /> },
]

function ToNew() {
  const { tenantId } = useFrame()
  if (!useMay('tenant.partner_access.approve')) return null
  return (
    <Button data-new="" component={GoLink} to={orgPlaces.newCode(tenantId)}>
      {t('invite_codes.new')}
    </Button>
  )
}

/** The codes with which a partner may ask this organisation for access, and what became of each (B1). */
export function InvitationCodesPage() {
  const { name, tenantId } = useFrame()
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const codes = useRead(
    ['invitation-codes', query],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/partner-access/invitation-codes', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('invite_codes.title')}
      lead={t('invite_codes.lead')}
      back={{ to: orgPlaces.access(tenantId), label: t('access.title', { org: name }) }}
      tools={<ToNew />}
    >
      <PagedTable
        query={codes}
        caption={t('invite_codes.title')}
        columns={columns}
        rowId={(row) => row.code_id}
        lines={4}
        empty={<Empty title={t('invite_codes.none')} text={t('invite_codes.none_text')} />}
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
