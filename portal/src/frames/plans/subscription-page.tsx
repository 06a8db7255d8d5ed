import './plans-words.ts'
import { readBody } from '@liaison/client'
import type { SubscriptionDetail } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { PriceText } from './plan-words.tsx'
import { userNameOf } from './subscriptions-page.tsx'

const acts = ['confirm', 'decline', 'hold', 'later', 'keep', 'end'] as const
type Act = (typeof acts)[number]

/** What a person of the partner can do with a subscription in its state. */
function actsFor(row: SubscriptionDetail): Act[] {
  if (row.state === 'signing') return ['confirm', 'decline']
  if (row.state === 'unsigned') return []
  const isHeld = row.holds.some((hold) => hold.kind === 'manual' && hold.released_at === null)
  const ending: Act[] = row.cancel_cause === null ? ['later'] : row.cancel_cause === 'partner' ? ['keep'] : []
  return [...(isHeld ? [] : (['hold'] as const)), ...ending, 'end']
}

function perform(act: Act, at: { id: string; reason: string }, { client }: Frame): Promise<unknown> {
  const base = { params: { path: { subscription_id: at.id } } }
  const body = reasonBody(at.reason)
  if (act === 'confirm')
    return readBody(client.POST('/partner/subscriptions/{subscription_id}/confirm', base))
  if (act === 'keep') return readBody(client.POST('/partner/subscriptions/{subscription_id}/keep', base))
  if (act === 'decline')
    return readBody(client.POST('/partner/subscriptions/{subscription_id}/decline', { ...base, body }))
  if (act === 'hold')
    return readBody(
      client.POST('/partner/subscriptions/{subscription_id}/holds', { ...base, body: { reason: at.reason } }),
    )
  const when = act === 'end' ? 'now' : 'period_end'
  return readBody(
    client.POST('/partner/subscriptions/{subscription_id}/end', { ...base, body: { when, ...body } }),
  )
}

function ActButton({ row, act }: { row: SubscriptionDetail; act: Act }) {
  const reason = act === 'hold' ? 'required' : act === 'confirm' || act === 'keep' ? undefined : 'optional'
  return (
    <MoveButton
      key={act}
      words={{
        act: t(`subscription.${act}`),
        title: t(`subscription.${act}_title`),
        effect: t(`subscription.${act}_effect`),
        keep: t(`subscription.${act}_keep`),
        done: t(`subscription.${act}_done`),
      }}
      {...(reason === undefined ? {} : { reason })}
      isDanger={act === 'end' || act === 'decline'}
      move={(given, frame) => perform(act, { id: row.subscription_id, reason: given }, frame)}
    />
  )
}

function endText(row: SubscriptionDetail): string | null {
  if (row.cancel_at === null || row.cancel_cause === null) return null
  return `${formatDate(row.cancel_at) ?? ''}, ${tValue('cause', row.cancel_cause)}`
}

function About({ row }: { row: SubscriptionDetail }) {
  const { partnerId } = useFrame()
  return (
    <Panel title={t('subscription.title')}>
      <Facts
        facts={[
          fact(t('subscriptions.state'), <StatusChip family="subscription" value={row.state} />),
          fact(
            t('subscriptions.plan'),
            <GoLink to={partnerPlaces.plan(partnerId, row.plan_id)}>{row.plan_name ?? row.plan_id}</GoLink>,
          ),
          fact(t('plans.price'), <PriceText price={row.price} period={row.period} />),
          fact(t('subscriptions.since'), <DateText iso={row.asked_at} />),
          fact(t('subscription.until'), row.signing_until && <DateText iso={row.signing_until} />),
          fact(t('subscription.signed'), row.signed_at && <DateText iso={row.signed_at} />),
          fact(t('subscription.paid'), row.paid_until && <DateText iso={row.paid_until} />),
          fact(t('subscription.cancel'), endText(row)),
          fact(
            t('subscription.next'),
            row.next &&
              t('subscription.next_value', {
                plan: row.next.plan_name ?? '',
                date: formatDate(row.next.starts_at) ?? '',
              }),
          ),
          fact(t('subscription.ended'), row.ended_at && <DateText iso={row.ended_at} />),
          fact(t('subscription.reason'), row.end_reason && tValue('end_reason', row.end_reason)),
        ]}
      />
    </Panel>
  )
}

