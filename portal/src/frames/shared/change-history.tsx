import './link-event-words.ts'
import { isAction } from '@liaison/access'
import type { TenantConsentDetail } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { formatInstant } from '../../platform/format.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t, tValue } from '../../platform/words.ts'
import { sentenceOfAction } from './access-words.ts'

type Change = TenantConsentDetail['history'][number]

function pairOf(detail: Change['detail'], field: string): [before: unknown, after: unknown] | null {
  const value = detail[field]
  // What was allowed at first stands there as it is; only a change has a before and an after.
  if (typeof value !== 'object' || value === null || !('after' in value)) return null
  return [Reflect.get(value, 'before'), Reflect.get(value, 'after')]
}

function wordsOf(actions: unknown): string {
  if (!Array.isArray(actions)) return ''
  return actions
    .filter((name) => typeof name === 'string')
    .filter(isAction)
    .map(sentenceOfAction)
    .join(', ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** What a change altered, in sentences. */
function linesOf({ detail }: Change): string[] {
  const actions = pairOf(detail, 'actions')
  const accounts = pairOf(detail, 'accounts')
  const end = pairOf(detail, 'ends_at')
  return [
    ...(actions === null
      ? []
      : [t('history.actions', { before: wordsOf(actions[0]), after: wordsOf(actions[1]) })]),
    ...(accounts === null
      ? []
      : [t('history.accounts', { before: textOf(accounts[0]), after: textOf(accounts[1]) })]),
    ...(end === null
      ? []
      : [t('history.ends', { before: formatUtc(textOf(end[0])), after: formatUtc(textOf(end[1])) })]),
  ]
}

/** Everything that ever changed on an access, newest first, with what was given as the reason. */
export function ChangeHistory({ history }: { history: readonly Change[] }) {
  return (
    <Panel title={t('link.history')}>
      <ol className="steps">
        {history.map((row) => {
          const reason = textOf(row.detail['reason'])
          return (
            <li key={`${row.version} ${row.changed_at} ${row.event}`} className="history">
              <time dateTime={row.changed_at} className="muted small num">
                {formatInstant(row.changed_at)}
              </time>
              <div>
                <p>
                  {tValue('history', row.event)}
                  {row.name !== null && <span className="muted"> {t('link.by', { name: row.name })}</span>}
                </p>
                {linesOf(row).map((line) => (
                  <p key={line} className="small">
                    {line}
                  </p>
                ))}
                {reason !== '' && <q className="small">{reason}</q>}
              </div>
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
