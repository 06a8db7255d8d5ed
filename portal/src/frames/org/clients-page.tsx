import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'
import { useMemo } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { DateText, IdText, MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { CanLines } from '../shared/can-lines.tsx'
import { sentencesOfScopes } from '../shared/access-words.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'

type Act = 'suspend' | 'resume' | 'revoke'

function actsOf({ status, status_changed_by_side: by, own_suspended_at: own }: ApiClient): Act[] {
  if (status === 'active') return ['suspend', 'revoke']
  if (status !== 'suspended') return []
  return by === 'tenant' || own !== null ? ['resume', 'revoke'] : ['suspend', 'revoke']
}

function Acts({ client }: { client: ApiClient }) {
  const names = { app: client.name }
  const moveOf =
    (act: Act) =>
    (reason: string, { client: api }: Frame) =>
      readBody(
        api.POST(`/tenant/clients/{client_id}/${act}`, {
          params: { path: { client_id: client.client_id } },
          body: { reason },
        }),
      )
  return (
    <RowActs>
      {actsOf(client).map((act) => (
        <MoveButton
          key={act}
          words={{
            act: t(`ownapp.${act}`),
            title: t(`ownapp.${act}_title`, names),
            effect: t(
              act === 'resume' && client.own_suspended_at !== null
                ? 'ownapp.resume_beneath'
                : `ownapp.${act}_effect`,
            ),
            keep: t(`ownapp.${act}_keep`),
            done: t(`ownapp.${act}_done`, names),
          }}
          reason="required"
          isDanger={act === 'revoke'}
          isInRow
          move={moveOf(act)}
        />
      ))}
    </RowActs>
  )
}

function toColumns(now: Date, mayManage: boolean): Column<ApiClient>[] {
  const acts: Column<ApiClient> = { id: 'acts', header: '', cell: (client) => <Acts client={client} /> }
  return [
    {
      id: 'name',
      header: t('consent.app'),
      cell: (client) => (
        <>
          <span className="strong">{client.name}</span>
          <br />
          <IdText id={client.client_id} />
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (client) => <StatusChip family="link" value={client.status} />,
    },
    {
      id: 'can',
      header: t('consent.narrow_actions'),
      cell: (client) => <CanLines can={sentencesOfScopes(client.scopes)} />,
    },
    {
      id: 'used',
      header: t('link.last_used'),
      numeric: true,
      cell: (client) => <MomentText iso={client.last_used_at} now={now} />,
    },
    {
      id: 'created',
      header: t('ownapp.created'),
      numeric: true,
      cell: (client) => <DateText iso={client.created_at} />,
    },
    ...(mayManage ? [acts] : []),
  ]
}

const spec = { page: pageField() }

/** The organisation's own apps: programs of its own that work on its accounts, without any partner. */
export function ClientsPage() {
  const { name } = useFrame()
  const now = useNow(60_000)
  const mayManage = useMay('tenant.clients.manage')
  const columns = useMemo(() => toColumns(now, mayManage), [now, mayManage])
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const clients = useRead(
    ['clients', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/clients', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('ownapp.title')}
      lead={t('ownapp.lead', { org: name })}
      tools={<BeginButton act="org.client">{t('ownapp.new')}</BeginButton>}
    >
      <PagedTable
        query={clients}
        caption={t('ownapp.title')}
        columns={columns}
        rowId={(client) => client.client_id}
        empty={<NoRows isFiltered={false} title={t('ownapp.none')} text={t('ownapp.none_text')} />}
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
