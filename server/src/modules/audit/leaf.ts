import { hash } from 'node:crypto'
import type pg from 'pg'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import type { JsonValue } from '#platform/signed-log/index.ts'

/** The form of a leaf; it is part of the leaf, so that a later form never reads as this one. */
const LEAF_VERSION = 2

/** One event as the log seals it. */
export interface SealedEvent {
  readonly id: string
  /** The transaction that wrote it. */
  readonly xid: string
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
export function digestOrigin(origin: Origin): string {
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

// What a leaf is made of beside the columns: selected first, in this order. The text of what is personal is what
// `audit.personal_text_of` gives; a call for each row would take as long as all the rest.
const FIRST = `
  to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  e.origin_salt, host(e.ip), e.user_agent, encode(e.origin_digest, 'hex'),
  e.personal_salt, jsonb_build_array(e.actor_name, e.resource_label, e.reason, e.changes)::text, encode(e.personal_digest, 'hex'),
  (select string_agg(s.scope_id || coalesce(s.row_count::text, '') || to_json(s.kind), E'\n')
   from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at)`
const FIRST_COUNT = 9

/** A row as the database writes it, without what the driver would make of it: texts, or null. */
export type TextRow = readonly (string | null)[]

/** How a column stands in the leaf: as it is between quotes, as text to be escaped, as a number, or as other JSON. */
type Form = 'plain' | 'text' | 'number' | 'json'

/** The types whose text needs no look; of any other one PostgreSQL writes the JSON. */
const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['uuid', 'plain'],
  ['xid8', 'plain'],
  ['text', 'text'],
  ['int4', 'number'],
  ['int8', 'number'],
])

interface Member {
  /** The name in quotes with its colon. */
  readonly opening: string
  readonly write: (row: TextRow, at: number) => string | null
}

function writeAs(form: Form, text: string): string | null {
  if (form === 'plain') return `"${text}"`
  if (form === 'text') return JSON.stringify(text)
  if (form === 'number') return JSON.stringify(Number(text))
  return text === 'null' ? null : toCanonicalJson(parseJson(text))
}

function parseJson(text: string): JsonValue {
  // PostgreSQL made the text.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text) as JsonValue
}

/** One scope as it was selected: its id, then the row count if there is one, then its kind as JSON. */
function writeScope(line: string): { readonly order: string; readonly text: string } {
  const id = line.slice(0, UUID_LENGTH)
  const opening = line.indexOf('"', UUID_LENGTH)
  const count = line.slice(UUID_LENGTH, opening)
  const kind = toCanonicalJson(parseJson(line.slice(opening)))
  const rest = count === '' ? '' : `,"row_count":${JSON.stringify(Number(count))}`
  return { order: `[${kind},"${id}"]`, text: `{"id":"${id}","kind":${kind}${rest}}` }
}

const UUID_LENGTH = 36

function writeScopes(lines: string | null): string {
  if (lines === null) return '[]'
  const scopes = lines.split('\n').map(writeScope)
  const sorted = scopes.toSorted((left, right) => (left.order < right.order ? -1 : 1))
  return `[${sorted.map(({ text }) => text).join(',')}]`
}

const originOf = (row: TextRow, at: number): Origin => ({
  salt: row[at + 1] ?? '',
  ip: row[at + 2] ?? null,
  user_agent: row[at + 3] ?? null,
  digest: row[at + 4] ?? null,
})

const personalOf = (row: TextRow, at: number): Personal => ({
  salt: row[at + 5] ?? '',
  text: row[at + 6] ?? '',
  digest: row[at + 7] ?? null,
})

/** How leaves are made of the columns that the table has, in the transaction in which they were read. */
export interface LeafShape {
  /** What is selected of `audit_event e`, in a query that `asTexts` made. */
  readonly columns: string
  /** The event whose columns begin at this place of a row; null when there is none. */
  toEvent(row: TextRow, at: number): SealedEvent | null
}

interface Column {
  readonly name: string
  readonly quoted: string
  readonly form: Form
}

function makeShape(columns: readonly Column[]): LeafShape {
  const places = new Map(columns.map(({ name }, index) => [name, FIRST_COUNT + index]))
  const [idAt, xidAt] = [places.get('id'), places.get('xid')]
  if (idAt === undefined || xidAt === undefined) throw new Error('The table of events has lost a column.')
  const ofColumns = columns.map(({ name, form }, index) => ({
    name,
    write: (row: TextRow, at: number) => {
      const text = row[at + FIRST_COUNT + index] ?? null
      return text === null ? null : writeAs(form, text)
    },
  }))
  const members: readonly Member[] = [
    ...ofColumns,
    { name: 'v', write: () => String(LEAF_VERSION) },
    { name: 'occurred_at', write: (row: TextRow, at: number) => `"${row[at] ?? ''}"` },
    { name: 'origin', write: (row: TextRow, at: number) => `"${digestOrigin(originOf(row, at))}"` },
    { name: 'personal', write: (row: TextRow, at: number) => `"${digestPersonal(personalOf(row, at))}"` },
    { name: 'scopes', write: (row: TextRow, at: number) => writeScopes(row[at + 8] ?? null) },
  ]
    // The order of RFC 8785: by UTF-16 code units.
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, write }) => ({ opening: `${JSON.stringify(name)}:`, write }))
  return {
    columns: [
      FIRST,
      ...columns.map(({ quoted, form }) => (form === 'json' ? `to_json(e.${quoted})` : `e.${quoted}`)),
    ].join(', '),
    toEvent(row, at) {
      const [id, occurredAt] = [row[at + idAt] ?? null, row[at] ?? null]
      if (id === null || occurredAt === null) return null
      let leaf = ''
      for (const { opening, write } of members) {
        const text = write(row, at)
        if (text !== null) leaf += `${leaf === '' ? '{' : ','}${opening}${text}`
      }
      const xid = row[at + xidAt] ?? ''
      return {
        id,
        xid,
        occurredAt,
        leaf: `${leaf}}`,
        origin: originOf(row, at),
        personal: personalOf(row, at),
      }
    },
  }
}

const RAW: pg.CustomTypesConfig = { getTypeParser: () => (text: unknown) => text }

/** A query whose rows are lists of texts: with what the driver would make of each value, reading takes twice as long. */
export function asTexts(text: string, values: readonly unknown[] = []): pg.QueryArrayConfig<unknown[]> {
  return { text, values: [...values], rowMode: 'array', types: RAW }
}

/**
 * Reads how leaves are made: every column that the table has stands in them, but those that are null, so that a column
 * added later leaves old leaves as they are. In the transaction that reads the events, which keeps the columns as they
 * are until it ends.
 */
export async function readLeafShape(client: Pick<pg.ClientBase, 'query'>): Promise<LeafShape> {
  await client.query('select from audit_event where false')
  const { rows } = await client.query<{ name: string; quoted: string; type: string }>(
    `select a.attname as name, quote_ident(a.attname) as quoted, t.typname as type
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = 'audit_event'::regclass and a.attnum > 0 and not a.attisdropped`,
  )
  const shown = rows.filter(({ name }) => !HIDDEN.has(name) && name !== 'occurred_at')
  return makeShape(shown.map(({ name, quoted, type }) => ({ name, quoted, form: FORMS.get(type) ?? 'json' })))
}
