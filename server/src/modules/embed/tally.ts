import type { Database } from '#platform/database.ts'
import { systemClock } from '#platform/clock.ts'
import { CountedRefusals } from '#platform/execution/counted-refusals.ts'

const MINUTE_MS = 60_000
const MAXIMUM_BUCKETS = 2000
/**
 * How many different strangers one minute keeps apart of those that reached nobody, and at each form; whatever more there are,
 * they are counted together, at the form that they reached.
 */
const MAXIMUM_STRANGERS = 50
/** Whom a row concerns. Each has a share of its own, so that a flood at one hides nothing from another. */
const PARTIES = [
  ...(['tenant_id', 'tenant_name', 'partner_id', 'partner_name'] as const),
  ...(['delegation_id', 'resource_type', 'resource_id'] as const),
]
/** What a row says of what happened; all the rest is of one refusal, and no row of many repeats it. */
const IN_COMMON = new Set(['plane', 'action', 'code', 'actor_type', 'source', ...PARTIES])

/** One refusal, as the audit log keeps it. */
export interface TalliedRefusal {
  /** Whom it is counted under: a credential, a form, or a network. */
  readonly principal: string
  readonly isStranger: boolean
  /** What is told of it; the address is a network already. */
  readonly event: Readonly<Record<string, unknown>>
}

/**
 * Records refusals of forms on a connection of their own, one row for each principal, reason and minute and a second one
 * with the number of repetitions: a flood cannot grow the log (E10). The rows of one minute are bounded, whoever sends it.
 */
export class RefusalTally {
  readonly #counted: CountedRefusals
  #strangers = { minute: -1, counts: new Map<string, number>() }

  constructor(database: Database) {
    this.#counted = new CountedRefusals({
      database,
      flushMs: MINUTE_MS / 4,
      nowMs: () => systemClock().getTime(),
      onError: () => undefined,
    })
  }

  /** Counts a refusal; the first of its minute is on disk when this returns. */
  record(refusal: TalliedRefusal, now: Date): Promise<void> {
    const minute = Math.floor(now.getTime() / MINUTE_MS)
    const { principal, event } = this.#bounded(refusal, minute)
    return this.#counted.record(keyOf(minute, principal, event), event, (minute + 1) * MINUTE_MS)
  }

  /** Writes what was counted. */
  close(): Promise<void> {
    return this.#counted.close()
  }

  /** What strangers send under ever new names, and whatever more than a process can keep apart, is one principal for each party. */
  #bounded(refusal: TalliedRefusal, minute: number): { principal: string; event: Record<string, unknown> } {
    const { principal, isStranger } = refusal
    const event = { ...refusal.event }
    if (this.#counted.has(keyOf(minute, principal, event))) return { principal, event }
    if (this.#strangers.minute !== minute) this.#strangers = { minute, counts: new Map() }
    const { counts } = this.#strangers
    const party = partyOf(event)
    const known = counts.get(party) ?? 0
    if ((isStranger && known >= MAXIMUM_STRANGERS) || this.#counted.size >= MAXIMUM_BUCKETS)
      return this.#overflow(minute, party, event)
    if (isStranger) counts.set(party, known + 1)
    return { principal, event }
  }

  #overflow(
    minute: number,
    party: string,
    event: Record<string, unknown>,
  ): { principal: string; event: Record<string, unknown> } {
    const shared = Object.fromEntries(Object.entries(event).filter(([name]) => IN_COMMON.has(name)))
    const own = { principal: `others at ${party}`, event: shared }
    if (this.#counted.has(keyOf(minute, own.principal, shared))) return own
    if (this.#counted.size < 2 * MAXIMUM_BUCKETS) return own
    for (const name of PARTIES) delete shared[name]
    return { principal: 'others', event: shared }
  }
}

const keyOf = (minute: number, principal: string, event: Readonly<Record<string, unknown>>): string =>
  `${minute} ${principal} ${String(event['action'])} ${String(event['code'])}`

const partyOf = ({
  tenant_id: tenant,
  partner_id: partner,
  delegation_id: delegation,
}: TalliedRefusal['event']) => JSON.stringify([tenant, partner, delegation])