type Hold = SubscriptionDetail['holds'][number]

function Release({ row, hold }: { row: SubscriptionDetail; hold: Hold }) {
  return (
    <MoveButton
      isInRow
      words={{
        act: t('holds.release'),
        title: t('holds.release_title'),
        effect: t('holds.release_effect'),
        keep: t('holds.release_keep'),
        done: t('holds.release_done'),
      }}
      reason="optional"
      move={(reason, { client }) =>
        readBody(
          client.POST('/partner/subscriptions/{subscription_id}/holds/{hold_id}/release', {
            params: { path: { subscription_id: row.subscription_id, hold_id: hold.hold_id } },
            body: reasonBody(reason),
          }),
        )
      }
    />
  )
}

function holdColumns(row: SubscriptionDetail, mayManage: boolean): Column<Hold>[] {
  return [
    { id: 'kind', header: t('holds.kind'), cell: (hold) => tValue('hold_kind', hold.kind) },
    { id: 'scope', header: t('holds.scope'), cell: (hold) => tValue('holds.scope', hold.scope) },
    { id: 'reason', header: t('holds.reason'), cell: (hold) => hold.reason },
    {
      id: 'by',
      header: t('holds.by'),
      cell: (hold) =>
        hold.placed_by_side === 'partner' ? hold.placed_by_name : tValue('mover', hold.placed_by_side),
    },
    { id: 'at', header: t('holds.at'), cell: (hold) => <DateText iso={hold.placed_at} /> },
    {
      id: 'released',
      header: t('holds.released'),
      cell: (hold) =>
        hold.released_at === null ? (
          mayManage && hold.may_release && <Release row={row} hold={hold} />
        ) : (
          <DateText iso={hold.released_at} />
        ),
    },
  ]
}

function Holds({ row, mayManage }: { row: SubscriptionDetail; mayManage: boolean }) {
  return (
    <Panel title={t('holds.title')}>
      {row.holds.length === 0 ? (
        <Empty title={t('holds.none')} />
      ) : (
        <DataTable
          caption={t('holds.title')}
          columns={holdColumns(row, mayManage)}
          rows={row.holds}
          rowId={(hold) => hold.hold_id}
        />
      )}
    </Panel>
  )
}

type Event = SubscriptionDetail['history'][number]

const eventColumns: Column<Event>[] = [
  { id: 'at', header: t('history.at'), cell: (event) => <DateText iso={event.at} /> },
  { id: 'what', header: t('history.what'), cell: (event) => tValue('history_act', event.action) },
  { id: 'by', header: t('history.by'), cell: (event) => tValue('mover', event.by) },
]

function History({ row }: { row: SubscriptionDetail }) {
  return (
    <Panel title={t('history.title')}>
      <DataTable
        caption={t('history.title')}
        columns={eventColumns}
        rows={row.history}
        rowId={(event) => `${event.at} ${event.action}`}
      />
    </Panel>
  )
}

/** One subscription: how it stands, what holds it, what became of it, and what can be done. */
export function SubscriptionPage() {
  const { partnerId } = useFrame()
  const id = useParam('subscription')
  const mayManage = useMay('partner_org.subscriptions.manage')
  const subscription = useRead(['subscription', id], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/subscriptions/{subscription_id}', {
        params: { path: { subscription_id: id } },
        signal,
      }),
    ),
  )
  const found = subscription.data
  return (
    <Page
      title={found === undefined ? t('subscription.title') : userNameOf(found)}
      back={{ to: partnerPlaces.subscriptions(partnerId), label: t('subscriptions.title') }}
      tools={mayManage && found && actsFor(found).map((act) => <ActButton key={act} row={found} act={act} />)}
    >
      <Answer query={subscription}>
        {(row) => (
          <div className="stack">
            <About row={row} />
            <Holds row={row} mayManage={mayManage} />
            <History row={row} />
            <p>
              <GoLink to={partnerPlaces.user(partnerId, row.end_user_id)}>{t('subscription.open')}</GoLink>
            </p>
          </div>
        )}
      </Answer>
    </Page>
  )
}
