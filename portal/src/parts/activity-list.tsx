import { Button } from '@mantine/core'
import type { ActivityEvent } from '@liaison/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { readActivity } from '../platform/calls.ts'
import type { ActivityFilter } from '../platform/calls.ts'
import { formatInstant } from '../platform/format.ts'
import { useFrame } from '../platform/frame.ts'
import { t } from '../platform/words.ts'
import { LateExplainer } from './late-explainer.tsx'
import { fact, Facts } from './page.tsx'
import { ProofButton } from './proof-button.tsx'
import { Bones, Empty, NoMatch, TroublePanel } from './states.tsx'
import { StatusChip } from './values.tsx'

/** Why the person said they came in; both sides read it. */
function givenReasonOf({ changes }: ActivityEvent): string | null {
  const given: unknown = changes?.['access_reason']
  if (typeof given !== 'object' || given === null) return null
  const after: unknown = Reflect.get(given, 'after')
  return typeof after === 'string' ? after : null
}

function EventFacts({ event }: { event: ActivityEvent }) {
  const isOrg = useFrame().kind === 'org'
  return (
    <Facts
      facts={[
        fact(t('activity.person'), event.source !== 'job' && event.person_name),
        fact(t('activity.job'), event.source === 'job' && event.person_name),
        fact(t('activity.partner'), event.partner_name),
        fact(t(isOrg ? 'org.activity_organisation' : 'activity.tenant'), event.tenant_name),
        fact(t('activity.role'), event.role && <code className="mono">{event.role}</code>),
        fact(
          t(isOrg ? 'org.activity_right' : 'activity.permission'),
          event.permission && <code className="mono">{event.permission}</code>,
        ),
        fact(t('activity.action'), <code className="mono">{event.action}</code>),
        fact(t('activity.given_reason'), givenReasonOf(event)),
        fact(t('activity.own_reason'), event.reason),
        fact(t('activity.rows'), event.row_count === null ? null : String(event.row_count)),
        fact(t('activity.source'), event.source),
        fact(t('activity.ip'), event.ip),
        fact(t('activity.request'), event.request_id && <code className="mono">{event.request_id}</code>),
        fact(t('activity.configuration'), event.configuration_version),
        fact(t('activity.code'), event.code && <code className="mono">{event.code}</code>),
      ]}
    />
  )
}

type EventRowProps = { event: ActivityEvent; onWhy: (explainId: string) => void }

function EventRow({ event, onWhy }: EventRowProps) {
  const [isOpen, setOpen] = useState(false)
  const { explain_id: explainId } = event
  return (
    <li>
      <time dateTime={event.occurred_at} className="num muted small">
        {formatInstant(event.occurred_at)}
      </time>
      <div>
        <p>{event.sentence}</p>
        {event.outcome !== 'allowed' && (
          <p className="row">
            <StatusChip family="outcome" value={event.outcome} />
            {explainId !== null && (
              <button type="button" className="thing" onClick={() => onWhy(explainId)}>
                {t('explain.why')}
              </button>
            )}
          </p>
        )}
        {isOpen && (
          <>
            <EventFacts event={event} />
            <ProofButton eventId={event.event_id} />
          </>
        )}
      </div>
      <button type="button" className="row-tool" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('activity.more')}
      </button>
    </li>
  )
}

type ActivityListProps = {
  filter: ActivityFilter
  isFiltered: boolean
  emptyText: string
  /** What of it is not shown. */
  leavesOut?: (event: ActivityEvent) => boolean
}

const nothing = () => false

/** Who did what, as sentences, newest first; more is read on demand by the server's cursor. */
export function ActivityList({ filter, isFiltered, emptyText, leavesOut = nothing }: ActivityListProps) {
  const frame = useFrame()
  const [explained, setExplained] = useState<string | null>(null)
  const feed = useInfiniteQuery({
    queryKey: [frame.key, 'activity', filter],
    queryFn: ({ pageParam }) =>
      readActivity(frame, pageParam === '' ? filter : { ...filter, cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  })
  if (feed.isError && feed.data === undefined) {
    return <TroublePanel error={feed.error} onRetry={() => void feed.refetch()} />
  }
  if (feed.data === undefined) return <Bones lines={8} />
  const events = feed.data.pages.flatMap((page) => page.items).filter((event) => !leavesOut(event))
  if (events.length === 0 && !feed.hasNextPage) {
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('activity.empty')} text={emptyText} />}
      </div>
    )
  }
  return (
    <div className="list">
      <ol className="feed">
        {events.map((event) => (
          <EventRow key={event.event_id} event={event} onWhy={setExplained} />
        ))}
      </ol>
      <div className="list-foot">
        <span role="status">{t('activity.shown', { count: events.length })}</span>
        {feed.hasNextPage && (
          <Button
            variant="default"
            loading={feed.isFetchingNextPage}
            onClick={() => void feed.fetchNextPage()}
          >
            {t('activity.older')}
          </Button>
        )}
      </div>
      <LateExplainer explainId={explained} onClose={() => setExplained(null)} />
    </div>
  )
}
