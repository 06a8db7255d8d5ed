import { createHash } from 'node:crypto'
import { z } from 'zod'
import { databaseCodeOf } from '../database.ts'
import { runStatements } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import type { Statement, StatementResult } from '../statement.ts'

/** The answer that a key already has. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** What is kept under a key, as it was looked up with the round trip that opened a request; not held when somebody else works under the key. */
export const LookedUpKey = z.object({
  is_key_held: z.boolean(),
  kept: z
    .object({
      operation: z.string(),
      request_hash: z.string().transform((hex) => Buffer.from(hex, 'hex')),
      status: z.number().nullable(),
      headers: z.unknown(),
      body: z.unknown(),
    })
    .nullable(),
})
export type LookedUpKey = z.output<typeof LookedUpKey>

/** One use of an Idempotency-Key. */
export interface IdempotentUse {
  readonly key: string
  readonly operation: string
  /** What is wished: the body without what is new with each attempt. */
  readonly body: unknown
  /** The body as it was sent, where the two differ: keys of a process of before the update hold this one. */
  readonly sent?: unknown
  /** Waits up to three seconds for a request under the same key. */
  readonly waits?: boolean
}

function digest(body: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest()
}

/** The key of a request. Throws VALIDATION_ERROR for one of another form. */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'The Idempotency-Key must be 1 to 255 visible characters.',
    {
      errors: [
        {
          pointer: '/headers/idempotency-key',
          code: 'INVALID_FORMAT',
          detail: 'must be 1 to 255 visible ASCII characters',
        },
      ],
    },
  )
}

const PRINCIPAL = `access.context_id('actor_id')`
const LOCK = `hashtextextended('idempotency' || ${PRINCIPAL}::text || $1, 0)`
const LOCK_NOT_AVAILABLE = '55P03'

function inProgress(cause?: unknown): ProblemError {
  return new ProblemError(
    409,
    'IDEMPOTENCY_IN_PROGRESS',
    'A request with this Idempotency-Key is still being worked on.',
    { cause },
  )
}

/**
 * Holds the key until the transaction ends, in one round trip with the look at what is kept under it: each statement sees
 * what was committed before it began. Throws IDEMPOTENCY_IN_PROGRESS while another transaction works under the key.
 */
async function holdKey(
  mandate: Mandate,
  key: string,
  look: { readonly find: Statement; readonly waits: boolean },
): Promise<StatementResult | undefined> {
  if (!look.waits) {
    const [lock, found] = await runStatements(mandate, [
      { text: `select pg_try_advisory_xact_lock(${LOCK}) as held`, values: [key] },
      look.find,
    ])
    if (lock?.rows[0]?.['held'] !== true) throw inProgress()
    return found
  }
  try {
    const [, , found] = await runStatements(mandate, [
      { text: `select set_config('lock_timeout', '3s', true)`, values: [] },
      { text: `select pg_advisory_xact_lock(${LOCK})`, values: [key] },
      look.find,
    ])
    return found
  } catch (error) {
    throw databaseCodeOf(error) === LOCK_NOT_AVAILABLE ? inProgress(error) : error
  }
}

/**
 * Claims a key for this transaction. Returns the answer it already has, or null when the work is to be done now.
 * Throws IDEMPOTENCY_IN_PROGRESS while another transaction works under it, IDEMPOTENCY_CONFLICT when it was used for
 * something else. Source: access.md section 7, R3.
 */
export async function claimKey(
  mandate: Mandate,
  use: IdempotentUse,
  lookedUp: LookedUpKey | null = null,
): Promise<StoredAnswer | null> {
  const hashes = [use.body, use.sent ?? use.body].map(digest)
  const find = {
    text: `select operation, request_hash, status, headers, body from idempotency_record where principal = ${PRINCIPAL} and key = $1 and created_at > now() - interval '24 hours'`,
    values: [use.key],
  }
  const row =
    lookedUp?.is_key_held === true
      ? lookedUp.kept
      : (await holdKey(mandate, use.key, { find, waits: use.waits === true }))?.rows[0]
  if (!row) return null
  const stored = row['request_hash']
  const isSame = Buffer.isBuffer(stored) && hashes.some((hash) => hash.equals(stored))
  if (row['operation'] !== use.operation || !isSame) {
    throw new ProblemError(
      422,
      'IDEMPOTENCY_CONFLICT',
      'This Idempotency-Key was used for another request within the last 24 hours.',
    )
  }
  const headers = row['headers']
  return {
    status: Number(row['status']),
    headers:
      typeof headers === 'object' && headers !== null
        ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
        : {},
    body: row['body'],
  }
}

/** The statement that keeps the final answer under its key, in the transaction of the work. */
export function keepAnswer(
  use: IdempotentUse,
  answer: StoredAnswer,
): { text: string; values: readonly unknown[] } {
  return {
    text: `insert into idempotency_record (principal, key, operation, request_hash, status, headers, body)
      values (${PRINCIPAL}, $1, $2, $3, $4, $5, $6)
      on conflict (principal, key) do update set operation = excluded.operation, request_hash = excluded.request_hash,
        status = excluded.status, headers = excluded.headers, body = excluded.body, created_at = now()`,
    values: [
      use.key,
      use.operation,
      digest(use.body),
      answer.status,
      answer.headers,
      JSON.stringify(answer.body ?? null),
    ],
  }
}
