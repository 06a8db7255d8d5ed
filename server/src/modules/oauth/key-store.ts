import { sql } from 'kysely'
import type { ColumnType, Generated } from 'kysely'
import { tables, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Database } from '#platform/database.ts'
import { Transaction } from '#platform/transaction.ts'
import { ACCESS_SECONDS } from './settings.ts'

export type KeyState = 'next' | 'active' | 'retired'

interface SigningKeyTable {
  id: Generated<string>
  kid: string
  state: KeyState
  public_jwk: ColumnType<Record<string, string>, string, never>
  private_key: ColumnType<never, Buffer, never>
  created_at: ColumnType<Date, never, never>
  activated_at: Date | null
  retired_at: Date | null
  /** Set when an emergency rotation ended everything that the key signed. */
  withdrawn_at: Date | null
}

interface KeyTables {
  signing_key: SigningKeyTable
}

/** A key as it is stored: the private half is sealed. */
export interface StoredKey {
  readonly kid: string
  readonly state: KeyState
  readonly public_jwk: Record<string, string>
  readonly private_key: Buffer
}

/** A new key, to be stored. */
export interface NewKey {
  readonly kid: string
  readonly publicJwk: Record<string, string>
  readonly sealed: Buffer
}

/** How long a retired key stays published: as long as tokens that it signed run, and some minutes for clocks. */
const RETIRED_SECONDS = ACCESS_SECONDS + 300
const LOCK = `select pg_advisory_xact_lock(hashtextextended('signing_key', 0))`

/** The keys that are published, the active one first. */
export async function loadKeys(database: Database): Promise<StoredKey[]> {
  const { rows } = await database.pool('liaison_auth').query<StoredKey>(
    `select kid, state, public_jwk, private_key from signing_key
     where withdrawn_at is null and (state <> 'retired' or retired_at > statement_timestamp() - make_interval(secs => $1))
     order by case state when 'active' then 0 when 'next' then 1 else 2 end, retired_at desc`,
    [RETIRED_SECONDS],
  )
  return rows
}

const CONTEXT = { source: 'job', actor_name: 'authorization server', route: 'signing-keys' }
const ENTER = { text: 'select access.enter_authorization_server($1)', values: [CONTEXT] }

const INSERT = `insert into signing_key (kid, state, public_jwk, private_key, activated_at)
  values ($1, $2, $3, $4, case when $2 = 'active' then statement_timestamp() end)`

/** Stores the first two keys of an installation; whoever comes second finds them there. */
export async function addFirstKeys(
  database: Database,
  { active, next }: { readonly active: NewKey; readonly next: NewKey },
): Promise<void> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    { text: LOCK, values: [] },
    ENTER,
    { text: 'select count(*)::integer as count from signing_key', values: [] },
  ])
  try {
    if (results[2]?.rows[0]?.['count'] !== 0) return
    const rows = [
      { key: active, state: 'active' },
      { key: next, state: 'next' },
    ]
    await transaction.commit(
      [
        ...rows.map(({ key, state }) => ({
          text: INSERT,
          values: [key.kid, state, key.publicJwk, key.sealed],
        })),
        {
          text: 'select audit.record($1)',
          values: [
            {
              action: 'platform.signing_keys.create',
              resource_type: 'signing_key',
              resource_label: active.kid,
            },
          ],
        },
      ],
      'durable',
    )
  } finally {
    await transaction.rollback()
  }
}

type ProviderSide = Mandate<'platform'> | Mandate<'system'>

const SHOWN = [
  'kid',
  'state',
  'public_jwk',
  'created_at',
  'activated_at',
  'retired_at',
  'withdrawn_at',
] as const

/** The keys with their states, the newest first. */
export function listKeys(mandate: ProviderSide) {
  return tables<KeyTables>(mandate)
    .selectFrom('signing_key')
    .select(SHOWN)
    .orderBy('created_at', 'desc')
    .orderBy('kid')
    .limit(100)
    .execute()
}

export type KeyRow = Awaited<ReturnType<typeof listKeys>>[number]

/** How long a key is published before it signs: longer than guards wait between two readings of the keys. */
const PUBLISHED_SECONDS = 60

/** What came of an attempt to move the keys on. */
export type KeyMove =
  | { readonly is: 'moved'; readonly retired: string; readonly active: string }
  | { readonly is: 'missing' }
  | { readonly is: 'fresh' }

