import './plans-words.ts'
import { readBody } from '@liaison/client'
import type { Subscription } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import type { Frame } from '../../platform/frame.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

/** Releases the provider's own hold, which the subscription names when it is read. */
async function release({ client }: Frame, id: string, reason: string): Promise<void> {
  const path = { subscription_id: id }
  const detail = await readBody(client.GET('/admin/subscriptions/{subscription_id}', { params: { path } }))
  const own = detail.holds.filter((hold) => hold.may_release)
  for (const hold of own)
    await readBody(
      client.POST('/admin/subscriptions/{subscription_id}/holds/{hold_id}/release', {
        params: { path: { ...path, hold_id: hold.hold_id } },
        body: reasonBody(reason),
      }),
    )
}

function ProviderAct({ row }: { row: Subscription }) {
  if (row.state === 'unsigned') return null
  const isHeld = row.held_by.includes('policy')
  const words = isHeld
    ? {
        act: t('provider_holds.release'),
        title: t('provider_holds.release_title'),
        effect: t('holds.release_effect'),
        keep: t('holds.release_keep'),
        done: t('holds.release_done'),
      }
    : {
        act: t('provider_holds.place'),
        title: t('provider_holds.place_title'),
        effect: t('provider_holds.place_effect'),
        keep: t('provider_holds.place_keep'),
        done: t('provider_holds.place_done'),
      }
  return (
    <MoveButton
      isInRow
      words={words}
      reason={isHeld ? 'optional' : 'required'}
      move={(reason, frame) =>
        isHeld
          ? release(frame, row.subscription_id, reason)
          : readBody(
              frame.client.POST('/admin/subscriptions/{subscription_id}/holds', {
                params: { path: { subscription_id: row.subscription_id } },
                body: { reason },
              }),
            )
      }
    />
  )
}

function columnsOf(mayHold: boolean): Column<Subscription>[] {
  return [
    { id: 'user', header: t('provider_holds.user'), cell: (row) => <IdText id={row.end_user_id} /> },
    { id: 'plan', header: t('subscriptions.plan'), cell: (row) => row.plan_name ?? row.plan_id },
    {
      id: 'state',
      header: t('subscriptions.state'),
      cell: (row) => <StatusChip family="subscription" value={row.state} />,
    },
    {
      id: 'held',
      header: t('provider_holds.held'),
      cell: (row) => row.held_by.map((kind) => tValue('hold_kind', kind)).join(', ') || '–',
    },
    { id: 'since', header: t('subscriptions.since'), cell: (row) => <DateText iso={row.asked_at} /> },
    ...(mayHold
      ? [
          {
            id: 'acts',
            header: t('holds.acts'),
            cell: (row: Subscription) => <ProviderAct row={row} />,
          },
        ]
      : []),
  ]
}

/** The subscriptions of a partner's user base with the provider's own holds: who the users are is not told. */
export function ProviderHolds({ partnerId }: { partnerId: string }) {
  const mayHold = useMay('platform.realms.manage')
  const query = { partner_id: partnerId, limit: 50 }
  const subscriptions = useRead(['provider_subscriptions', query], (frame, signal) =>
    readBody(frame.client.GET('/admin/subscriptions', { params: { query }, signal })),
  )
  return (
    <Panel title={t('provider_holds.title')}>
      <Answer query={subscriptions} lines={5}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={t('provider_holds.none')} />
          ) : (
            <div className="stack tight">
              <p className="muted">{t('provider_holds.text')}</p>
              <DataTable
                caption={t('provider_holds.title')}
                columns={columnsOf(mayHold)}
                rows={page.items}
                rowId={(row) => row.subscription_id}
              />
            </div>
          )
        }
      </Answer>
    </Panel>
  )
}
