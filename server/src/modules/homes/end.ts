import { idFromUuid } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { announceHome, recordHome } from './news.ts'
import { changeHome, holdOpen, getHome } from './store.ts'
import type { HomeMandate, HomeRow } from './store.ts'

interface Ending {
  readonly reason: string | undefined
  readonly origin: string
}

/** Ends what stands, and takes back or declines what waits, for the mandate's side; both are told. */
export async function endHome(mandate: HomeMandate, row: HomeRow, told: Ending): Promise<HomeRow> {
  const side = mandate.kind === 'tenant' ? 'tenant' : 'partner'
  const unanswered = side === 'tenant' ? 'withdrawn' : 'declined'
  const news = row.status === 'active' ? 'ended' : unanswered
  await changeHome(mandate, row, {
    status: news,
    ended_at: mandate.origin.now,
    ended_by_side: side,
    ended_by_name: mandate.actor.name,
    end_reason: told.reason ?? null,
  })
  const after = await getHome(mandate, idFromUuid('partner_home', row.id))
  const action = ({ ended: 'homes.end', withdrawn: 'homes.withdraw', declined: 'homes.decline' } as const)[
    news
  ]
  recordHome(mandate, after, { action, before: row.state, note: told.reason })
  await announceHome(mandate, after, { news, origin: told.origin })
  return after
}

/** What an emergency stop ended. */
export interface StoppedHome {
  readonly id: string
  readonly partner_id: string
  readonly partner_name: string
  readonly stateBefore: 'waiting' | 'offered' | 'active'
}

/** Ends that the mandate's tenant is a partner, or takes it back; of one partner where one is named. For the emergency stops. */
export async function stopHome(
  mandate: Mandate<'tenant'>,
  { partnerId, ...told }: Ending & { readonly partnerId?: PartnerId },
): Promise<StoppedHome | undefined> {
  const row = await holdOpen(mandate, partnerId)
  if (row === undefined) return undefined
  const { id, partner_id, partner_name } = await endHome(mandate, row, told)
  return { id, partner_id, partner_name, stateBefore: row.openState }
}
