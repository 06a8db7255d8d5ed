import './link-event-words.ts'
import type { Link, LinkDetail } from '@liaison/client'

import { EndText } from '../../parts/end-text.tsx'
import { fact, Facts, Panel } from '../../parts/page.tsx'
import type { Fact } from '../../parts/page.tsx'
import { DiffList } from '../../parts/permission-list.tsx'
import { IdText, LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatInstant } from '../../platform/format.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t, tValue } from '../../platform/words.ts'

/** A link as either side reads it; only the conditions differ. */
type AnyLink = Omit<Link, 'conditions'>

/** A partner asks and the tenant approves, or the tenant invites and the partner accepts. */
function howItBegan(link: AnyLink): Fact[] {
  const isInvited = link.initiated_by === 'tenant'
  return [
    fact(t(isInvited ? 'link.invited' : 'link.asked'), formatUtc(link.requested_at)),
    fact(
      t(isInvited ? 'link.invitation' : 'link.message'),
      link.request_message && <q>{link.request_message}</q>,
    ),
    fact(
      t(isInvited ? 'link.accepted' : 'link.approved'),
      link.approved_at &&
        t('link.approved_value', {
          date: formatUtc(link.approved_at),
          name: link.approved_by_name ?? t('value.none'),
        }),
    ),
  ]
}

type LinkFactsProps = {
  link: AnyLink
  title: string
  whoPays?: string
  /** The status to show, where the link alone does not decide it. */
  shown?: string
}

function statusFact({ link, shown }: LinkFactsProps): Fact {
  const { status, expires_in_days: days, status_changed_by: by } = link
  return fact(t('column.status'), <LinkChip status={shown ?? status} days={days} by={by} />)
}

/** State, role, dates and origin of a link, in the same words on every side. */
export function LinkFacts(props: LinkFactsProps) {
  const { link, title, whoPays } = props
  const now = useNow(60_000)
  const isWaiting = link.status === 'requested'
  const { sla_response_hours: hours } = link
  return (
    <Panel title={title}>
      <Facts
        facts={[
          statusFact(props),
          fact(
            t('link.paused_by'),
            link.status === 'suspended' &&
              link.status_changed_by &&
              t(`link.paused_by.${link.status_changed_by}`),
          ),
          fact(t('link.reason'), link.status_reason && tValue('status_reason', link.status_reason)),
          fact(t('column.role'), link.role_title),
          fact(t('link.kind'), tValue('relationship', link.relationship_type)),
          fact(t('link.reach'), link.own_accounts_only ? t('link.opens_accounts') : null),
          fact(t('access.pays'), whoPays),
          fact(t('link.promise'), hours && t('link.promise_within', { hours })),
          fact(t('link.starts'), link.starts_at && <EndText iso={link.starts_at} />),
          fact(t('link.ends'), link.ends_at === null ? t('link.no_end') : <EndText iso={link.ends_at} />),
          fact(
            t('link.answer_by'),
            isWaiting && link.request_expires_at && <EndText iso={link.request_expires_at} />,
          ),
          fact(t('link.renewable'), link.renewable_until && <EndText iso={link.renewable_until} />),
          fact(
            t('link.renews'),
            link.auto_renew_days > 0
              ? t('link.renews_on', { days: link.auto_renew_days })
              : t('link.renews_off'),
          ),
          fact(t('link.last_used'), <MomentText iso={link.last_used_at} now={now} />),
          ...howItBegan(link),
          fact(t('link.id'), <IdText id={link.link_id} />),
        ]}
      />
    </Panel>
  )
}

/** Changes of a link that wait or were decided. */
export function ChangeList({ changes }: { changes: LinkDetail['changes'] }) {
  if (changes.length === 0) return null
  return (
    <Panel title={t('link.changes')}>
      <div className="stack">
        {changes.map((change) => (
          <div key={change.change_request_id}>
            <p className="small muted">
              {t('link.change_line', {
                status: tValue('change', change.status),
                name: change.requested_by_name,
                date: formatUtc(change.requested_at),
              })}
            </p>
            <DiffList rows={change.rows} />
            {change.reason !== null && <q>{change.reason}</q>}
          </div>
        ))}
      </div>
    </Panel>
  )
}

/** Everything that ever changed on a link, newest first; a request has none before it is answered. */
export function HistoryList({ history }: { history: LinkDetail['history'] }) {
  if (history.length === 0) return null
  return (
    <Panel title={t('link.history')}>
      <ol className="steps">
        {history.map((row) => (
          <li key={row.version} className="history">
            <time dateTime={row.changed_at} className="muted small num">
              {formatInstant(row.changed_at)}
            </time>
            <p>
              {tValue('link_event', row.event)}
              {row.name !== null && <span className="muted"> {t('link.by', { name: row.name })}</span>}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
