import { readBody } from '@liaison/client'
import type { UserUsageDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { formatCount, formatDate, formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { t, tValue } from '../../platform/words.ts'
import { limitName, limitText } from './meter.tsx'

type Layered = UserUsageDetail['layers'][number]
type Past = UserUsageDetail['consequences'][number]

function Said({ limit, layer }: { limit: Layered; layer: 'plan' | 'partner' | 'user' }) {
  const value = limit[layer]
  if (value === null)
    return (
      <span className="muted">
        <span aria-hidden="true">–</span>
        <span className="unseen">{t('usage.says_nothing')}</span>
      </span>
    )
  return limitText(limit.key, value)
}

/** Every limit of a user: what holds, who decided it, and what each layer says. */
export function LimitTable({ detail }: { detail: UserUsageDetail }) {
  const holds = new Map(detail.usage.limits.map((limit) => [limit.key, limit]))
  const layers = ['plan', 'partner', 'user'] as const
  return (
    <Panel title={t('usage.limits')}>
      <div className="list">
        <TableFrame
          caption={t('usage.limits')}
          heads={[
            t('usage.limit'),
            t('usage.holds'),
            t('usage.decided_by'),
            t('usage.layer.platform'),
            ...layers.map((layer) => t(`usage.layer.${layer}`)),
          ]}
        >
          {detail.layers.map((limit) => {
            const held = holds.get(limit.key)
            return (
              <tr key={limit.key}>
                <td className="strong">{limitName(limit.key)}</td>
                <td data-label={t('usage.holds')}>{limitText(limit.key, held?.value ?? null)}</td>
                <td data-label={t('usage.decided_by')}>
                  {limit.rule === 'fixed'
                    ? t('usage.fixed')
                    : tValue('usage.layer', held?.decided_by ?? 'platform')}
                </td>
                <td data-label={t('usage.layer.platform')}>{limitText(limit.key, limit.platform)}</td>
                {layers.map((layer) => (
                  <td key={layer} data-label={t(`usage.layer.${layer}`)}>
                    <Said limit={limit} layer={layer} />
                  </td>
                ))}
              </tr>
            )
          })}
        </TableFrame>
      </div>
    </Panel>
  )
}

/** The operations of each of the last days. */
export function DayTable({ detail }: { detail: UserUsageDetail }) {
  return (
    <Panel title={t('usage.days')}>
      {detail.days.length === 0 ? (
        <p className="muted">{t('usage.days_none')}</p>
      ) : (
        <div className="list">
          <TableFrame
            caption={t('usage.days')}
            heads={[
              t('usage.day'),
              { figures: t('usage.operations') },
              { figures: t('usage.counted') },
              { figures: t('usage.beyond') },
            ]}
          >
            {detail.days.map((day) => (
              <tr key={day.day}>
                <td className="strong">{formatDate(day.day)}</td>
                <td className="num" data-label={t('usage.operations')}>
                  {formatCount(day.operations)}
                </td>
                <td className="num" data-label={t('usage.counted')}>
                  {formatCount(day.counted)}
                </td>
                <td className="num" data-label={t('usage.beyond')}>
                  {formatCount(day.beyond)}
                </td>
              </tr>
            ))}
          </TableFrame>
        </div>
      )}
    </Panel>
  )
}

function endOf(past: Past): string {
  if (past.reviewed_at !== null)
    return t('usage.reviewed_by', { name: past.reviewed_by_name ?? '', note: past.review_note ?? '' })
  if (past.status === 'over') return t('usage.over')
  if (past.status === 'in_force') return t('usage.in_force')
  return past.lifted_by_name === null
    ? t('usage.role_changed')
    : t('usage.lifted_by', { name: past.lifted_by_name, reason: past.lift_reason ?? '' })
}

/** What going beyond limits brought the user. */
export function PastTable({ detail }: { detail: UserUsageDetail }) {
  return (
    <Panel title={t('usage.happened')}>
      {detail.consequences.length === 0 ? (
        <p className="muted">{t('usage.happened_none')}</p>
      ) : (
        <div className="list">
          <TableFrame
            caption={t('usage.happened')}
            heads={[t('usage.what'), t('usage.limit'), t('usage.since'), t('usage.end'), t('usage.how')]}
          >
            {detail.consequences.map((past) => (
              <tr key={past.consequence_id}>
                <td className="strong">{tValue('usage.kind', past.kind)}</td>
                <td data-label={t('usage.limit')}>
                  {limitName(past.limit)}: {formatCount(past.allowed)}
                </td>
                <td data-label={t('usage.since')}>{formatDateTime(past.started_at)}</td>
                <td data-label={t('usage.end')}>
                  {past.ends_at === null ? '–' : formatDateTime(past.ends_at)}
                </td>
                <td data-label={t('usage.how')}>{endOf(past)}</td>
              </tr>
            ))}
          </TableFrame>
        </div>
      )}
    </Panel>
  )
}

/** The limits that are set for this user alone, with the way to lift them. */
export function OwnLimits({ detail }: { detail: UserUsageDetail }) {
  const mayManage = useMay('partner_org.users.manage')
  const own = detail.overrides.filter(({ holds }) => holds)
  return (
    <Panel title={t('usage.own')}>
      {own.length === 0 ? (
        <p className="muted">{t('usage.own_none')}</p>
      ) : (
        <div className="list">
          <TableFrame
            caption={t('usage.own')}
            heads={[
              t('usage.limit'),
              t('usage.holds'),
              t('usage.set_reason'),
              t('usage.set_by'),
              t('usage.set_until'),
              t('usage.acts'),
            ]}
          >
            {own.map((row) => (
              <tr key={row.key}>
                <td className="strong">{limitName(row.key)}</td>
                <td data-label={t('usage.holds')}>{limitText(row.key, row.value)}</td>
                <td data-label={t('usage.set_reason')}>{row.reason}</td>
                <td data-label={t('usage.set_by')}>{row.set_by_name}</td>
                <td data-label={t('usage.set_until')}>
                  {row.expires_at === null ? t('usage.no_end') : formatDateTime(row.expires_at)}
                </td>
                <td data-label={t('usage.acts')}>
                  {mayManage && <LiftButton userId={detail.end_user_id} limit={row.key} />}
                </td>
              </tr>
            ))}
          </TableFrame>
        </div>
      )}
    </Panel>
  )
}

function LiftButton({ userId, limit }: { userId: string; limit: string }) {
  const key = detailKey(limit)
  return (
    <MoveButton
      words={{
        act: t('usage.lift'),
        title: t('usage.lift_title'),
        effect: t('usage.lift_effect'),
        keep: t('usage.lift_keep'),
        done: t('usage.lifted'),
      }}
      isInRow
      move={(_, frame) =>
        readBody(
          frame.client.DELETE('/partner/users/{end_user_id}/limits/{key}', {
            params: { path: { end_user_id: userId, key } },
          }),
        )
      }
    />
  )
}

/** The limits that can be set for one user, in the order in which people look for them. */
export const SETTABLE = [
  'ops.per_day',
  'ops.per_7d',
  'rate.per_min',
  'on_exceed',
  'session.idle_s',
  'session.absolute_s',
  'session.max_concurrent',
] as const

export type SettableKey = (typeof SETTABLE)[number]

function detailKey(text: string): SettableKey {
  return SETTABLE.find((key) => key === text) ?? 'ops.per_day'
}
