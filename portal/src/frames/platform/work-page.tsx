import { readBody } from '@liaison/client'
import type { ActivityEvent } from '@liaison/client'
import { lazy, Suspense } from 'react'

import { ActivityList } from '../../parts/activity-list.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, LinkChip } from '../../parts/values.tsx'
import { Coming } from '../../parts/settled.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { RestOf } from '../shared/rest-of.tsx'
import { frozenName } from '../shared/freeze-words.ts'

// Fetched after the page itself, so that the first page of the platform stays small.
const ProgramWork = lazy(async () => ({ default: (await import('../risk/program-work.tsx')).ProgramWork }))

const few = 8

function Waiting() {
  const query = { status: 'submitted', limit: few }
  const applications = useRead(['applications', query], (frame, signal) =>
    readBody(frame.client.GET('/admin/partner-applications', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.applications')}>
      <Answer query={applications} lines={3}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="muted">{t('work.applications_none')}</p>
          ) : (
            <>
              <ul className="lines">
                {items.map((application) => (
                  <li key={application.reference}>
                    <GoLink className="thing" to={platformPlaces.application(application.reference)}>
                      {application.organisation}
                    </GoLink>
                    <span className="muted">
                      <DateText iso={application.submitted_at} />
                    </span>
                  </li>
                ))}
              </ul>
              <RestOf
                shown={items.length}
                total={total}
                to={`${platformPlaces.applications()}?status=submitted`}
              />
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

function Frozen() {
  const freezes = useRead(['freezes'], (frame, signal) =>
    readBody(frame.client.GET('/admin/partner-access/freezes', { signal })),
  )
  return (
    <Panel title={t('work.freezes')}>
      <Answer query={freezes} lines={3}>
        {({ items }) => {
          const standing = items.filter((freeze) => freeze.in_force)
          if (standing.length === 0) return <p className="muted">{t('work.freezes_none')}</p>
          return (
            <ul className="lines">
              {standing.map((freeze) => (
                <li key={freeze.freeze_id}>
                  <GoLink className="thing" to={platformPlaces.freezes()}>
                    {frozenName(freeze)}
                  </GoLink>
                  <span className="muted">{formatDateTime(freeze.created_at)}</span>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </Panel>
  )
}

function Suspended() {
  const query = { status: 'suspended', limit: few }
  const links = useRead(['links', query], (frame, signal) =>
    readBody(frame.client.GET('/admin/partner-access/links', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.suspended')}>
      <Answer query={links} lines={3}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="muted">{t('work.suspended_none')}</p>
          ) : (
            <>
              <ul className="lines">
                {items.map((link) => (
                  <li key={link.link_id}>
                    <GoLink className="thing" to={platformPlaces.link(link.link_id)}>
                      {t('platform.link_title', { partner: link.partner_name, tenant: link.tenant_name })}
                    </GoLink>
                    <LinkChip status={link.status} days={null} />
                  </li>
                ))}
              </ul>
              <RestOf shown={items.length} total={total} to={`${platformPlaces.links()}?status=suspended`} />
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

const refused = { outcome: 'denied', limit: 30 }

/** That somebody was asked to confirm who they are is every day's work: it would hide the refusals worth a look. */
const isPrompt = ({ code }: ActivityEvent) => code === 'STEP_UP_REQUIRED'

/** What waits for the provider, and the latest refusals. */
export function WorkPage() {
  return (
    <Page title={t('nav.work')} lead={t('work.lead')}>
      <div className="stack">
        <div className="halves" data-rows="">
          <Waiting />
          <Frozen />
          <Suspended />
          <Suspense fallback={<Coming />}>
            <ProgramWork />
          </Suspense>
        </div>
        <section aria-label={t('work.refusals')}>
          <h2 className="section-title">{t('work.refusals')}</h2>
          <ActivityList
            filter={refused}
            isFiltered={false}
            emptyText={t('work.refusals_none')}
            leavesOut={isPrompt}
          />
        </section>
      </div>
    </Page>
  )
}
