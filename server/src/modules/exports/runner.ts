import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import type { AnyExportMandate } from '#platform/export-source.ts'
import { endMandate, enqueue, recordEvent, takeEvents } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { RefusalError } from '#platform/refusal.ts'
import { openForExport } from '#platform/resolvers/resolver.ts'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'
import { requireEverywhere } from './access.ts'
import { tellCompletion, tellEnd } from './events.ts'
import {
  claimNext,
  endExport,
  expire,
  findEnded,
  giveBack,
  mailOrderer,
  publish,
  removeOrphans,
} from './job-store.ts'
import type { Whole } from './job-store.ts'
import { completionMail, failureMail } from './mails.ts'
import { makeFile, StoppedError } from './make-file.ts'
import { sourceOf } from './registry.ts'
import type { ExportRow } from './store.ts'

const LOOK_INTERVAL_MS = 500
/** How many files one process makes at once. */
const MOST_PER_PROCESS = 3

export interface ExportOptions {
  readonly database: Database
  /** The origin that browsers see; mails lead there. */
  readonly publicOrigin: () => string
  readonly onError: (error: Error, where: string) => void
}

/** The part of exports that no request waits for. */
export interface Exports {
  /** Makes what waits, and what begins to wait meanwhile; resolves when nothing is left that may be made now. */
  makeDue(): Promise<void>
  /** Looks for orders twice a second from now on. */
  start(): void
  /** Ends at the next batch; what is not finished is made by another process, or at the next start. */
  stop(): Promise<void>
}

/** An export whose place this process holds. */
interface Held {
  readonly row: ExportRow
  /** Whoever knows it works as the person who ordered the export. */
  readonly claim: string
  readonly requestId: string
}

/** The process is ending: somebody else goes on. */
class LeavingError extends Error {
  override name = 'LeavingError'
}

