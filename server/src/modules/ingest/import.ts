import type { Mandate } from '#platform/mandate.ts'
import { recordIngest, resolveItems, writeResolved } from './apply.ts'
import type { Placed } from './apply.ts'
import { PLANS } from './plans.ts'
import { KINDS, parseItem } from './schemas.ts'
import type { ItemFault, ItemOf, Kind } from './schemas.ts'
import { makeSeenTable, markSeen, pairKey } from './store.ts'
import type { WrittenByTenant } from './store.ts'

/** What one row of a file stands for, or what is wrong with it. */
export interface IncomingRow {
  readonly file: string
  readonly line: number
  readonly items: readonly { readonly kind: Kind; readonly raw: unknown }[]
  readonly faults: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[]
}

/** One fault of one row. */
export interface BadRow {
  readonly file: string
  readonly line: number
  readonly kind: Kind | null
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

/** What became of the records of one kind. */
export interface KindCount {
  received: number
  created: number
  updated: number
  unchanged: number
}

/** What an import did, or would have done. */
export interface ImportCounts {
  readonly rows: number
  readonly badRows: number
  readonly kinds: Readonly<Partial<Record<Kind, KindCount>>>
}

export interface ImportOptions {
  /** Whether the good rows are taken although others are bad. */
  readonly skipsBadRows: boolean
  readonly onBadRow: (bad: BadRow) => void
  readonly onProgress: (rows: number) => void
}

/** Refuses the whole import because of its bad rows; all of them were told before. */
export class BadRowsError extends Error {
  override name = 'BadRowsError'
  readonly counts: ImportCounts

  constructor(counts: ImportCounts) {
    super(`${counts.badRows} of ${counts.rows} rows are bad; nothing was imported.`)
    this.counts = counts
  }
}

/** The size of the sets in which records are written. */
const BATCH_ITEMS = 1000

interface Waiting {
  readonly file: string
  readonly line: number
  readonly raw: unknown
}

interface KindState {
  readonly waiting: Waiting[]
  readonly count: KindCount
  readonly byTenant: WrittenByTenant
  readonly tenants: Map<string, string>
}

function addCounts(total: WrittenByTenant, more: WrittenByTenant): void {
  for (const [tenantId, { created, updated }] of more) {
    const before = total.get(tenantId) ?? { created: 0, updated: 0 }
    total.set(tenantId, { created: before.created + created, updated: before.updated + updated })
  }
}

/** One import: rows go in, sets of records are written, faults are told with their lines. */
class Import {
  readonly #mandate: Mandate<'ingest'>
  readonly #options: ImportOptions
  readonly #kinds = new Map<Kind, KindState>()
  #rows = 0
  #badRows = 0
  #lastBad = ''

  constructor(mandate: Mandate<'ingest'>, options: ImportOptions) {
    this.#mandate = mandate
    this.#options = options
  }

  #stateOf(kind: Kind): KindState {
    const known = this.#kinds.get(kind)
    if (known) return known
    const state: KindState = {
      waiting: [],
      count: { received: 0, created: 0, updated: 0, unchanged: 0 },
      byTenant: new Map(),
      tenants: new Map(),
    }
    this.#kinds.set(kind, state)
    return state
  }

  #tellBad(bad: BadRow): void {
    const place = `${bad.file}:${bad.line}`
    // The faults of one row come one after the other.
    if (place !== this.#lastBad) this.#badRows += 1
    this.#lastBad = place
    this.#options.onBadRow(bad)
  }

  async take(row: IncomingRow): Promise<void> {
    this.#rows += 1
    for (const fault of row.faults)
      this.#tellBad({ file: row.file, line: row.line, kind: row.items[0]?.kind ?? null, ...fault })
    if (row.faults.length > 0) return
    let isFull = false
    for (const { kind, raw } of row.items) {
      const { waiting } = this.#stateOf(kind)
      waiting.push({ file: row.file, line: row.line, raw })
      isFull ||= waiting.length >= BATCH_ITEMS
    }
    if (isFull) await this.flush()
  }

  /** Writes all that waits, in the order in which kinds refer to each other. */
  async flush(): Promise<void> {
    for (const kind of KINDS) {
      const state = this.#kinds.get(kind)
      if (!state) continue
      const waiting = state.waiting.splice(0)
      for (let first = 0; first < waiting.length; first += BATCH_ITEMS) {
        await this.#write(kind, waiting.slice(first, first + BATCH_ITEMS), state)
      }
    }
    this.#options.onProgress(this.#rows)
  }

