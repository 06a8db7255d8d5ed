import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerHome } from '@liaison/client'
import { useState } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { FirstApproval } from '../shared/void-first.tsx'
import { PagedTable } from '../shared/paged-table.tsx'

const OPEN = 'waiting,offered,active'
const PAST = 'declined,withdrawn,lapsed,ended'

const spec = { page: pageField() }

function AskForm() {
  const [slug, setSlug] = useState('')
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (partner_slug: string, { client }) =>
      readBody(client.POST('/tenant/partner-access/homes', { body: { partner_slug } })),
    (home) =>
      showToast(
        t(home.status === 'waiting' ? 'home_of.asked_first' : 'home_of.asked', {
          partner: home.partner_name,
        }),
      ),
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('home_of.ask')}
      onSend={() => {
        const found = slug.trim() === '' ? [{ field: 'partner_slug', text: t('home_of.missing') }] : []
        setErrors(found)
        if (found.length === 0) write.mutate(slug.trim())
      }}
    >
      <p>{t('home_of.opens')}</p>
      <TextInput
        id="partner_slug"
        label={t('home_of.slug')}
        description={t('home_of.slug_about')}
        autoComplete="off"
        maxLength={63}
        value={slug}
        error={errorOf(errors, 'partner_slug')}
        onChange={(event) => setSlug(event.currentTarget.value)}
      />
    </WriteForm>
  )
}

function ConfirmButton({ home }: { home: PartnerHome }) {
  const named = { partner: home.partner_name }
  const isFirst = home.first_approval_counts === false
  return (
    <MoveButton
      isApproval
      words={{
        act: t('home_of.confirm', named),
        title: t('home_of.confirm_title', named),
        effect: t(isFirst ? 'home_of.confirm_first' : 'home_of.confirm_effect', named),
        keep: t('home_of.confirm_keep'),
        done: t(isFirst ? 'home_of.asked_first' : 'home_of.confirmed'),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/tenant/partner-access/homes/{home_id}/confirm', {
            params: { path: { home_id: home.home_id } },
          }),
        )
      }
    />
  )
}

/** Takes back what waits, or ends what stands. */
function StopButton({ home }: { home: PartnerHome }) {
  const act = home.status === 'active' ? 'end' : 'withdraw'
  const named = { partner: home.partner_name }
  const params = { path: { home_id: home.home_id } }
  return (
    <MoveButton
      reason="optional"
      isDanger={act === 'end'}
      words={{
        act: t(`home_of.${act}`),
        title: t(`home_of.${act}_title`, named),
        effect: t(`home_of.${act}_effect`, named),
        keep: t(`home_of.${act}_keep`),
        done: t(act === 'end' ? 'home_of.ended' : 'home_of.withdrawn', named),
      }}
      move={(reason, { client }) =>
        readBody(
          client.POST(`/tenant/partner-access/homes/{home_id}/${act}`, { params, body: reasonBody(reason) }),
        )
      }
    />
  )
}

function sentenceOf(home: PartnerHome): string {
  const named = { partner: home.partner_name, name: home.asked_by_name }
  if (home.status === 'waiting')
    return t(home.asked_by_you ? 'home_of.waiting_you' : 'home_of.waiting', named)
  return t(home.status === 'offered' ? 'home_of.offered' : 'home_of.active', named)
}

const by = (name: string | null, iso: string | null) =>
  name === null || iso === null ? null : t('home_of.by', { name, date: formatDate(iso) })

function Standing({ home }: { home: PartnerHome }) {
  const mayDecide = useMay('tenant.partner_access.approve')
  const mayStop = useMay('tenant.partner_access.revoke')
  return (
    <Panel title={home.partner_name}>
      <div className="stack">
        {home.status === 'waiting' ? (
          <FirstApproval name={home.asked_by_name} counts={home.first_approval_counts}>
            {sentenceOf(home)}
          </FirstApproval>
        ) : (
          <p>{sentenceOf(home)}</p>
        )}
        <Facts
          facts={[
            fact(t('column.status'), <StatusChip family="partner_home" value={home.status} />),
            fact(t('home_of.asked_by'), by(home.asked_by_name, home.asked_at)),
            ...(home.confirmed_by_name === null
              ? []
              : [fact(t('home_of.confirmed_by'), by(home.confirmed_by_name, home.offered_at))]),
            home.accepted_by_name === null
              ? fact(t('home_of.answer_by'), <DateText iso={home.answer_by} />)
              : fact(t('home_of.accepted_by'), by(home.accepted_by_name, home.accepted_at)),
          ]}
        />
        <div className="row">
          {home.status === 'waiting' && !home.asked_by_you && mayDecide && <ConfirmButton home={home} />}
          {mayStop && <StopButton home={home} />}
        </div>
      </div>
    </Panel>
  )
}

function Present() {
  const mayAsk = useMay('tenant.partner_access.approve')
  const open = useRead(['homes', 'open'], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/partner-access/homes', { params: { query: { status: OPEN } }, signal }),
    ),
  )
  return (
    <Answer query={open}>
      {({ items: [home] }) => {
        if (home !== undefined) return <Standing home={home} />
        return mayAsk ? <AskForm /> : <p className="muted">{t('home_of.none_may')}</p>
      }}
    </Answer>
  )
}

const columns: Column<PartnerHome>[] = [
  { id: 'partner', header: t('column.partner'), cell: (row) => row.partner_name },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => (
      <>
        <StatusChip family="partner_home" value={row.status} />
        {row.end_reason !== null && <div className="small muted">{row.end_reason}</div>}
      </>
    ),
  },
  { id: 'asked', header: t('home_of.asked_by'), cell: (row) => by(row.asked_by_name, row.asked_at) },
  {
    id: 'over',
    header: t('home_of.over'),
    cell: (row) => by(row.ended_by_name, row.ended_at) ?? <DateText iso={row.answer_by} />,
  },
]

function Past() {
  const { values, set } = useFilters(spec)
  const query = { status: PAST, ...pagingQuery(values.page) }
  const past = useRead(
    ['homes', query],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/partner-access/homes', { params: { query }, signal })),
    { keep: true },
  )
  if (past.data?.total === 0) return null
  return (
    <section aria-label={t('home_of.past')}>
      <h2 className="section-title">{t('home_of.past')}</h2>
      <PagedTable
        query={past}
        caption={t('home_of.past')}
        columns={columns}
        rowId={(row) => row.home_id}
        lines={2}
        empty={null}
        onPage={(page) => set({ page })}
      />
    </section>
  )
}

/** Which partner the organisation is itself: said, confirmed, taken back and ended here (A5). */
export function HomePartnerPage() {
  const { name, tenantId } = useFrame()
  return (
    <Page
      title={t('home_of.title')}
      lead={t('home_of.lead')}
      back={{ to: orgPlaces.access(tenantId), label: t('access.title', { org: name }) }}
    >
      <div className="stack">
        <Present />
        <Past />
      </div>
    </Page>
  )
}
