import { readBody } from '@liaison/client'
import type { Agency, AgencyForm, AgencyKey } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount, formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { formKey } from '../shared/form-key.ts'
import { AgencyFields, checkAgency, toAgencyBody, toAgencyDraft } from './agency-fields.tsx'
import { useAgency, useTypeLabels } from './calls.ts'

type AgencyProps = { agency: Agency; etag: string | null }

function AgencyFacts({ agency }: { agency: Agency }) {
  const now = useNow(60_000)
  const contact = [agency.contact_name, agency.contact_email, agency.contact_phone].filter(
    (line) => line !== null,
  )
  return (
    <Panel title={t('agency.about')}>
      <Facts
        facts={[
          fact(t('column.status'), <StatusChip family="agency" value={agency.status} />),
          fact(
            t('agency.contact'),
            contact.length > 0 && contact.map((line) => <div key={line}>{line}</div>),
          ),
          fact(
            t('agency.limit'),
            agency.daily_issue_limit === null ? t('agency.no_limit') : formatCount(agency.daily_issue_limit),
          ),
          fact(t('agencies.issued'), formatCount(agency.issued_30_days)),
          fact(t('agencies.refused'), formatCount(agency.refused_30_days)),
          fact(t('agencies.last_use'), <MomentText iso={agency.last_used_at} now={now} />),
          fact(
            t('agency.added'),
            t('agency.added_value', { date: formatDate(agency.created_at), name: agency.created_by_name }),
          ),
        ]}
      />
    </Panel>
  )
}

function ChangeForm({ agency, etag }: AgencyProps) {
  const [draft, setDraft] = useState(() => toAgencyDraft(agency))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: typeof draft, frame) =>
      readBody(
        frame.client.PATCH('/tenant/agencies/{agency_id}', {
          params: { path: { agency_id: agency.agency_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toAgencyBody(wanted),
        }),
      ),
    () => showToast(t('agency.saved')),
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('agency.save')}
      look="second"
      className="stack"
      onSend={() => {
        const found = checkAgency(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <AgencyFields draft={draft} errors={errors} onDraft={setDraft} />
    </WriteForm>
  )
}

function SwitchButton({ agency }: { agency: Agency }) {
  const act = agency.status === 'active' ? 'deactivate' : 'activate'
  const words = {
    act: t(`agency.${act}`),
    title: t(`agency.${act}_title`, { name: agency.name }),
    effect: t(`agency.${act}_effect`),
    keep: t(`agency.${act}_keep`),
    done: t(`agency.${act}_done`),
  }
  const move = (reason: string, frame: Frame) =>
    readBody(
      frame.client.POST(`/tenant/agencies/{agency_id}/${act}`, {
        params: { path: { agency_id: agency.agency_id } },
        body: { reason: reason === '' ? null : reason },
      }),
    )
  return <MoveButton key={act} words={words} move={move} reason="optional" isDanger={act === 'deactivate'} />
}

function formColumns(ten: string, labelOf: (type: string) => string): Column<AgencyForm>[] {
  return [
    {
      id: 'name',
      header: t('form.name'),
      cell: (row) => (
        <>
          <GoLink className="thing" to={orgPlaces.form(ten, row.agency_id, row.form_id)}>
            {row.name}
          </GoLink>
          <div className="small muted mono">{row.public_id}</div>
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="form" value={row.status} />,
    },
    {
      id: 'sites',
      header: t('form.sites'),
      cell: (row) =>
        row.allowed_origins.length === 0 ? (
          <span className="muted">{t('form.no_sites')}</span>
        ) : (
          row.allowed_origins.map((origin) => <div key={origin}>{origin}</div>)
        ),
    },
    {
      id: 'types',
      header: t('form.types'),
      cell: (row) =>
        row.config?.allowed_voucher_types.map(labelOf).join(', ') ?? (
          <span className="muted">{t('form.no_types')}</span>
        ),
    },
  ]
}

function FormsPanel({ agency }: { agency: Agency }) {
  const { tenantId: ten } = useFrame()
  const labelOf = useTypeLabels()
  const forms = useRead(['agency-forms', agency.agency_id], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/agencies/{agency_id}/forms', {
        params: { path: { agency_id: agency.agency_id } },
        signal,
      }),
    ),
  )
  const toNew = <GoLink to={orgPlaces.newForm(ten, agency.agency_id)}>{t('form.add')}</GoLink>
  return (
    <Panel title={t('form.list')}>
      <div className="stack">
        <Answer query={forms}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('form.none')} text={t('form.none_text')} />
            ) : (
              <DataTable
                caption={t('form.list')}
                columns={formColumns(ten, labelOf)}
                rows={items}
                rowId={(row) => row.form_id}
              />
            )
          }
        </Answer>
        <div>{toNew}</div>
      </div>
    </Panel>
  )
}

