import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Login } from '../server/src/platform/database.ts'
import { HEALTHY, seedWorld } from '../server/testing/drawn-worlds.ts'
import type { Seeded } from '../server/testing/drawn-worlds.ts'
import { questionOf, ticketOf } from '../server/testing/kept-decisions.ts'
import { permissionProbes } from '../server/testing/permission-probes.ts'
import { TestWorld } from '../server/testing/world.ts'
import { weaken } from './support/row-security/conjuncts.ts'
import type { Weakened } from './support/row-security/conjuncts.ts'

let world: TestWorld
let client: pg.Client
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
  client = new pg.Client({ ...world.connection })
  await client.connect()
  // No login calls it by itself: functions do that see more than their caller. Here it is asked alone.
  await client.query('grant execute on function access.restricted_reach(text, text) to liaison_delegate')
})
afterAll(async () => {
  await client.end()
  await world[Symbol.asyncDispose]()
})

/** One use of a ticket, and what has to come of it. */
interface Use {
  readonly name: string
  readonly login?: Login
  /** What is different about the row of a ticket that holds. */
  readonly row?: string
  /** Done after the ticket was written, in the same transaction. */
  readonly before?: string
  readonly asks: string
  readonly comes: readonly string[]
}

const TIME = `select 'time' where access.resume_ticket($ticket, $question, null) is not null`
const OPENS = `select id::text from (select set_config('liaison.ticket', $ticket::text, true) as named offset 0) s, lateral access.reach(case when s.named is not null then $relation end, $operation) id`
const opens = (relation: string, operation = 'select') =>
  OPENS.replace('$relation', `'${relation}'`).replace('$operation', `'${operation}'`)
const OWN = opens('ticket').replace('access.reach', 'access.restricted_reach')
const KEY = '00000000-0000-4000-8000-000000000001'
const stamp = (key: string, xid = '') =>
  `insert into access.stamp (key${xid && ', xid'}) values ('${key}'${xid && `, ${xid}`})`

/** All below 200 was over when it was decided, but for 150. */
const SAW = `keys = '{${KEY}}', snapshot = '100:200:150'`
/** The permissions that open tickets to a look, and no others. */
const looks = (plane: 'delegation' | 'tenant') =>
  `plane = '${plane}', mask = (select mask from relation_permission where relation = 'ticket' and operation = 'select' and plane = '${plane}')`

/** Both ways in which a ticket is asked. */
const both = (use: Omit<Use, 'asks' | 'comes'>, isHeld = false): Use[] => [
  { ...use, name: `${use.name}, resumed`, asks: TIME, comes: isHeld ? ['time'] : [] },
  { ...use, name: `${use.name}, in a row policy`, asks: opens('ticket'), comes: isHeld ? ['tenant'] : [] },
]

const USES: readonly Use[] = [
  ...both({ name: 'a ticket that holds' }, true),
  ...both({ name: 'a change of another key', before: stamp(randomUUID()) }, true),
  ...(['50', '120'] as const).flatMap((xid) =>
    both(
      { name: `the change ${xid}, which its snapshot saw`, row: SAW, before: stamp(KEY, `'${xid}'`) },
      true,
    ),
  ),
  ...(['150', '250'] as const).flatMap((xid) =>
    both({
      name: `the change ${xid}, which its snapshot did not see`,
      row: SAW,
      before: stamp(KEY, `'${xid}'`),
    }),
  ),
  ...both({ name: 'another login', login: 'liaison_tenant' }),
  ...both({ name: 'a ticket that has ended', row: `until = now() - interval '1 second'` }),
  ...both({ name: 'a change of its key', row: `keys = '{${KEY}}'`, before: stamp(KEY) }),
  { name: 'another question', asks: TIME.replace('$question', `$question || '.'`), comes: [] },
  { name: 'an id that is guessed, resumed', asks: TIME.replace('$ticket', `'${randomUUID()}'`), comes: [] },
  { name: 'an id that is guessed', asks: opens('ticket').replace('$ticket', `'${randomUUID()}'`), comes: [] },
  {
    name: 'what decides, said along',
    asks: TIME.replace('null)', `'{"tenant_ids": []}')`),
    comes: [],
  },
  { name: 'the request, said along', asks: TIME.replace('null)', `'{"source": "api"}')`), comes: ['time'] },
  {
    name: 'another question, with a request',
    asks: TIME.replace('$question, null)', `$question || '.', '{"source": "api"}')`),
    comes: [],
  },
  {
    name: 'an id that is guessed, with a request',
    asks: TIME.replace('$ticket, $question, null)', `'${randomUUID()}', $question, '{"source": "api"}')`),
    comes: [],
  },
  {
    name: 'what no permission of the ticket opens',
    row: `mask = 0::bit(256)`,
    asks: opens('ticket'),
    comes: [],
  },
  { name: 'where nothing is open', row: `mask = null`, asks: opens('ticket'), comes: [] },
  { name: 'an operation that changes', asks: opens('ticket', 'update'), comes: [] },
  ...(['delegation', 'tenant'] as const).flatMap((plane): Use[] => [
    {
      name: `tickets with their permission, ${plane}`,
      row: looks(plane),
      asks: opens('ticket'),
      comes: ['tenant'],
    },
    {
      name: `payments with the permission of tickets, ${plane}`,
      row: looks(plane),
      asks: opens('payment'),
      comes: [],
    },
    {
      name: `own accounts with the permission of tickets, ${plane}`,
      row: `${looks(plane)}, own_accounts_only = true`,
      asks: OWN,
      comes: ['tenant'],
    },
    {
      name: `payments of own accounts with the permission of tickets, ${plane}`,
      row: `${looks(plane)}, own_accounts_only = true`,
      asks: OWN.replace(`'ticket'`, `'payment'`),
      comes: [],
    },
  ]),
  {
    name: 'own accounts only, whole',
    row: 'own_accounts_only = true',
    asks: opens('ticket'),
    comes: [],
  },
  {
    name: 'own accounts only, the tenant itself',
    row: 'own_accounts_only = true',
    asks: opens('tenant'),
    comes: ['tenant'],
  },
  { name: 'own accounts only, those', row: 'own_accounts_only = true', asks: OWN, comes: ['tenant'] },
  { name: 'own accounts without that restriction', asks: OWN, comes: [] },
  {
    name: 'own accounts where nothing is open',
    row: 'own_accounts_only = true, mask = 0::bit(256)',
    asks: OWN,
    comes: [],
  },
  {
    name: 'an id that is guessed, of own accounts',
    row: 'own_accounts_only = true',
    asks: OWN.replace('$ticket', `'${randomUUID()}'`),
    comes: [],
  },
  {
    name: 'own accounts, to change',
    row: 'own_accounts_only = true',
    asks: OWN.replace(`'select'`, `'update'`),
    comes: [],
  },
]

