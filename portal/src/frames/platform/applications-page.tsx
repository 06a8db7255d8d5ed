import { readBody } from '@liaison/client'
import type { PartnerApplication } from '@liaison/client'
import type { ReactNode } from 'react'

import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { PageFoot } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces, serverPlaces } from '../../places.ts'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'

const statuses = ['submitted', 'approved', 'declined', 'any'] as const
const spec = { search: textField(), status: choiceField(statuses, 'submitted'), page: pageField() }

type ApplicationProps = { application: PartnerApplication }

function wordsFor(
  act: 'approve' | 'decline',
  { organisation, kind, contact_email: email }: PartnerApplication,
) {
  const names = { organisation, kind: tValue('kind', kind), email }
  return {
    act: t(`applications.${act}`),
    title: t(`applications.${act}_title`, names),
    effect: t(`applications.${act}_effect`, names),
    keep: t('applications.approve_keep'),
    done: t(`applications.${act}_done`, names),
  }
}

function Decide({ application }: ApplicationProps) {
  const params = { path: { reference: application.reference } }
  return (
    <div className="row">
      <MoveButton
        words={wordsFor('approve', application)}
        move={(_reason, { client }) =>
          readBody(client.POST('/admin/partner-applications/{reference}/approve', { params, body: {} }))
        }
      />
      <MoveButton
        words={wordsFor('decline', application)}
        reason="required"
        isDanger
        move={(reason, { client }) =>
          readBody(
            client.POST('/admin/partner-applications/{reference}/decline', { params, body: { reason } }),
          )
        }
      />
    </div>
  )
}

function decisionOf(application: PartnerApplication): string | null {
  const { decided_at: at, decided_by_name: name } = application
  if (at === null) return null
  const by = t('applications.by', { date: formatDate(at), name: name ?? '' })
  return [tValue('application_status', application.status), by, application.decision_reason]
    .filter((part) => part !== null)
    .join(', ')
}

function Application({ application }: ApplicationProps) {
  const mayDecide = useMay('platform.partners.manage')
  const { contact_name: name, contact_email: email, partner_id: partnerId } = application
  return (
    <Panel title={application.organisation}>
      <Facts
        facts={[
          fact(t('link.id'), <code className="mono">{application.reference}</code>),
          fact(t('column.kinds'), tValue('kind', application.kind)),
          fact(t('applications.contact'), `${name}, ${email}`),
          fact(t('applications.website'), application.website),
          fact(t('applications.purpose'), application.purpose),
          fact(t('applications.sent'), formatDate(application.submitted_at)),
          fact(t('applications.decision'), decisionOf(application)),
        ]}
      />
      {application.status === 'submitted' && mayDecide && <Decide application={application} />}
      {partnerId !== null && (
        <p>
          <GoLink to={platformPlaces.partner(partnerId)}>{t('applications.partner')}</GoLink>
        </p>
      )}
    </Panel>
  )
}

function NoApplications() {
  const address = window.location.origin + serverPlaces.apply
  return (
    <div className="list">
      <Empty title={t('applications.none')} text={t('applications.none_text', { address })} />
    </div>
  )
}

type Filtered = ReturnType<typeof useFilters<typeof spec>>

function Filters({ filters, note }: { filters: Filtered; note: ReactNode }) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('applications.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.status}
        words={statuses}
        labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('application_status', word))}
        onValue={(status) => set({ status })}
      />
    </FilterBar>
  )
}

/** Who applied to become a partner, and the decision. */
export function ApplicationsPage() {
  const filters = useFilters(spec)
  const { values, set } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
  }
  const applications = useRead(
    ['applications', query],
    (frame, signal) =>
      readBody(frame.client.GET('/admin/partner-applications', { params: { query }, signal })),
    { keep: true },
  )
  const toPage = (offset: number) => set({ page: Math.floor(offset / pageSize) })
  return (
    <Page title={t('applications.title')} lead={t('applications.lead')}>
      <Filters filters={filters} note={<Refreshed query={applications} />} />
      <Answer query={applications}>
        {({ items, total, limit, offset }) =>
          items.length === 0 ? (
            <NoApplications />
          ) : (
            <div className="stack form">
              {items.map((application) => (
                <Application key={application.reference} application={application} />
              ))}
              <div className="list-foot">
                <PageFoot paging={{ offset, limit, total, onOffset: toPage }} />
              </div>
            </div>
          )
        }
      </Answer>
    </Page>
  )
}
