import type { ItemFault } from '#platform/item-faults.ts'
import type { Mandate } from '#platform/mandate.ts'
import { recordIngest, resolveItems, writeResolved } from './apply.ts'
import type { Placed } from './item-checks.ts'
import { PLANS } from './plans.ts'
import { KINDS, parseItem } from './schemas.ts'
import type { ItemOf, Kind } from './schemas.ts'
import { forgetPlans, markSeen, pairKey, prepareImport } from './store.ts'
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

/** How many records of one kind wait before all that wait are written. */
const BATCH_ITEMS = 2000

interface Waiting {
  readonly file: string
  readonly line: number
  readonly raw: unknown
}

interface KindState {
  waiting: Waiting[]
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

/** Records of one kind that were checked by themselves. */
interface ParsedBatch {
  readonly kind: Kind
  readonly batch: readonly Waiting[]
  readonly placed: readonly Placed<Kind>[]
  readonly faults: readonly ItemFault[]
}

function parseBatch(kind: Kind, batch: readonly Waiting[]): ParsedBatch {
  const parsed = batch.map(({ raw }, index) => ({ index, ...parseItem(kind, raw, index) }))
  return {
    kind,
    batch,
    placed: parsed.flatMap(({ index, item }): Placed<Kind>[] => (item === null ? [] : [{ index, item }])),
    faults: parsed.flatMap(({ faults }) => faults),
  }
}

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0

/** One import: rows go in, sets of records are written, faults are told with their lines. */
class Import {
  readonly #mandate: Mandate<'ingest'>
  readonly #options: ImportOptions
  readonly #kinds = new Map<Kind, KindState>()
  #writing: Promise<void> = Promise.resolve()
  #batches = 0
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

  /**
   * Hands over all that waits, in the order in which kinds refer to each other, once what was handed over before is
   * written. While the database writes, the next rows are read and checked; no more than two sets are in memory.
   */
  async flush(): Promise<void> {
    const batches = KINDS.flatMap((kind) => {
      const state = this.#kinds.get(kind)
      if (!state || state.waiting.length === 0) return []
      const batch = state.waiting
      state.waiting = []
      return [parseBatch(kind, batch)]
    })
    await this.#writing
    this.#writing = this.#writeAll(batches, this.#rows)
    // Whoever waits for it next is told of its failure; until then it is nobody's.
    this.#writing.catch(() => undefined)
  }

  /** Settles when everything that was handed over is written. */
  written(): Promise<void> {
    return this.#writing
  }

  async #writeAll(batches: readonly ParsedBatch[], rows: number): Promise<void> {
    for (const batch of batches) {
      await this.#write(batch)
      this.#batches += 1
      if (isPowerOfTwo(this.#batches)) await forgetPlans(this.#mandate)
    }
    this.#options.onProgress(rows)
  }

  async #write(parsed: ParsedBatch): Promise<void> {
    const { kind, batch } = parsed
    const state = this.#stateOf(kind)
    try {
      const { items, repeats } = await this.#leaveOutRepeats(parsed)
      const resolved = await resolveItems(this.#mandate, { kind, items })
      const written = await writeResolved(this.#mandate, kind, resolved)
      const faults = [...parsed.faults, ...repeats, ...resolved.faults]
      for (const fault of faults.toSorted((left, right) => left.index - right.index))
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

  async #leaveOutRepeats({ kind, batch, placed }: ParsedBatch) {
    const earlier = await markSeen(
      this.#mandate,
      placed.map(({ index, item }) => ({
        key: `${kind} ${seenKey(kind, item)}`,
        place: `${batch[index]?.file}, line ${batch[index]?.line}`,
      })),
    )
    const pointer = kind === 'usage' ? '/day' : '/external_id'
    const repeats = placed.flatMap(({ index }, position): ItemFault[] => {
      const first = earlier.get(position)
      if (first === undefined) return []
      return [{ index, pointer, code: 'DUPLICATE_ITEM', detail: `The same record stands in ${first}.` }]
    })
    return { items: placed.filter((_, position) => !earlier.has(position)), repeats }
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
 * Imports rows in the transaction of the mandate, some thousand records at a time, so that memory does not grow with the
 * file. Every bad row is told. Throws a BadRowsError at the end when there was one, unless they are to be skipped; the
 * caller's transaction then leaves nothing behind.
 */
export async function importRows(
  mandate: Mandate<'ingest'>,
  rows: AsyncIterable<IncomingRow>,
  options: ImportOptions,
): Promise<ImportCounts> {
  await prepareImport(mandate)
  const running = new Import(mandate, options)
  try {
    for await (const row of rows) await running.take(row)
    await running.flush()
    await running.written()
  } finally {
    // A statement that came after the caller's rollback would stand by itself.
    await running.written().catch(() => undefined)
  }
  return running.finish()
}
