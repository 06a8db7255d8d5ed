import { readBody } from '@liaison/client'
import type { Visit } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { stringifySearch } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

/** The acts of one visit: those of its person from its first one to its last. */
function placeOf({ person_id: person, started_at: from, ended_at: last }: Visit, tenantId: string): string {
  // The end of a time is not part of it, and the last act is.
  const to = new Date(new Date(last).getTime() + 1000).toISOString()
  return `${orgPlaces.activity(tenantId)}${stringifySearch({ person, from, to })}`
}

function labelOf({ person_name: name, started_at: at }: Visit): string {
  return t('visits.acts_of', { name, at: formatUtc(at) })
}

/** Visits, newest first: who, when and for how long, how much, and what for. */
export function VisitList({ visits }: { visits: readonly Visit[] }) {
  const { tenantId } = useFrame()
  const mayRead = useMay('tenant.partner_access.audit.read')
  if (visits.length === 0) return <p className="muted">{t('visits.none')}</p>
  return (
    <ol className="steps">
      {visits.map((visit) => (
        <li key={visit.person_id + visit.started_at} className="history">
          <time dateTime={visit.started_at} className="muted small num">
            {formatUtc(visit.started_at)}
          </time>
          <p>
            <span className="strong">{visit.person_name}</span>, {visit.partner_name}
            <br />
            {t('visits.minutes', { count: visit.minutes })},{' '}
            {t('visits.line', { reads: visit.reads, writes: visit.writes })}
            {visit.reasons.map((text) => (
              <span key={text} className="muted">
                <br />
                {t('visits.reason', { text })}
              </span>
            ))}
            {visit.tickets.length > 0 && (
              <span className="muted">
                <br />
                {t('visits.ticket', { list: visit.tickets.join(', ') })}
              </span>
            )}
            {mayRead && (
              <>
                <br />
                <GoLink to={placeOf(visit, tenantId)} aria-label={labelOf(visit)}>
                  {t('visits.acts')}
                </GoLink>
              </>
            )}
          </p>
        </li>
      ))}
    </ol>
  )
}

/** How strongly a partner's people signed in, and who was stopped last. */
export function FactorPanel({ linkId }: { linkId: string }) {
  const evidence = useRead(['factors', linkId], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/partner-access/links/{link_id}/factors', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('factors.title')}>
      <Answer query={evidence} lines={2}>
        {(found) => (
          <div className="stack tight">
            <p>
              {found.sign_ins === 0
                ? t('factors.none')
                : t('factors.share', {
                    with: found.with_factor,
                    all: found.sign_ins,
                    passkey: found.with_passkey,
                  })}
            </p>
            <p className="muted">
              {t('factors.refused', { count: found.refused })}{' '}
              {found.last_refused_at !== null &&
                t('factors.last', {
                  name: joinNames([found.last_refused_name ?? t('value.none')]),
                  when: formatUtc(found.last_refused_at),
                })}
            </p>
          </div>
        )}
      </Answer>
    </Panel>
  )
}
