import { readBody } from '@liaison/client'
import type { ScopeInUse } from '@liaison/client'

import { Facts, fact, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatCount } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const kindWords = { read: 'scopes.reads', change: 'scopes.changes', spend: 'scopes.spends' } as const

function ScopePanel({ scope }: { scope: ScopeInUse }) {
  const facts = [
    fact(
      t('scopes.permissions'),
      scope.permissions.map((name) => (
        <div key={name}>
          <code className="mono">{name}</code>
        </div>
      )),
    ),
    fact(t('scopes.clients'), formatCount(scope.clients)),
    fact(t('scopes.consents'), formatCount(scope.consents_in_force)),
  ]
  return (
    <Panel title={scope.scope}>
      <div className="stack tight">
        <ul className="lines">
          {scope.actions.map(({ action, kind, sentence }) => (
            <li key={action}>
              <span>{sentence}</span>
              <span className="chip" data-tone={kind === 'spend' ? 'attention' : 'off'}>
                {t(kindWords[kind])}
              </span>
            </li>
          ))}
        </ul>
        <Facts facts={facts} />
      </div>
    </Panel>
  )
}

/** Every scope in the words that customers read, and who uses it. */
export function ScopesPage() {
  const scopes = useRead(['scopes'], (frame, signal) =>
    readBody(frame.client.GET('/admin/catalogue/scopes', { signal })),
  )
  const version = scopes.data === undefined ? '–' : String(scopes.data.text_version)
  return (
    <Page title={t('scopes.title')} lead={t('scopes.lead', { version })}>
      <Answer query={scopes} lines={10}>
        {({ items, never }) => (
          <div className="stack">
            {items.map((scope) => (
              <ScopePanel key={scope.scope} scope={scope} />
            ))}
            <Panel title={t('scopes.never')}>
              <ul className="lines">
                {never.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </Panel>
          </div>
        )}
      </Answer>
    </Page>
  )
}
