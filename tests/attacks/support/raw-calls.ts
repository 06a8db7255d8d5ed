import { createHash } from 'node:crypto'
import pg from 'pg'
import { passwordOf } from '../../../server/src/platform/database.ts'
import type { Login } from '../../../server/src/platform/database.ts'
import { testRoleSecret } from '../../../server/testing/database.ts'
import type { Caller, TestWorld } from '../../../server/testing/world.ts'

/** A function that works with more rights than the login that may call it. */
export interface Callable {
  readonly name: string
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
}

/** What a login calls: arguments by parameter, and, where it has one, the statement that brings its context. */
export interface Speaker {
  readonly login: Login
  readonly context?: { readonly text: string; readonly values: readonly unknown[] }
}

/** A record of somebody, with all ids that it names. */
export type RecordIds = Readonly<Record<string, unknown>>

/** Doors take evidence instead of a context; what they do with it, their own tests show. */
const DOOR = /^access\.(enter_|resume$)/

/** The functions that a login may call beyond its own rights. Rows of a table as arguments are left out: who has the row knows it. */
export async function listCallables(world: TestWorld, login: Login): Promise<Callable[]> {
  const rows = await world.sql<{ name: string; names: string[]; types: string[] }>(
    `select n.nspname || '.' || p.proname as name, coalesce(p.proargnames, '{}') as names,
       array(select format_type(a.type, null) from unnest(p.proargtypes::oid[]) with ordinality a (type, place) order by a.place) as types
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname in ('access', 'audit', 'private')
     where p.prosecdef and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype and has_function_privilege($1, p.oid, 'execute')
       and not exists (select from unnest(p.proargtypes::oid[]) a (type) join pg_type t on t.oid = a.type where t.typtype = 'c')
     order by 1, p.oid`,
    [login],
  )
  return rows
    .filter(({ name }) => !DOOR.test(name))
    .map(({ name, names, types }) => ({
      name,
      parameters: types.map((type, index) => ({ name: names[index] ?? '', type })),
    }))
}