/** New keys for a rotation: one in its time takes the next one into use and adds `next`, an emergency takes both. */
export interface AddedKeys {
  readonly next: NewKey
  /** Given in an emergency: signs at once, since whoever read one key may have read all. */
  readonly active: NewKey | null
}

const insertOf = (key: NewKey, state: KeyState) => ({
  text: INSERT,
  values: [key.kid, state, key.publicJwk, key.sealed],
})

/** Takes all keys out of use; what they signed counts no more. Returns the one that signed. */
async function withdrawKeys(mandate: ProviderSide): Promise<string | null> {
  const now = sql<Date>`statement_timestamp()`
  const withdrawn = await tables<KeyTables>(mandate)
    .updateTable('signing_key')
    .set({
      state: 'retired',
      activated_at: sql<Date>`coalesce(activated_at, statement_timestamp())`,
      retired_at: sql<Date>`coalesce(retired_at, statement_timestamp())`,
      withdrawn_at: now,
    })
    .where('withdrawn_at', 'is', null)
    .returning([
      'kid',
      sql<boolean>`retired_at = statement_timestamp() and activated_at < retired_at`.as('signed'),
    ])
    .execute()
  return withdrawn.find(({ signed }) => signed)?.kid ?? null
}

/** Moves every key one on: the active one retires, the next one signs. */
async function advanceKeys(mandate: ProviderSide): Promise<{ retired: string; active: string } | null> {
  const keys = tables<KeyTables>(mandate)
  const now = sql<Date>`statement_timestamp()`
  const retired = await keys
    .updateTable('signing_key')
    .set({ state: 'retired', retired_at: now })
    .where('state', '=', 'active')
    .returning('kid')
    .executeTakeFirst()
  const active = await keys
    .updateTable('signing_key')
    .set({ state: 'active', activated_at: now })
    .where('state', '=', 'next')
    .returning('kid')
    .executeTakeFirst()
  return retired && active ? { retired: retired.kid, active: active.kid } : null
}

/** Rotates: one on in its time, or everything anew in an emergency. */
export async function moveKeys(mandate: ProviderSide, added: AddedKeys): Promise<KeyMove> {
  const [, found] = await runStatements(mandate, [
    { text: LOCK, values: [] },
    {
      text: `select created_at > statement_timestamp() - make_interval(secs => $1) as fresh from signing_key where state = 'next'`,
      values: [PUBLISHED_SECONDS],
    },
  ])
  const next = found?.rows[0]
  if (!next) return { is: 'missing' }
  if (added.active) {
    const retired = await withdrawKeys(mandate)
    if (retired === null) return { is: 'missing' }
    await runStatements(mandate, [insertOf(added.active, 'active'), insertOf(added.next, 'next')])
    return { is: 'moved', retired, active: added.active.kid }
  }
  if (next['fresh'] === true) return { is: 'fresh' }
  const moved = await advanceKeys(mandate)
  if (!moved) return { is: 'missing' }
  await runStatements(mandate, [insertOf(added.next, 'next')])
  return { is: 'moved', ...moved }
}

/** Moves the keys on when the active one is so many days old and the next one published for long enough; whether it did. */
export async function rotateOldKeys(
  database: Database,
  days: number,
  make: () => Promise<NewKey>,
): Promise<boolean> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    // Whoever comes second waits here, and then finds the key young.
    { text: LOCK, values: [] },
    ENTER,
    {
      text: `select a.kid as retired, n.kid as active from signing_key a, signing_key n
        where a.state = 'active' and a.activated_at <= statement_timestamp() - make_interval(days => $1)
          and n.state = 'next' and n.created_at <= statement_timestamp() - make_interval(secs => $2)`,
      values: [days, PUBLISHED_SECONDS],
    },
  ])
  try {
    const due = results[2]?.rows[0]
    if (!due) return false
    const { retired, active } = due
    await transaction.commit(
      [
        {
          text: `update signing_key set state = 'retired', retired_at = statement_timestamp() where kid = $1`,
          values: [retired],
        },
        {
          text: `update signing_key set state = 'active', activated_at = statement_timestamp() where kid = $1`,
          values: [active],
        },
        insertOf(await make(), 'next'),
        {
          text: 'select audit.record($1)',
          values: [
            {
              action: 'platform.signing_keys.rotate',
              resource_type: 'signing_key',
              resource_label: active,
              changes: { active: { before: retired, after: active } },
              reason: `It signed for ${days} days.`,
            },
          ],
        },
      ],
      'durable',
    )
    return true
  } finally {
    await transaction.rollback()
  }
}
