import { randomBytes } from 'node:crypto'
import { runBatch } from '#platform/wire/batch.ts'
import { acquire } from '../database.ts'
import type { Database } from '../database.ts'
import { systemClock } from '../clock.ts'
import type { Refusal, RefusalRecord } from '../refusal.ts'
import type { RequestTrace } from '../request-trace.ts'
import { publicIdOf } from '../public-id.ts'

const BUCKET_MS = 10_000
const STRANGER_BUCKET_MS = 60_000
const MAXIMUM_BUCKETS = 5_000
/** How many different organisations that were never linked one bucket keeps apart: enough to see guessing, too few to flood the log. */
const MAXIMUM_ASKED = 5

interface Bucket {
  readonly explainId: string
  readonly event: Record<string, unknown>
  readonly endsAtMs: number
  readonly asked: Set<string>
  repeats: number
}

/** A time-ordered UUID (RFC 9562 section 5.7) for rows whose id must be known before they are written. */
function makeUuid(nowMs: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** What was asked for is kept even where no organisation is named, so that guesses can be told apart; it was the caller who named it. */
function askedOf(refusal: Refusal): string | null {
  return refusal.code === 'TENANT_NOT_FOUND' ? refusal.askedTenantId : null
}

const naming = (asked: string | null) =>
  asked === null ? {} : { resource_type: 'tenant', resource_id: asked }

function toEvent(record: RefusalRecord, trace: RequestTrace, explainId: string): Record<string, unknown> {
  return { ...record.event, action: 'access.refused', explain_id: explainId, ...trace.toAudit() }
}

/** The decision with what the caller was told, since not every refusal has words that its code alone names. */
function toldOf(decision: unknown, { message, extras }: Refusal): unknown {
  if (typeof decision !== 'object' || decision === null) return decision
  return { ...decision, told: { sentence: message, next_step: extras.nextStep ?? null } }
}

function keepStatement(
  refusal: Refusal,
  { explanation }: RefusalRecord,
  uuid: string,
): { text: string; values: readonly unknown[] } {
  const { personId, partnerId, tenantId, permission, code } = explanation
  const decision = toldOf(explanation.decision, refusal)
  return {
    text: `insert into access_explanation (id, person_id, partner_id, tenant_id, permission, code, decision) values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [uuid, personId, partnerId, tenantId, permission, code, decision],
  }
}

/** Writes a refusal, and what belongs to it, on a connection of its own: the refused request rolls back. */
export async function writeRefusal(
  database: Database,
  event: Record<string, unknown>,
  extra?: { text: string; values: readonly unknown[] },
): Promise<void> {
  const client = await acquire(database, 'liaison_guard')
  try {
    const record = { text: 'select audit.record_refusal($1)', values: [event] }
    await runBatch(client, extra ? [extra, record] : [record])
  } finally {
    client.release()
  }
}

/**
 * Records refusals on a connection of its own, so that the rollback of the refused request does not erase them, and
 * keeps each decision so that it can be explained. The same refusal to the same principal within 10 seconds, and
 * refusals of strangers within a minute, are counted in one event. Source: access.md section 6.
 */
export class Guard {
  readonly #database: Database
  readonly #buckets = new Map<string, Bucket>()
  readonly #timer: NodeJS.Timeout

  constructor(database: Database) {
    this.#database = database
    this.#timer = setInterval(() => void this.flush(false), BUCKET_MS / 2)
    this.#timer.unref()
  }

  /** Records a refusal and returns the public id under which it can be explained. */
  async record(refusal: Refusal, trace: RequestTrace): Promise<string> {
    const record = refusal.toRecord()
    const { permission, code, tenantId } = record.explanation
    const key = [record.principal ?? trace.ip, record.event['plane'], tenantId, permission, code].join(' ')
    const nowMs = trace.now.getTime()
    const asked = askedOf(refusal)
    const known = this.#buckets.get(key)
    if (known && known.endsAtMs > nowMs) {
      await this.#count(known, asked)
      return known.explainId
    }
    if (known) await this.#writeRepeats(key, known)
    const uuid = makeUuid(nowMs)
    const explainId = publicIdOf('explain', uuid)
    const event = { ...toEvent(record, trace, uuid), ...naming(asked) }
    if (this.#buckets.size < MAXIMUM_BUCKETS) {
      const length = record.principal === null ? STRANGER_BUCKET_MS : BUCKET_MS
      const seen = new Set(asked === null ? [] : [asked])
      this.#buckets.set(key, { explainId, event, endsAtMs: nowMs + length, asked: seen, repeats: 0 })
    }
    await this.#write(event, keepStatement(refusal, record, uuid))
    return explainId
  }

  /** Writes the counts of buckets that have ended, or of all. */
  async flush(all: boolean): Promise<void> {
    const nowMs = systemClock().getTime()
    for (const [key, bucket] of this.#buckets) {
      if (all || bucket.endsAtMs <= nowMs) await this.#writeRepeats(key, bucket).catch(() => undefined)
    }
  }

  /** Stops counting and writes what was counted. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush(true)
  }

  async #count(bucket: Bucket, asked: string | null): Promise<void> {
    const isNew = asked !== null && !bucket.asked.has(asked) && bucket.asked.size < MAXIMUM_ASKED
    if (!isNew) {
      bucket.repeats += 1
      return
    }
    bucket.asked.add(asked)
    await this.#write({ ...bucket.event, ...naming(asked) })
  }

  async #writeRepeats(key: string, bucket: Bucket): Promise<void> {
    this.#buckets.delete(key)
    if (bucket.repeats > 0) await this.#write({ ...bucket.event, repeats: bucket.repeats })
  }

  async #write(
    event: Record<string, unknown>,
    extra?: { text: string; values: readonly unknown[] },
  ): Promise<void> {
    await writeRefusal(this.#database, event, extra)
  }
}
