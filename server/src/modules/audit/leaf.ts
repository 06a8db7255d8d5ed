import { hash } from 'node:crypto'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import type { JsonValue } from '#platform/signed-log/index.ts'

/** The form of a leaf; it is part of the leaf, so that a later form never reads as this one. */
const LEAF_VERSION = 2

type JsonObject = { readonly [key: string]: JsonValue }

/** One event as the log seals it. */
export interface SealedEvent {
  readonly id: string
  /** With microseconds, UTC. */
  readonly occurredAt: string
  /** The canonical JSON (RFC 8785) whose hash is the leaf. */
  readonly leaf: string
  readonly origin: Origin
  readonly personal: Personal
}

/**
 * What names a person, or was written by one. The leaf holds a salted digest, so that all of it can be blanked when the
 * person is erased.
 */
export interface Personal {
  readonly salt: string
  /** Name of the actor, label of the resource, reason and changes: one JSON array, as the database writes it. */
  readonly text: string
  /** Set once it was blanked. */
  readonly digest: string | null
}

/** Where a request came from. The leaf holds a salted digest, so that address and user agent can be blanked later. */
export interface Origin {
  readonly salt: string
  readonly ip: string | null
  readonly user_agent: string | null
  /** Set once they were blanked. */
  readonly digest: string | null
}

/** The digest that stands in the leaf for network address and user agent. */
function digestOrigin(origin: Origin): string {
  if (origin.digest !== null) return origin.digest
  return hash('sha256', `${origin.salt}\n${origin.ip ?? ''}\n${origin.user_agent ?? ''}`, 'hex')
}

/** The digest that stands in the leaf for what names a person. */
export function digestPersonal({ salt, text, digest }: Personal): string {
  return digest ?? hash('sha256', `${salt}\n${text}`, 'hex')
}

// They stand in the leaf as the digests of the origin and of what is personal.
const HIDDEN: ReadonlySet<string> = new Set([
  'ip',
  'user_agent',
  'origin_salt',
  'origin_digest',
  'actor_name',
  'resource_label',
  'reason',
  'changes',
  'personal_salt',
  'personal_digest',
])

/**
 * What is selected of `audit_event e` to make its leaf: every column that the table has or will have, with its scopes.
 * Columns that are null do not stand in the leaf, so a column added later leaves old leaves as they are.
 */
export const LEAF_COLUMNS = `
  e.id::text as id,
  to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at,
  row_to_json(e)::text as event,
  coalesce((
    select jsonb_agg(jsonb_build_object('kind', s.kind, 'id', s.scope_id, 'row_count', s.row_count))
    from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at), '[]')::text as scopes,
  e.origin_salt::text as salt, host(e.ip) as ip, e.user_agent, encode(e.origin_digest, 'hex') as digest,
  e.personal_salt::text as personal_salt, audit.personal_text_of(e) as personal_text, encode(e.personal_digest, 'hex') as personal_digest`

/** A row that was selected with LEAF_COLUMNS. */
export interface LeafRow {
  readonly id: string
  readonly occurred_at: string
  readonly event: string
  readonly scopes: string
  readonly salt: string
  readonly ip: string | null
  readonly user_agent: string | null
  readonly digest: string | null
  readonly personal_salt: string
  readonly personal_text: string
  readonly personal_digest: string | null
}

function withoutNulls(record: JsonObject): { [key: string]: JsonValue } {
  const kept: { [key: string]: JsonValue } = {}
  for (const [key, value] of Object.entries(record)) {
    if (value !== null && !HIDDEN.has(key)) kept[key] = value
  }
  return kept
}

function parseObject(text: string): JsonObject {
  // PostgreSQL made the text from a row.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text) as JsonObject
}

const orderOf = (scope: JsonObject) => toCanonicalJson([scope['kind'] ?? null, scope['id'] ?? null])

/** The leaf of a row. */
export function toSealedEvent(row: LeafRow): SealedEvent {
  const origin = { salt: row.salt, ip: row.ip, user_agent: row.user_agent, digest: row.digest }
  const personal = { salt: row.personal_salt, text: row.personal_text, digest: row.personal_digest }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const scopes = (JSON.parse(row.scopes) as JsonObject[])
    .map(withoutNulls)
    .toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1))
  const leaf = toCanonicalJson({
    ...withoutNulls(parseObject(row.event)),
    v: LEAF_VERSION,
    occurred_at: row.occurred_at,
    origin: digestOrigin(origin),
    personal: digestPersonal(personal),
    scopes,
  })
  return { id: row.id, occurredAt: row.occurred_at, leaf, origin, personal }
}