interface Scene {
  readonly seeded: Seeded
  readonly ticket: string
}

/** What came of a use: what was told, with the ticket's own tenant by its name. */
async function outcomeOf(use: Use, { seeded, ticket }: Scene): Promise<string[]> {
  await client.query('begin')
  try {
    if (use.row !== undefined)
      await client.query(`update access.kept_ticket set ${use.row} where id = '${ticket}'`)
    if (use.before !== undefined) await client.query(use.before)
    await client.query(`set local session authorization ${use.login ?? 'liaison_delegate'}`)
    const text = use.asks.replace('$ticket', `'${ticket}'`).replace('$question', `'${questionOf(seeded)}'`)
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' })
    return rows.map(([told]) => String(told).replace(seeded.tenant, 'tenant'))
  } finally {
    await client.query('rollback')
  }
}

/** The uses that come to something else than they must. */
async function wrongUses(scene: Scene): Promise<string[]> {
  const wrong: string[] = []
  for (const use of USES) {
    const outcome = await outcomeOf(use, scene).catch(() => ['error'])
    if (outcome.join() !== use.comes.join()) wrong.push(`${use.name}: ${outcome.join()}`)
  }
  return wrong
}

/** Conditions that narrow where a change is looked for, and what it is looked for in: without them as much is found, or more. */
const NARROWING = /^s\.xid >= pg_snapshot_xmin/

/** Without this one of several rows counts, whichever PostgreSQL comes to first: turned round, a wrong one counts each time. */
const OF_OPERATION = 'needed.operation = operation_name'
const weakenOrTurn = (mend: string, { condition, text }: Weakened): string =>
  condition.startsWith(OF_OPERATION) ? mend.replace(OF_OPERATION, 'needed.operation <> operation_name') : text

async function mutants(): Promise<{ name: string; make: string; mend: string }[]> {
  const texts: (readonly [string, string])[] = []
  const view = await client.query<{ text: string }>(
    `select pg_get_viewdef('access.held_ticket'::regclass, true) as text`,
  )
  texts.push([
    'access.held_ticket',
    `create or replace view access.held_ticket as ${view.rows[0]?.text ?? ''}`,
  ])
  for (const name of [
    'access.resume_ticket(uuid, text, jsonb)',
    'access.reach(text, text)',
    'access.restricted_reach(text, text)',
  ]) {
    const { rows } = await client.query<{ text: string }>(
      'select pg_get_functiondef($1::regprocedure) as text',
      [name],
    )
    texts.push([name, rows[0]?.text ?? ''])
  }
  return texts.flatMap(([name, mend]) =>
    weaken(mend)
      .filter(({ condition }) => name.includes('ticket') || /\b(?:h|needed)\./.test(condition))
      .filter(({ condition }) => !NARROWING.test(condition))
      .map((weakened) => ({
        name: `${name} without: ${weakened.condition}`,
        make: weakenOrTurn(mend, weakened),
        mend,
      })),
  )
}

test('a ticket serves its login and question while it holds, and each condition of that is needed (decision 037)', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  // Others hold at the same time, older ones and newer ones.
  await ticketOf(world, await seedWorld(world, HEALTHY))
  const ticket = await ticketOf(world, seeded)
  await ticketOf(world, await seedWorld(world, HEALTHY))
  const scene = { seeded, ticket }
  expect(await wrongUses(scene)).toEqual([])
  const survivors: string[] = []
  const made = await mutants()
  for (const { name, make, mend } of made) {
    await client.query(make)
    if ((await wrongUses(scene)).length === 0) survivors.push(name)
    await client.query(mend)
  }
  expect(survivors).toEqual([])
  expect(made.length).toBeGreaterThan(12)
  expect(await wrongUses(scene)).toEqual([])
}, 120_000)
