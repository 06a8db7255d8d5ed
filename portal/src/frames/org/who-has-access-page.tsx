import './who-has-access-words.ts'
import { readBody } from '@liaison/client'
import type { WhoHasAccess } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'
import { GroupedLines } from '../shared/grouped-lines.tsx'

function wayOf(entry: WhoHasAccess, org: string): string {
  if (entry.kind === 'link') return t('who.link', { role: entry.role_title ?? '' })
  const app = entry.app_name ?? ''
  if (entry.kind === 'consent') return t('who.consent', { app, org })
  if (entry.kind === 'resale') return t('who.resale', { org })
  return app === '' ? t('who.home', { org }) : t('who.home_app', { app, org })
}

function Entry({ entry, org }: { entry: WhoHasAccess; org: string }) {
  return (
    <Panel title={entry.partner_name}>
      <Facts
        facts={[
          fact(t('who.how'), wayOf(entry, org)),
          fact(t('who.since'), formatUtc(entry.since)),
          fact(t('who.until'), entry.ends_at === null ? t('who.until_stopped') : formatUtc(entry.ends_at)),
          fact(t('who.can'), <GroupedLines lines={entry.can} />),
        ]}
      />
    </Panel>
  )
}

/** Who has access to the organisation, for members who decide nothing about it: names, rights and dates. */
export function WhoHasAccessPage() {
  const { name } = useFrame()
  const access = useRead(['who-has-access'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/who-has-access', { signal })),
  )
  return (
    <Page title={t('who.title', { org: name })} lead={t('who.lead', { org: name })}>
      <Answer query={access} lines={10}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('who.none', { org: name })} text={t('who.none_text', { org: name })} />
            </div>
          ) : (
            <div className="stack">
              {items.map((entry) => (
                <Entry
                  key={`${entry.kind} ${entry.partner_name} ${entry.app_name ?? ''} ${entry.since}`}
                  entry={entry}
                  org={name}
                />
              ))}
              <p className="muted">{t('who.ask', { org: name })}</p>
            </div>
          )
        }
      </Answer>
    </Page>
  )
}
