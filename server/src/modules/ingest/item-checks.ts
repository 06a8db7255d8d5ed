import { faultOfFuture } from '#platform/item-faults.ts'
import type { ItemFault } from '#platform/item-faults.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Plan } from './plans.ts'
import type { ItemOf, Kind } from './schemas.ts'
import { findAccountsInUse, findHolders, findReferenced, pairKey } from './store.ts'
import type { Pair } from './store.ts'

/** An item that was checked by itself, with its place among those that came. */
export interface Placed<K extends Kind> {
  readonly index: number
  readonly item: ItemOf<K>
}

/** An item whose tenant is known. */
export interface Named<K extends Kind> extends Placed<K> {
  readonly tenantId: string
}

/** Items that name the same record, or claim the same number, as an earlier one. */
export function findRepeats<K extends Kind>(plan: Plan<K>, items: readonly Named<K>[]): ItemFault[] {
  const faults: ItemFault[] = []
  const seen = new Map<string, number>()
  const note = (key: string, index: number, field: string) => {
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    else
      faults.push({
        index,
        pointer: `/${field}`,
        code: 'DUPLICATE_ITEM',
        detail: `Item ${first} has the same.`,
      })
  }
  for (const { item, index, tenantId } of items) {
    note(`id ${pairKey(tenantId, plan.identify(item))}`, index, 'external_id' in item ? 'external_id' : 'day')
    const held = plan.unique?.of(item)
    if (held !== undefined) note(`unique ${pairKey(tenantId, held)}`, index, plan.unique?.column ?? '')
  }
  return faults
}

/** How far the clock of a sender may be ahead of ours. */
const CLOCK_DIFFERENCE_MS = 60_000

/** What is said to have happened: more than a day ahead it is a slip that figures would keep. */
const HAPPENED = ['created_at', 'resolved_at', 'received_at', 'day'] as const

/** An answer that is still to come: it is none. */
function faultOfAnswer(index: number, at: unknown, now: Date): ItemFault[] {
  if (typeof at !== 'string' || Date.parse(at) <= now.getTime() + CLOCK_DIFFERENCE_MS) return []
  const detail = 'What is still to come is no answer.'
  return [{ index, pointer: '/first_response_at', code: 'IN_THE_FUTURE', detail }]
}

/** What is said to have happened and is still to come. */
export function findFuture(items: readonly Named<Kind>[], now: Date): ItemFault[] {
  return items.flatMap(({ item, index }) => {
    const told: Readonly<Record<string, unknown>> = item
    const ahead = HAPPENED.flatMap((field) => {
      const at = told[field]
      return typeof at === 'string' ? faultOfFuture({ index, pointer: `/${field}`, at }, now) : []
    })
    return [...faultOfAnswer(index, told['first_response_at'], now), ...ahead]
  })
}

/** Items whose number, account number or slug somebody else keeps. What another item of the batch gives up is free, in whatever order they come, where the plan says so. */
export async function findTaken<K extends Kind>(
  mandate: Mandate<'ingest'>,
  plan: Plan<K>,
  { items, faulty }: { readonly items: readonly Named<K>[]; readonly faulty: ReadonlySet<number> },
): Promise<ItemFault[]> {
  const { unique } = plan
  if (!unique) return []
  const wanted = items.flatMap(({ item, index, tenantId }) => {
    const text = unique.of(item)
    const name = `${mandate.source} ${plan.identify(item)}`
    return text === undefined ? [] : [{ index, tenantId, text, name }]
  })
  const pairs: Pair[] = wanted.map(({ tenantId, text }) => ({ tenantId, text }))
  const holders = await findHolders(mandate, { table: plan.table, column: unique.column, pairs })
  const held = wanted.flatMap((want) => {
    const holder = holders.get(pairKey(want.tenantId, want.text))
    return holder === undefined || holder === want.name ? [] : [{ ...want, holder }]
  })
  const taken = new Set<number>()
  // Whoever is refused gives nothing up, so that the next one may be refused in turn.
  for (let before = -1; before < taken.size;) {
    before = taken.size
    const moving = new Set(
      unique.isGivenUp
        ? wanted.flatMap(({ index, tenantId, name }) =>
            faulty.has(index) || taken.has(index) ? [] : [pairKey(tenantId, name)],
          )
        : [],
    )
    for (const { index, tenantId, holder } of held)
      if (!moving.has(pairKey(tenantId, holder))) taken.add(index)
  }
  return [...taken].map((index) => ({
    index,
    pointer: `/${unique.column}`,
    code: 'ALREADY_TAKEN',
    detail: 'Another record has this already.',
  }))
}

/** Accounts that would be counted in another currency than what was billed or ordered for them. */
export async function findFixedCurrencies(
  mandate: Mandate<'ingest'>,
  items: readonly Named<Kind>[],
): Promise<ItemFault[]> {
  const named = items.flatMap(({ item, index, tenantId }) =>
    'ban' in item ? [{ index, tenantId, text: item.external_id, currency: item.currency }] : [],
  )
  const { source } = mandate
  const held = await findReferenced(mandate, { table: 'billing_account', source, pairs: named })
  const changing = named.flatMap(({ index, tenantId, text, currency }) => {
    const account = held.get(pairKey(tenantId, text))
    return account && account.currency !== currency ? [{ ...account, index, tenantId }] : []
  })
  const used = await findAccountsInUse(mandate, changing)
  return changing
    .filter(({ id }) => used.has(id))
    .map(({ index, currency }) => ({
      index,
      pointer: '/currency',
      code: 'CURRENCY_FIXED',
      detail: `What was billed to the account, or ordered for it, is in ${currency ?? 'its currency'}: take another account.`,
    }))
}