/** A few records of every table, whoever they belong to; before all others those that name one of these ids. */
export async function sampleRecords(
  world: TestWorld,
  ofEach: number,
  first: readonly string[] = [],
): Promise<RecordIds[]> {
  const tables = await world.sql<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     where c.relkind in ('r', 'p') and not c.relispartition
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'id' and a.atttypid = 'uuid'::regtype)
     order by 1`,
  )
  const perTable = await Promise.all(
    tables.map(({ name }) =>
      world.sql<{ record: RecordIds }>(
        `select to_jsonb(x) || jsonb_build_object('of_table', $1::text, 'tenant_id', ${name === 'tenant' ? 'x.id' : `to_jsonb(x) -> 'tenant_id'`}, 'partner_id', ${name === 'partner' ? 'x.id' : `to_jsonb(x) -> 'partner_id'`}) as record
         from ${name} x order by x::text like any ($3) desc, md5(x::text) limit $2`,
        [name, ofEach, first.map((id) => `%${id}%`)],
      ),
    ),
  )
  return perTable.flat().map(({ record }) => record)
}

const UNKNOWN = '01900000-0000-7000-8000-00000000dead'

/** Which id of a record a parameter asks for, by its name. */
function idFor(parameter: string, record: RecordIds): unknown {
  if (/tenant/.test(parameter)) return record['tenant_id']
  if (/partner/.test(parameter)) return record['partner_id']
  if (/person|user/.test(parameter)) return record['end_user_id'] ?? record['person_id'] ?? record['id']
  if (/link|delegation/.test(parameter)) return record['delegation_id'] ?? record['link_id'] ?? record['id']
  if (/client/.test(parameter)) return record['client_id'] ?? record['id']
  return record['id']
}

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^relation_name$/, 'ticket'],
  [/^operation_name$/, 'select'],
  [/^side$/, 'partner'],
  [/currency/, 'USD'],
  [/pattern/, '%abc%'],
]

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

function textFor(parameter: string, record: RecordIds | null): string {
  if (parameter === 'kind') return textOf(record?.['of_table'], 'ticket')
  if (/slug|ban$/.test(parameter))
    return textOf(record?.[/slug/.test(parameter) ? 'slug' : 'ban'], 'none-has-it')
  return TEXTS.find(([name]) => name.test(parameter))?.[1] ?? 'x'
}

const INSTANTS: readonly (readonly [RegExp, string])[] = [
  [/until|end/, '2030-01-01T00:00:00Z'],
  [/since|from/, '2020-01-01T00:00:00Z'],
]

const PLAIN: Readonly<Record<string, string>> = {
  boolean: 'true',
  date: '2026-11-01',
  interval: '1 day',
  integer: '10',
  bigint: '10',
  bytea: '00',
  jsonb: '{}',
}

function instantFor(parameter: string, record: RecordIds | null): string {
  if (parameter === 'written_at') return textOf(record?.['occurred_at'], 'now')
  return INSTANTS.find(([words]) => words.test(parameter))?.[1] ?? 'now'
}

/** What is brought for a parameter: an id of the record, or one of nothing. Of a list type it is the only one. */
function argumentFor({ name, type }: Callable['parameters'][number], record: RecordIds | null): unknown {
  const [of = ''] = type.split('[]', 1)
  const single =
    of === 'uuid'
      ? textOf(record && idFor(name, record), UNKNOWN)
      : of === 'text'
        ? textFor(name, record)
        : of.startsWith('timestamp')
          ? instantFor(name, record)
          : (PLAIN[of] ?? null)
  return type.endsWith('[]') ? `{${single}}` : single
}

/** The same answer for every id and moment, so that answers about different ids can be compared. */
const withoutIds = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-][\d:]+)/g, 'TIME')

interface Told {
  /** For each record what was answered, or why not. */
  readonly answers: readonly string[]
  /** Whether something was written. */
  readonly wrote: boolean
}

interface Result {
  readonly rows: readonly { readonly wrote?: boolean; readonly answer?: string }[]
}

const areResults = (told: unknown): told is readonly Result[] => Array.isArray(told) && told.length === 6

const HAS_WRITTEN = 'select pg_current_xact_id_if_assigned() is not null as wrote'

/** A connection of one login, which speaks as injected SQL would. */
export class RawSession implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #speaker: Speaker

  private constructor(client: pg.Client, speaker: Speaker) {
    this.#client = client
    this.#speaker = speaker
  }

  static async open(world: TestWorld, speaker: Speaker): Promise<RawSession> {
    const client = new pg.Client({
      ...world.connection,
      user: speaker.login,
      password: passwordOf(speaker.login, testRoleSecret()),
      options: '-c TimeZone=UTC -c statement_timeout=20s',
    })
    await client.connect()
    return new RawSession(client, speaker)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.end()
  }

  /**
   * Calls a function with what each record brings, in one statement; all of it is undone. Records that bring the same are
   * asked about once: most functions take one id of all that a record names.
   */
  async ask(callable: Callable, records: readonly (RecordIds | null)[]): Promise<Told> {
    const brought = records.map((record) =>
      JSON.stringify(callable.parameters.map((parameter) => argumentFor(parameter, record))),
    )
    const different = [...new Set(brought)]
    const told = (await this.#try(callable, different)) ?? (await this.#askOneByOne(callable, different))
    const answerTo = new Map(different.map((given, index) => [given, told.answers[index] ?? '']))
    return { wrote: told.wrote, answers: brought.map((given) => answerTo.get(given) ?? '') }
  }

  /** One of them was refused; which, only asking one by one tells. */
  async #askOneByOne(callable: Callable, different: readonly string[]): Promise<Told> {
    const answers: string[] = []
    let wrote = false
    for (const given of different) {
      const alone = await this.#try(callable, [given])
      answers.push(...(alone?.answers ?? ['refused']))
      wrote ||= alone?.wrote ?? false
    }
    return { answers, wrote }
  }

  /** What one statement answers in the speaker's context; it is undone. */
  async query(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    await this.#client.query('begin')
    try {
      const { context } = this.#speaker
      if (context) await this.#client.query(context.text, [...context.values])
      return (await this.#client.query<Record<string, unknown>>(text, [...values])).rows
    } finally {
      await this.#client.query('rollback')
    }
  }

  /** All in one message, since each function is called in a transaction of its own, with many that are refused. */
  async #try({ name, parameters }: Callable, values: readonly string[]): Promise<Told | null> {
    const given = parameters.map(({ type }, index) => `(a ->> ${index})::${type}`).join(', ')
    const brought = values.map((value) => pg.escapeLiteral(value)).join(', ')
    let told: unknown
    try {
      told = await this.#client.query(
        `begin; ${this.#enters}; ${HAS_WRITTEN};
         select coalesce((select jsonb_agg(to_jsonb(q)) from ${name}(${given}) q), '[]')::text as answer
         from unnest(array[${brought}]::jsonb[]) with ordinality s (a, place) order by s.place;
         ${HAS_WRITTEN}; rollback`,
      )
    } catch {
      await this.#client.query('rollback')
      return null
    }
    if (!areResults(told)) throw new Error('Not every statement was answered.')
    const [, , before, answers, after] = told
    const wrote = before?.rows[0]?.wrote === false && after?.rows[0]?.wrote === true
    return { answers: (answers?.rows ?? []).map(({ answer = '' }) => withoutIds(answer)), wrote }
  }

  /** The statement that brings the speaker's context, or one that brings none. */
  get #enters(): string {
    const { text, values } = this.#speaker.context ?? { text: 'select', values: [] }
    return text.replaceAll(/\$(\d+)/g, (_, place: string) =>
      pg.escapeLiteral(String(values[Number(place) - 1])),
    )
  }
}

/** The statement that brings the context of somebody who is signed in. */
export function contextOf(caller: Caller, permission: string): NonNullable<Speaker['context']> {
  const token = caller.cookie?.replace('__Host-liaison=', '') ?? ''
  const request = {
    session_hash: createHash('sha256').update(token).digest('hex'),
    tenant_id: caller.tenantId,
    permission,
    writes: true,
    method: 'POST',
    route: '/api/v1/raw',
    source: 'api',
  }
  return { text: 'select access.enter_person($1)', values: [JSON.stringify(request)] }
}