  async #write(kind: Kind, batch: readonly Waiting[], state: KindState): Promise<void> {
    const { items, faults } = await this.#check(kind, batch)
    try {
      const resolved = await resolveItems(this.#mandate, { kind, items })
      const written = await writeResolved(this.#mandate, kind, resolved)
      for (const fault of [...faults, ...resolved.faults].toSorted((left, right) => left.index - right.index))
        this.#tellFault(kind, batch, fault)
      state.count.received += batch.length
      state.count.created += written.created
      state.count.updated += written.updated
      state.count.unchanged += written.unchanged
      addCounts(state.byTenant, written.byTenant)
      for (const [id, name] of resolved.tenants) state.tenants.set(id, name)
    } catch (cause) {
      const [first, last] = [batch[0], batch.at(-1)]
      throw new Error(
        `The ${kind} of ${first?.file}, lines ${first?.line} to ${last?.line}, could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      )
    }
  }

  async #check<K extends Kind>(
    kind: K,
    batch: readonly Waiting[],
  ): Promise<{ items: Placed<K>[]; faults: ItemFault[] }> {
    const parsed = batch.map(({ raw }, index) => ({ index, ...parseItem(kind, raw, index) }))
    const placed = parsed.flatMap(({ index, item }): Placed<K>[] => (item === null ? [] : [{ index, item }]))
    const earlier = await markSeen(
      this.#mandate,
      placed.map(({ index, item }) => ({
        key: `${kind} ${seenKey(kind, item)}`,
        place: `${batch[index]?.file}, line ${batch[index]?.line}`,
      })),
    )
    const repeats = placed.flatMap(({ index }, position): ItemFault[] => {
      const first = earlier.get(position)
      return first === undefined
        ? []
        : [
            {
              index,
              pointer: kind === 'usage' ? '/day' : '/external_id',
              code: 'DUPLICATE_ITEM',
              detail: `The same record stands in ${first}.`,
            },
          ]
    })
    const repeated = new Set(repeats.map(({ index }) => index))
    return {
      items: placed.filter(({ index }) => !repeated.has(index)),
      faults: [...parsed.flatMap(({ faults }) => faults), ...repeats],
    }
  }

  #tellFault(kind: Kind, batch: readonly Waiting[], { index, pointer, code, detail }: ItemFault): void {
    const row = batch[index]
    if (row) this.#tellBad({ file: row.file, line: row.line, kind, pointer, code, detail })
  }

  /** Ends the import: refuses it, or queues its audit events. */
  finish(): ImportCounts {
    const kinds = Object.fromEntries([...this.#kinds].map(([kind, { count }]) => [kind, count]))
    const counts: ImportCounts = { rows: this.#rows, badRows: this.#badRows, kinds }
    if (counts.badRows > 0 && !this.#options.skipsBadRows) throw new BadRowsError(counts)
    for (const [kind, { count, byTenant, tenants }] of this.#kinds) {
      const { created, updated, unchanged, received } = count
      recordIngest(this.#mandate, {
        kind,
        received,
        written: { created, updated, unchanged, byTenant },
        tenants,
      })
    }
    return counts
  }
}

function seenKey<K extends Kind>(kind: K, item: ItemOf<K>): string {
  const owner =
    'tenant' in item && typeof item.tenant === 'string'
      ? item.tenant
      : 'tenant_id' in item
        ? String(item.tenant_id)
        : ''
  return pairKey(owner, PLANS[kind].identify(item))
}

/**
 * Imports rows in the transaction of the mandate, a thousand records at a time, so that memory does not grow with the
 * file. Every bad row is told. Throws a BadRowsError at the end when there was one, unless they are to be skipped; the
 * caller's transaction then leaves nothing behind.
 */
export async function importRows(
  mandate: Mandate<'ingest'>,
  rows: AsyncIterable<IncomingRow>,
  options: ImportOptions,
): Promise<ImportCounts> {
  await makeSeenTable(mandate)
  const running = new Import(mandate, options)
  for await (const row of rows) await running.take(row)
  await running.flush()
  return running.finish()
}