async function asSystem<Result>(
  database: Database,
  work: (mandate: Mandate<'system'>) => Promise<Result>,
): Promise<Result> {
  const { mandate, transaction } = await openForSystem(database, 'exports', `job_${randomUUID()}`)
  try {
    const result = await work(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return result
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

const KINDS: ReadonlySet<string> = new Set(['portfolio', 'tenant', 'program', 'platform'])

function isOfExport(mandate: Mandate): mandate is AnyExportMandate {
  return KINDS.has(mandate.kind)
}

/** Ends an export without a file, and says so to whom it concerns. */
async function endWithout(
  mandate: Mandate<'system'>,
  id: string,
  end: {
    readonly status: 'failed' | 'cancelled'
    readonly reason: string
    readonly origin: string
    /** What of the order could not be taken, where that is why. */
    readonly refused?: string
  },
): Promise<void> {
  const row = await endExport(mandate, id, end)
  if (!row) return
  recordEvent(mandate, tellEnd(row, end.status === 'failed' ? 'fail' : 'stop'))
  if (row.plane !== 'platform') await enqueue(mandate, 'export.failed', subjectsOf(row))
  await mailOrderer(mandate, row.id, failureMail(row, end))
}

const fieldOf = (pointer: string): string => pointer.slice(pointer.lastIndexOf('/') + 1)

const subjectsOf = (row: ExportRow) => ({
  export_id: row.id,
  partner_id: row.partner_id,
  tenant_id: row.tenant_id,
})

/** Deletes the files whose time is over and what else was left behind. Repeating it does nothing more. */
export function sweepExports(database: Database): Promise<void> {
  return asSystem(database, async (mandate) => {
    for (const row of await findEnded(mandate)) {
      await expire(mandate, row.id)
      recordEvent(mandate, tellEnd(row, 'expire'))
    }
    await removeOrphans(mandate)
  })
}

class Exporter implements Exports {
  readonly #options: ExportOptions
  readonly #underWay = new Set<Promise<void>>()
  #looking: Promise<number> | null = null
  #timer: NodeJS.Timeout | undefined
  #isStopping = false

  constructor(options: ExportOptions) {
    this.#options = options
  }

  async makeDue(): Promise<void> {
    while ((await this.#look()) > 0 || this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_INTERVAL_MS).unref()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#looking
    await Promise.all(this.#underWay)
  }

  #tell(error: unknown): void {
    this.#options.onError(error instanceof Error ? error : new Error(String(error)), 'exports')
  }

  /** Begins what may be made now; resolves to how much that was. One look at a time. */
  #look(): Promise<number> {
    this.#looking ??= this.#begin()
      .catch((error: unknown) => {
        this.#tell(error)
        return 0
      })
      .finally(() => {
        this.#looking = null
      })
    return this.#looking
  }

  async #begin(): Promise<number> {
    let begun = 0
    while (!this.#isStopping && this.#underWay.size < MOST_PER_PROCESS) {
      const taken = await this.#take()
      if (taken === null) break
      begun += 1
      if (taken === 'given_up') continue
      const making = this.#make(taken)
        .catch((error: unknown) => this.#tell(error))
        .finally(() => this.#underWay.delete(making))
      this.#underWay.add(making)
    }
    return begun
  }

  #take(): Promise<Held | 'given_up' | null> {
    const claim = randomBytes(32)
    const { database, publicOrigin } = this.#options
    return asSystem(database, async (mandate) => {
      const claimed = await claimNext(mandate, createHash('sha256').update(claim).digest())
      if (!claimed) return null
      if (claimed.outcome === 'taken')
        return { row: claimed.row, claim: claim.toString('hex'), requestId: `job_${randomUUID()}` }
      await endWithout(mandate, claimed.id, {
        status: 'failed',
        reason: 'INTERRUPTED',
        origin: publicOrigin(),
      })
      return 'given_up'
    })
  }

  async #inMandate<Result>(
    held: Held,
    work: (mandate: AnyExportMandate) => Promise<Result>,
  ): Promise<Result> {
    if (this.#isStopping) throw new LeavingError()
    const { row, claim, requestId } = held
    const [permission] = row.permissions
    if (permission === undefined) throw new Error('An export without a permission opens nothing.')
    const asked = { exportId: row.id, claim, requestId, plane: row.plane, permission }
    const { mandate, transaction } = await openForExport(this.#options.database, asked)
    try {
      if (!isOfExport(mandate)) throw new Error('This mandate makes no exports.')
      const result = await work(mandate)
      await transaction.commit(takeEvents(mandate, null), 'durable')
      return result
    } finally {
      endMandate(mandate)
      await transaction.rollback()
    }
  }

  async #make(held: Held): Promise<void> {
    const source = sourceOf(held.row.kind)
    try {
      const whole = await makeFile(held.row, source, (work) => this.#inMandate(held, work))
      await this.#inMandate(held, (mandate) => this.#publish(mandate, held.row, whole))
    } catch (error) {
      await this.#settle(held, error)
    }
  }

  /** The last look at the access and the publication are one transaction. */
  async #publish(mandate: AnyExportMandate, row: ExportRow, whole: Whole): Promise<void> {
    requireEverywhere(mandate, row.tenant_ids, row.permissions)
    if (!(await publish(mandate, row, whole))) return
    const byTenant = new Map<string, number>(
      whole.manifest.included.map((tenant) => [tenant.tenant_id, tenant.rows ?? 0]),
    )
    const made = { rows: whole.rows, sha256: whole.sha256.toString('hex') }
    recordEvent(mandate, tellCompletion(row, { ...made, byTenant }))
    if (row.plane !== 'platform') await enqueue(mandate, 'export.completed', subjectsOf(row))
    await mailOrderer(mandate, row.id, completionMail(row, { ...made, origin: this.#options.publicOrigin() }))
  }

  /** What an attempt that made no file leaves behind. Whatever passes by itself is tried again when the lease has ended. */
  async #settle({ row }: Held, error: unknown): Promise<void> {
    const { database, publicOrigin } = this.#options
    const origin = publicOrigin()
    if (error instanceof StoppedError) return
    if (error instanceof LeavingError)
      return asSystem(database, (mandate) => giveBack(mandate, row.id, row.attempt))
    if (error instanceof RefusalError) {
      // Without a person the claim no longer holds: stopped, or taken over.
      if (error.code === 'UNAUTHORIZED') return
      return asSystem(database, (mandate) =>
        endWithout(mandate, row.id, { status: 'cancelled', reason: error.code, origin }),
      )
    }
    // What is refused of the order itself would be refused again at every attempt.
    if (error instanceof ProblemError && error.status < 500)
      return asSystem(database, (mandate) =>
        endWithout(mandate, row.id, {
          status: 'failed',
          reason: error.code,
          origin,
          ...(error.extras.errors !== undefined && {
            refused: error.extras.errors
              .map(({ pointer, detail }) => `${fieldOf(pointer)} ${detail}`)
              .join('; '),
          }),
        }),
      )
    this.#tell(error)
  }
}

/** Makes what makes the files in one process; any number of processes share the work. Begins with `start`. */
export function makeExports(options: ExportOptions): Exports {
  return new Exporter(options)
}
