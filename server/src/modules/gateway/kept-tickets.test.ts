import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { GatewayWorld } from '#testing/gateway.ts'
import { codeOfCall } from '#testing/kept-calls.ts'
import { inTime } from '#testing/patience.ts'
import { tablesBehind } from '#testing/tables-behind.ts'

let gateway: GatewayWorld
let claims: JWTPayload
beforeAll(async () => {
  gateway = await GatewayWorld.start()
  claims = await gateway.claims()
  // The first call of all begins the era within which decisions are kept.
  await gateway.ask({ claims })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const REQUEST = { request_id: 'req_1', method: 'GET', route: 'orders', ip: '203.0.113.7', source: 'gateway' }

/** What `audit.record_calls` is asked with. */
interface Resumed {
  readonly ticket: string
  readonly question: Readonly<Record<string, unknown>>
  readonly request: Readonly<Record<string, unknown>>
  readonly gateway: Readonly<Record<string, unknown>> | null
}

const EVENT = { action: 'gateway.decide' }
const RECORD = `select audit.record_calls('{}', '{0}', array[$1::text], array[$2::jsonb], array[$3::jsonb], array[$4::jsonb], array[$5::jsonb]) as held`

/** Whether the decision holds, as the login of the limits asks. */
async function ask(asked: Resumed): Promise<boolean> {
  const { rows } = await gateway.world.database
    .pool('liaison_guard')
    .query<{ held: boolean[] }>(RECORD, [asked.ticket, asked.question, asked.request, asked.gateway, EVENT])
  return rows[0]?.held[0] === true
}

async function countReads(): Promise<number> {
  const [row] = await gateway.world.sql<{ reads: string }>(
    `select coalesce(sum(1 + repeats), 0) as reads from audit_read_window where route = $1`,
    [REQUEST.route],
  )
  return Number(row?.reads)
}

/** A ticket as the database gives it, and all that goes with it. */
async function enter(tokenId = claims.jti): Promise<Resumed> {
  const { client, tenant, account, consent } = gateway.scene
  const question = {
    client_id: client,
    tenant_id: tenant,
    ban: account.ban,
    delegation_id: consent,
    delegation_ver: claims['delegation_ver'],
    token_id: tokenId,
    member_id: null,
    permission: 'api.orders.read',
  }
  const { database } = gateway.world
  const { rows } = await database
    .pool('liaison_delegate')
    .query<{ ticket: string | null }>(`select access.enter_client($1) ->> 'ticket' as ticket`, [
      { ...question, writes: false, keeps: true, ...REQUEST },
    ])
  const entered = await gateway.world.sql<{ kept: Record<string, unknown> | null }>(
    `select access.enter_gateway(g.credential_hash, '', 'GET') -> 'kept' as kept from gateway g`,
  )
  const [ticket, kept] = [rows[0]?.ticket, entered[0]?.kept]
  if (!ticket || !kept) throw new Error('Nothing was kept.')
  return { ticket, question: { ...question, login: 'liaison_delegate' }, request: REQUEST, gateway: kept }
}

test('a ticket serves its own question through its own login, as it was signed, and nothing else is recorded (access.md section 6)', async () => {
  const held = await enter()
  expect(await ask(held)).toBe(true)
  expect(await countReads()).toBe(1)
  const { ticket, question, request } = held
  const forged: Partial<Resumed>[] = [
    { question: { ...question, permission: 'api.services.read' } },
    { question: { ...question, ban: gateway.scene.other.ban } },
    { question: { ...question, token_id: 'another' } },
    { question: { ...question, login: 'liaison_tenant' } },
    { question: {} },
    { request: { ...request, client_id: gateway.scene.client } },
    { request: { ...request, tenant_ids: [gateway.scene.tenant] } },
    { gateway: null },
    { gateway: {} },
    { gateway: { ...held.gateway, era: crypto.randomUUID() } },
    { gateway: { ...held.gateway, until: '2020-01-01' } },
    { ticket: `${'0'.repeat(64)}${ticket.slice(64)}` },
    { ticket: ticket.replace('"until": "20', '"until": "21') },
    { ticket: ticket.replaceAll(gateway.scene.tenant, gateway.scene.partner) },
  ]
  for (const change of forged) expect(await ask({ ...held, ...change }), JSON.stringify(change)).toBe(false)
  expect(await countReads()).toBe(1)
  expect(await ask(held)).toBe(true)
  expect(await countReads()).toBe(2)
})

test('a call that was not admitted is neither looked at nor recorded, and one beside it is', async () => {
  const held = await enter()
  const before = await countReads()
  const { rows } = await gateway.world.database.pool('liaison_guard').query<{ held: boolean[] }>(
    `select audit.record_calls('{t,f}', '{2,1}', array[$1::text, $1::text], array[$2::jsonb, $2::jsonb], array[$3::jsonb, $3::jsonb],
       array[$4::jsonb, $4::jsonb], array[$5::jsonb, $5::jsonb]) as held`,
    [held.ticket, held.question, held.request, held.gateway, EVENT],
  )
  expect(rows).toEqual([{ held: [false, true] }])
  expect(await countReads()).toBe(before + 1)
})

test('the login that takes limits alone looks at kept calls, and a write is given no ticket', async () => {
  const { question: asked, ...held } = await enter()
  for (const login of LOGINS.filter((name) => name !== 'liaison_guard'))
    await expect(
      gateway.world.database
        .pool(login)
        .query(RECORD, [held.ticket, asked, held.request, held.gateway, EVENT]),
      login,
    ).rejects.toThrow(/permission denied/)
  const { login: _, ...question } = asked
  for (const more of [{ writes: true, keeps: true }, { writes: false }]) {
    const { rows } = await gateway.world.database
      .pool('liaison_delegate')
      .query<{ ticket: string | null }>(`select access.enter_client($1) ->> 'ticket' as ticket`, [
        { ...question, ...more, ...REQUEST },
      ])
    expect(rows).toEqual([{ ticket: null }])
  }
})

test('a ticket ends with its token, thirty seconds after the end that the token says', async () => {
  const [{ at } = { at: new Date() }] = await gateway.world.sql<{ at: Date }>(
    'select clock_timestamp() as at',
  )
  const until = async (endsMs: number): Promise<number> => {
    const { jti } = await gateway.claims({ exp: Math.floor(at.getTime() / 1000) + endsMs / 1000 })
    const { ticket } = await enter(jti)
    return new Date(JSON.parse(ticket.slice(64)).kept.until).getTime()
  }
  const wholeSecond = Math.floor(at.getTime() / 1000) * 1000
  expect(await until(-10_000)).toBe(wholeSecond + 20_000)
  expect(await until(20_000)).toBe(wholeSecond + 50_000)
  // Otherwise a minute after it was made.
  expect(await until(300_000)).toBeLessThan(wholeSecond + 120_000)
  await expect(until(-31_000)).rejects.toThrow('Nothing was kept.')
})

test('what was noted of a token no login changes, and the sweeper alone takes it away', async () => {
  const rows = await gateway.world.sql<{ login: string; right: string }>(
    `select login, operation as right from unnest($1::text[]) login, unnest('{update,delete,truncate}'::text[]) operation
     where has_table_privilege(login, 'issued_token', operation) or (operation = 'update' and has_any_column_privilege(login, 'issued_token', operation))`,
    [LOGINS],
  )
  expect(rows).toEqual([{ login: 'liaison_job', right: 'delete' }])
})

test('with the stamps a crash takes everything that was kept', async () => {
  const held = await enter()
  await gateway.world.sql('truncate access.stamp, access.stamp_era')
  expect(await ask(held)).toBe(false)
  expect(await gateway.ask({ claims })).toHaveProperty('statusCode', 200)
})

/** Lets the consent, or who pays, end so many milliseconds from now; false when less was open before than is needed to tell. */
async function endsTerms(leadMs: number): Promise<boolean> {
  const { consent, account, tenant } = gateway.scene
  const ahead = `now() + interval '${leadMs} milliseconds'`
  await gateway.world.seed(`update delegation set ends_at = ${ahead} where id = $1`, [consent], tenant)
  const scene = { gateway, person: '' }
  const [before, late] = [new Set<string>(), new Set<string>()]
  let calls = 0
  for (; late.size === 0; calls += 1) {
    const [clock] = await gateway.world.sql<{ over: boolean }>(
      'select clock_timestamp() > ends_at as over from delegation where id = $1',
      [consent],
    )
    const code = await codeOfCall(scene, claims)
    ;(clock?.over === true ? late : before).add(code)
  }
  expect([...late]).toEqual(['DELEGATION_EXPIRED'])
  await gateway.world.seed(
    `update delegation set ends_at = now() + interval '9 days' where id = $1`,
    [consent],
    tenant,
  )
  return calls > 4 && before.has(`ALLOWED ${account.ban}`)
}

test('the end of a consent comes at its moment, without a change (A9)', () => inTime(endsTerms, [500, 4000]))

/** Functions from which a client's call through a gateway is decided, whole. */
const DECIDING = ['access.enter_client', 'access.enter_gateway']
/** What these name, but no call that is kept depends on: locks of writes, and the stamps themselves. */
const APART = new Set([
  // A row comes before its token and goes after the last ticket: nobody changes one.
  'public.issued_token',
  'access.hold',
  'access.sign',
  'access.set_context',
  'access.context_key',
  'access.stamp',
  'access.stamp_era',
])

test('every table that a kept call is read from stamps each of its changes', async () => {
  const operations = ['delete', 'insert', 'update']
  const expected = [
    'access_freeze',
    'api_client',
    'billing_account',
    'commercial_relationship',
    'configuration_in_force',
    'consent',
    'customer_ref',
    'delegation',
    'delegation_account',
    'gateway',
    'gateway_upstream',
    'link_member',
    'partner',
    'partner_member',
    'permission',
    'person',
    'protected_route',
    'protected_upstream',
    'revoked_token',
    'tenant',
    'tenant_partner_policy',
  ]
  expect(await tablesBehind(gateway.world, DECIDING, APART)).toEqual(
    expected.map((name) => ({ name: `public.${name}`, operations })),
  )
})
