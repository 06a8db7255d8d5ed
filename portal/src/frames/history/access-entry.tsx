import type { AccessThen } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { formatInstant } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { GroupedLines } from '../shared/grouped-lines.tsx'

type Person = AccessThen['people'][number]

function Lines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return t('then.nothing')
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

const until = (iso: string | null) => (iso === null ? t('who.until_stopped') : formatInstant(iso))

function wayOf(entry: AccessThen, org: string): string {
  if (entry.kind === 'link') return t('who.link', { role: entry.role_title ?? '' })
  return entry.kind === 'consent'
    ? t('who.consent', { app: entry.app_name ?? '', org })
    : t('who.resale', { org })
}

function stateOf({ state, freezes }: AccessThen): string {
  const frozen = freezes.map((one) => t(`then.freeze.${one.set_by}`, { since: formatInstant(one.since) }))
  return [t(`then.state.${state}`), ...frozen].join('; ')
}

/** What is said of a person in one line, after the name. */
function aboutOf(person: Person): string {
  return [
    person.role_title,
    person.can === null ? t('then.person_all') : null,
    person.elevated_until && t('then.person_elevated', { until: formatInstant(person.elevated_until) }),
    person.ends_at && t('then.person_until', { until: formatInstant(person.ends_at) }),
    person.stopped && t(`then.stopped.${person.stopped}`),
  ]
    .filter((part) => part !== null && part !== '')
    .join(', ')
}

function PersonLine({ person }: { person: Person }) {
  const about = aboutOf(person)
  return (
    <li>
      {person.name}
      {about !== '' && <span className="muted">{`: ${about}`}</span>}
      {person.can !== null && (
        <details>
          <summary>{t('then.person_less', { name: person.name })}</summary>
          <Lines lines={person.can} />
        </details>
      )}
    </li>
  )
}

function People({ entry }: { entry: AccessThen }) {
  if (entry.people_total === 0) return t('then.people_none')
  const more = entry.people_total - entry.people.length
  return (
    <ul>
      {entry.people.map((person) => (
        <PersonLine key={person.person_id} person={person} />
      ))}
      {more > 0 && <li className="muted">{t('then.people_more', { count: more })}</li>}
    </ul>
  )
}

function accountsOf({ accounts, own_accounts: own }: AccessThen) {
  if (own !== null) return t('then.own_accounts', { count: own })
  if (accounts === null) return null
  if (accounts.length === 0) return t('then.accounts_none')
  return (
    <Lines lines={accounts.map(({ number, name }) => (name === number ? number : `${name} (${number})`))} />
  )
}

/** One access as it stood at a moment; `org` is whose data it opened. */
export function AccessEntry({ entry, org }: { entry: AccessThen; org: string }) {
  return (
    <Panel title={entry.partner_name}>
      <Facts
        facts={[
          fact(t('who.how'), wayOf(entry, org)),
          fact(t('then.state'), stateOf(entry)),
          fact(t('then.from'), formatInstant(entry.starts_at)),
          fact(t('who.until'), until(entry.ends_at)),
          fact(
            t('then.opened'),
            entry.can.length === 0 ? t('then.nothing') : <GroupedLines lines={entry.can} />,
          ),
          fact(t('then.granted'), entry.granted.length > 0 && <Lines lines={entry.granted} />),
          fact(t('then.denied'), entry.denied.length > 0 && <Lines lines={entry.denied} />),
          fact(t('then.accounts'), accountsOf(entry)),
          fact(t('then.people'), entry.kind === 'link' && <People entry={entry} />),
        ]}
      />
    </Panel>
  )
}
