import './usage-words.ts'
import { readBody } from '@liaison/client'
import type { RealmLimits, RealmUsage } from '@liaison/client'

import { Panel, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { formatCount } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { limitName, limitText } from './meter.tsx'

type Figures = RealmUsage['items'][number]
type Policy = RealmLimits['items'][number]

function FigureTiles({ figures }: { figures: Figures }) {
  const shown = [
    ['users', figures.users],
    ['operations_today', figures.operations_today],
    ['operations_7d', figures.operations_7d],
    ['beyond_7d', figures.beyond_7d],
  ] as const
  return (
    <>
      <section className="tiles" aria-label={t('usage.figures')}>
        {shown.map(([name, count]) => (
          <Tile key={name} title={t(`usage.${name}`)}>
            <p className="figure num">{formatCount(count)}</p>
          </Tile>
        ))}
      </section>
      <Panel title={t('usage.held')}>
        {figures.in_force.length === 0 ? (
          <p className="muted">{t('usage.held_none')}</p>
        ) : (
          <ul>
            {figures.in_force.map(({ kind, users }) => (
              <li key={kind}>
                {tValue('usage.kind', kind)}: {formatCount(users)}
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  )
}

function policyText({ key, value, fixed, maximum }: Policy): string {
  if (fixed) return limitText(key, value)
  return maximum === null
    ? limitText(key, value)
    : t('usage.at_most', { value: limitText(key, value), maximum: limitText(key, maximum) })
}

function Floors() {
  const limits = useRead(['realm-limits'], (frame, signal) =>
    readBody(frame.client.GET('/admin/realm-limits', { signal })),
  )
  return (
    <Panel title={t('usage.floors')}>
      <p className="muted">{t('usage.floors_lead')}</p>
      <Answer query={limits}>
        {({ items }) => {
          const roles = [...new Set(items.map(({ role }) => role))]
          const keys = [...new Set(items.map(({ key }) => key))]
          return (
            <TableFrame
              caption={t('usage.floors')}
              look="table"
              heads={[t('usage.limit'), ...roles.map((role) => tValue('usage.role', role))]}
            >
              {keys.map((key) => (
                <tr key={key}>
                  <th scope="row">{limitName(key)}</th>
                  {roles.map((role) => {
                    const policy = items.find((item) => item.role === role && item.key === key)
                    return <td key={role}>{policy && policyText(policy)}</td>
                  })}
                </tr>
              ))}
            </TableFrame>
          )
        }}
      </Answer>
    </Panel>
  )
}

function Usage({ partnerId }: { partnerId: string }) {
  const usage = useRead(['realm-usage', partnerId], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/realm-usage', { params: { query: { partner_id: partnerId } }, signal }),
    ),
  )
  return (
    <Answer query={usage}>
      {({ items: [figures] }) =>
        figures === undefined ? (
          <p className="muted">{t('usage.no_realm')}</p>
        ) : (
          <FigureTiles figures={figures} />
        )
      }
    </Answer>
  )
}

/** The tab of a partner's page that shows how much its users do, in figures alone. */
export function PartnerUsagePage() {
  return (
    <PartnerTab tab="usage">
      {(partner) => (
        <div className="stack">
          <Usage partnerId={partner.partner_id} />
          <Floors />
        </div>
      )}
    </PartnerTab>
  )
}
