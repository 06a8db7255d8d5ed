import type { SlaTerms } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'
import { formatLength } from '../shared/length.ts'
import { days, priorities } from './terms.ts'

export type People = ReadonlyMap<string, string>

function Targets({ terms }: { terms: SlaTerms }) {
  return (
    <Panel title={t('promise.targets')}>
      <table className="terms-table">
        <thead>
          <tr>
            <th scope="col">{t('promise.priority')}</th>
            <th scope="col">{t('promise.first_response')}</th>
            <th scope="col">{t('promise.resolution')}</th>
            <th scope="col">{t('promise.counted')}</th>
          </tr>
        </thead>
        <tbody>
          {priorities.map((name) => {
            const promise = terms.priorities[name]
            return (
              <tr key={name}>
                <th scope="row">{tValue('status.priority', name)}</th>
                <td className="num" data-name={t('promise.first_response')}>
                  {formatLength(promise.first_response_min)}
                </td>
                <td className="num" data-name={t('promise.resolution')}>
                  {formatLength(promise.resolution_min)}
                </td>
                <td className="nowrap" data-wide data-name={t('promise.counted')}>
                  {t(`promise.counted_${promise.calendar}`)}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Panel>
  )
}

function Hours({ terms }: { terms: SlaTerms }) {
  const { time_zone: zone, week, holidays } = terms.business_hours
  return (
    <Panel title={t('promise.hours')}>
      <Facts
        facts={[
          ...days.map((day) => {
            const open = week.filter((hours) => hours.day === day)
            return fact(
              t(`promise.day_${day}`),
              open.length === 0 ? (
                <span className="muted">{t('promise.closed')}</span>
              ) : (
                <span className="num">{open.map(({ from, to }) => `${from}–${to}`).join(', ')}</span>
              ),
            )
          }),
          fact(t('promise.zone'), zone),
          fact(
            t('promise.holidays'),
            holidays.length === 0
              ? t('promise.holidays_none')
              : holidays.map(({ date, name }) => `${formatDate(date)} ${name}`).join('; '),
          ),
        ]}
      />
    </Panel>
  )
}

type ReadProps = { terms: SlaTerms; people: People }

function Escalation({ terms, people }: ReadProps) {
  const steps = terms.escalate_to
  if (steps.length === 0) return t('promise.escalate_none')
  return (
    <ul className="plain">
      {steps.map((step) => (
        <li key={`${step.level} ${step.person_id} ${step.action}`}>
          {t(`promise.escalate_${step.action}`, {
            level: step.level,
            name: people.get(step.person_id) ?? t('promise.unknown_person'),
          })}
        </li>
      ))}
    </ul>
  )
}

function Rules({ terms, people }: ReadProps) {
  const { pause_states: pauses, uptime_target: uptime } = terms
  const warnAt = terms.warn_at.toSorted((left, right) => left - right)
  const paused = pauses.map((state) => t(`promise.pause_${state}`))
  const percents = warnAt.map((percent) => t('promise.percent', { percent }))
  return (
    <Panel title={t('promise.rules')}>
      <Facts
        facts={[
          fact(t('promise.pause_shown'), paused.length === 0 ? t('promise.pause_none') : paused.join(', ')),
          fact(t('promise.warn_shown'), <span className="num">{percents.join(', ') || '–'}</span>),
          fact(t('promise.escalate'), <Escalation terms={terms} people={people} />),
          fact(
            t('promise.uptime_shown'),
            uptime === null ? t('promise.uptime_none') : t('promise.percent', { percent: uptime }),
          ),
          fact(
            t('promise.downtime'),
            t(terms.maintenance_excluded ? 'promise.maintenance' : 'promise.maintenance_counts'),
          ),
        ]}
      />
    </Panel>
  )
}

/** Terms as people read them. */
export function TermsView({ terms, people }: { terms: SlaTerms; people: People }) {
  return (
    <div className="halves">
      <Targets terms={terms} />
      <Hours terms={terms} />
      <Rules terms={terms} people={people} />
    </div>
  )
}
