import { idFromUuid } from '@liaison/access'
import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { announceOrder } from './events.ts'
import { findOpenOrders, getOrder, moveOrder } from './store.ts'
import type { OpenOrder, PlacedOrder } from './store.ts'

/** Carries orders out. An installation with real networks puts its own in place of the simulated one. */
export interface Fulfilment {
  readonly name: string
  /** Where an order that is not ended goes now; null when it stays. */
  next(order: OpenOrder, now: Date): 'in_progress' | 'completed' | null
}

/** No network is touched: an order is taken up, and completed, one step after another, each after a moment. */
export class SimulatedFulfilment implements Fulfilment {
  readonly name = 'simulated-fulfilment'
  readonly #stepSeconds: number

  constructor(stepSeconds = 20) {
    this.#stepSeconds = stepSeconds
  }

  next({ status, status_changed_at: since }: OpenOrder, now: Date): 'in_progress' | 'completed' | null {
    if (now.getTime() - since.getTime() < this.#stepSeconds * 1000) return null
    if (status === 'acknowledged') return 'in_progress'
    return status === 'in_progress' ? 'completed' : null
  }
}

async function carryOut(
  mandate: Mandate<'system'>,
  open: OpenOrder,
  fulfilment: Fulfilment,
): Promise<boolean> {
  const before = await getOrder(mandate, idFromUuid('order', open.id))
  const to = fulfilment.next(before, mandate.origin.now)
  if (to === null) return false
  await moveOrder(mandate, before, { to, reason: null })
  const order = await getOrder(mandate, idFromUuid('order', open.id))
  await announceOrder(mandate, order, {
    action: to === 'completed' ? 'orders.complete' : 'orders.progress',
    changes: { state: { before: before.status, after: to } },
  })
  return true
}

/**
 * Lets a fulfilment move the orders that wait: one step each, one transaction each. Running it again, or twice at once,
 * moves nothing twice; orders that stay, however many, keep none behind them from theirs. Answers how many orders moved.
 * Source: A7.
 */
export async function runFulfilment(
  database: Database,
  fulfilment: Fulfilment,
  { onlySandbox }: { readonly onlySandbox: boolean },
): Promise<number> {
  const job = { job: fulfilment.name }
  const round = new ClockRound()
  // What moved stands at the end of the line now, and is met again there.
  const moved = new Set<string>()
  for (let after: PlacedOrder | null = null; ;) {
    const place: PlacedOrder | null = after
    const open: PlacedOrder[] = await inSystemTransaction(database, job, (mandate) =>
      findOpenOrders(mandate, { onlySandbox, after: place }),
    )
    for (const order of open.filter(({ id }) => !moved.has(id))) {
      const move = () => inSystemTransaction(database, job, (mandate) => carryOut(mandate, order, fulfilment))
      if (await round.attempt(move)) moved.add(order.id)
    }
    after = open.at(-1) ?? null
    if (after === null) break
  }
  round.end('orders')
  return moved.size
}