function StopKey({ row }: { row: AgencyKey }) {
  if (row.status !== 'active') return null
  const words = {
    act: t('key.stop'),
    title: t('key.stop_title', { name: row.name }),
    effect: t('key.stop_effect'),
    keep: t('key.stop_keep'),
    done: t('key.stop_done'),
  }
  const move = (reason: string, frame: Frame) =>
    readBody(
      frame.client.POST('/tenant/agency-keys/{key_id}/revoke', {
        params: { path: { key_id: row.key_id } },
        body: { reason },
      }),
    )
  return <MoveButton words={words} move={move} reason="required" isDanger isInRow />
}

function keyColumns(now: Date): Column<AgencyKey>[] {
  return [
    {
      id: 'name',
      header: t('key.name'),
      cell: (row) => (
        <>
          {row.name}
          <div className="small muted mono">{row.display}</div>
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="agency_key" value={row.status} />,
    },
    {
      id: 'from',
      header: t('key.networks'),
      cell: (row) =>
        row.allowed_networks.length === 0 ? t('key.anywhere') : row.allowed_networks.join(', '),
    },
    {
      id: 'minute',
      header: t('key.minute'),
      numeric: true,
      cell: (row) => formatCount(row.calls_per_minute),
    },
    {
      id: 'used',
      header: t('agencies.last_use'),
      numeric: true,
      cell: (row) => <MomentText iso={row.last_used_at} now={now} />,
    },
    { id: 'acts', header: '', cell: (row) => <StopKey row={row} /> },
  ]
}

function KeysPanel({ agency }: { agency: Agency }) {
  const { tenantId: ten } = useFrame()
  const now = useNow(60_000)
  const keys = useRead(['agency-keys', agency.agency_id], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/agencies/{agency_id}/keys', {
        params: { path: { agency_id: agency.agency_id } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('key.list')}>
      <div className="stack">
        <p className="muted">{t('key.about')}</p>
        <Answer query={keys}>
          {({ items }) =>
            items.length === 0 ? (
              <p>{t('key.none')}</p>
            ) : (
              <DataTable
                caption={t('key.list')}
                columns={keyColumns(now)}
                rows={items}
                rowId={(row) => row.key_id}
              />
            )
          }
        </Answer>
        <div>
          <GoLink to={orgPlaces.newAgencyKey(ten, agency.agency_id)}>{t('key.add')}</GoLink>
        </div>
      </div>
    </Panel>
  )
}

function AgencyParts({ agency, etag }: AgencyProps) {
  const { tenantId: ten } = useFrame()
  return (
    <div className="stack">
      {agency.status === 'inactive' && (
        <Note tone="attention">
          <p>{t('agency.stopped_note')}</p>
          {agency.status_reason !== null && (
            <p>{t('agency.stopped_reason', { reason: agency.status_reason })}</p>
          )}
        </Note>
      )}
      <FormsPanel agency={agency} />
      <AgencyFacts agency={agency} />
      <details>
        <summary>{t('agency.change')}</summary>
        <div className="form">
          <KeptForm value={{ agency, etag }} version={formKey(toAgencyDraft(agency))}>
            {(held) => <ChangeForm {...held} />}
          </KeptForm>
        </div>
      </details>
      <KeysPanel agency={agency} />
      <div>
        <GoLink to={orgPlaces.agencyReach(ten, agency.agency_id)}>{t('agency.reach')}</GoLink>
      </div>
    </div>
  )
}

/** One agency: its forms, its server keys, its bound, and the way to stop it (A6). */
export function AgencyPage() {
  const { tenantId: ten } = useFrame()
  const read = useAgency(useParam('agency'))
  const agency = read.data?.body
  return (
    <Page
      title={agency?.name ?? t('agencies.name')}
      back={{ to: orgPlaces.agencies(ten), label: t('agencies.title') }}
      tools={agency && <SwitchButton agency={agency} />}
    >
      <Answer query={read}>{({ body, etag }) => <AgencyParts agency={body} etag={etag} />}</Answer>
    </Page>
  )
}
