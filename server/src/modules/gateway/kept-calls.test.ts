import fc from 'fast-check'
import { encodeId } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databaseCodeOf } from '#platform/database.ts'
import { GatewayWorld } from '#testing/gateway.ts'
import { CALL_CHANGES, changeCall, codeOfCall } from '#testing/kept-calls.ts'
import type { CallScene } from '#testing/kept-calls.ts'

let gateway: GatewayWorld
let scene: CallScene
let claims: JWTPayload
let person: PersonId

async function openScene(): Promise<void> {
  gateway = await GatewayWorld.start()
  const { world } = gateway
  person = (await world.person()).id
  const member = await world.partnerMember(gateway.scene.partner, person)
  const held = await gateway.claims()
  const partner_id = encodeId('partner', gateway.scene.partner)
  claims = { ...held, act: { sub: `member:${encodeId('member', member)}`, partner_id, act: held['act'] } }
  scene = { gateway, person }
}

/** What narrowed the consent, and gave it back, left older tokens behind. */
async function renewClaims(): Promise<void> {
  const { delegation_ver: epoch } = await gateway.claims()
  claims = { ...claims, delegation_ver: epoch }
}

/** Calls until gateway and client are kept: the very first may begin the era within which anything is. */
async function warm(): Promise<void> {
  await renewClaims()
  for (const _call of [1, 2, 3]) expect(await codeOfCall(scene, claims)).toMatch(/^ALLOWED /)
}

const withoutTheLongWay = async (work: () => Promise<void>): Promise<void> => {
  await gateway.world.sql('revoke execute on function access.enter_client(jsonb) from liaison_delegate')
  await gateway.world.sql(
    'revoke execute on function access.enter_gateway(bytea, text, text) from liaison_auth',
  )
  try {
    await work()
  } finally {
    await gateway.world.sql('grant execute on function access.enter_client(jsonb) to liaison_delegate')
    await gateway.world.sql(
      'grant execute on function access.enter_gateway(bytea, text, text) to liaison_auth',
    )
  }
}

describe('a decision about a client that is kept', () => {
  beforeAll(openScene)
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('serves the same token, permission and account without asking for gateway and client again, and no other', async () => {
    await warm()
    await withoutTheLongWay(async () => {
      expect(await codeOfCall(scene, claims)).toMatch(/^ALLOWED /)
      expect(await codeOfCall(scene, claims, true)).toBe('DEPENDENCY_UNAVAILABLE')
      for (const wish of [
        { claims, path: `/v1/customers/${gateway.scene.account.ban}/services` },
        { claims, path: `/v1/customers/${gateway.scene.other.ban}/orders` },
        { claims, path: `${gateway.ordersPath}?customer_ban=${gateway.scene.other.ban}` },
        { claims, method: 'POST' },
      ])
        expect((await gateway.ask(wish)).statusCode).toBe(503)
    })
  })
  test('serves no other gateway, and no proof twice', async () => {
    await warm()
    const headers = await gateway.asked({ claims })
    const ask = (change: Record<string, string>) =>
      gateway.world.app.http.inject({
        method: 'GET',
        url: '/gateway/v1/authorize',
        headers: { ...headers, ...change },
      })
    const stranger = { 'x-gateway-authorization': `Bearer lsn_gtw_${'A'.repeat(43)}` }
    expect((await ask(stranger)).statusCode).toBe(401)
    expect((await ask({})).statusCode).toBe(200)
    expect((await ask({})).statusCode).toBe(401)
  })

  test('counts each call in the audit log like one that was decided anew', async () => {
    await warm()
    const count = async (): Promise<number> => {
      const [row] = await gateway.world.sql<{ count: string }>(
        'select coalesce(sum(repeats), 0) as count from audit_read_window',
      )
      return Number(row?.count)
    }
    const before = await count()
    await withoutTheLongWay(async () => {
      for (const _call of [1, 2, 3]) expect(await codeOfCall(scene, claims)).toMatch(/^ALLOWED /)
    })
    expect(await count()).toBe(before + 3)
  })

  test('takes its admissions, and is refused like any other when they are used up', async () => {
    await using limited = await GatewayWorld.start({}, { limitScale: 0.06 })
    const held = await limited.claims()
    const codes: string[] = []
    for (let call = 0; call < 13; call += 1) codes.push(await codeOfCall({ gateway: limited, person }, held))
    expect(codes.map((code) => code.split(' ')[0])).toEqual([
      ...Array.from({ length: 12 }, () => 'ALLOWED'),
      'RATE_LIMIT_EXCEEDED',
    ])
  })

  test('a partner’s own limit for its API clients holds through a gateway, whether its client is kept or not (C5)', async () => {
    await using limited = await GatewayWorld.start({}, { limitScale: 1 })
    await limited.world.seed(
      `with v as (insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, '{"api": {"rate.per_min": 5}}', uuidv7(), 'Test') returning partner_id, version)
       insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name) select partner_id, version, 'activate', 'Test', uuidv7(), 'Test' from v`,
      [limited.scene.partner],
    )
    const held = await limited.claims()
    const codes: string[] = []
    for (let call = 0; call < 7; call += 1) codes.push(await codeOfCall({ gateway: limited, person }, held))
    expect(codes.map((code) => code.split(' ')[0])).toEqual([
      ...Array.from({ length: 5 }, () => 'ALLOWED'),
      'RATE_LIMIT_EXCEEDED',
      'RATE_LIMIT_EXCEEDED',
    ])
  })

  test('many at once are allowed and recorded as often as their limit admits, exactly (access.md section 6)', async () => {
    await using limited = await GatewayWorld.start({}, { limitScale: 0.2 })
    const held = await limited.claims()
    const ask = () => codeOfCall({ gateway: limited, person }, held)
    for (const _call of [1, 2, 3]) expect(await ask()).toMatch(/^ALLOWED /)
    const codes = await Promise.all(Array.from({ length: 60 }, ask))
    const allowed = codes.filter((code) => code.startsWith('ALLOWED '))
    expect(allowed).toHaveLength(40 - 3)
    expect(new Set(codes.filter((code) => !allowed.includes(code)))).toEqual(new Set(['RATE_LIMIT_EXCEEDED']))
    const recorded = await limited.world.sql<{ reads: number }>(
      'select sum(1 + repeats)::integer as reads from audit_read_window',
    )
    expect(recorded).toEqual([{ reads: 40 }])
  })
})

describe('between two calls', () => {
  beforeAll(openScene)
  afterAll(() => gateway[Symbol.asyncDispose]())

  test.each(Object.entries(CALL_CHANGES))(
    'a change of %s is felt by the very next (P6, A9)',
    async (_, [take, give]) => {
      await warm()
      await changeCall(scene, take)
      const served = await codeOfCall(scene, claims)
      expect(served).toBe(await codeOfCall(scene, claims, true))
      await changeCall(scene, give)
      await warm()
    },
  )
})

const STEPS = fc.array(
  fc.tuple(
    fc.constantFrom(...Object.keys(CALL_CHANGES)),
    fc.constantFrom(0 as const, 0 as const, 1 as const, 1 as const, 1 as const),
  ),
  { minLength: 8, maxLength: 14 },
)

describe('whatever changes in whatever order', () => {
  beforeEach(openScene)
  afterEach(() => gateway[Symbol.asyncDispose]())

  test.each(fc.sample(STEPS, { seed: 1129, numRuns: 4 }).map((drawn, index) => [index, drawn] as const))(
    'each call is answered as one that nobody kept anything of, sequence %i (P6)',
    async (_, drawn) => {
      const codes = new Set<string>()
      for (const [name, direction] of drawn) {
        await renewClaims()
        for (const _call of [1, 2]) await codeOfCall(scene, claims)
        const refused = await changeCall(scene, CALL_CHANGES[name]?.[direction] ?? '').then(
          () => '23',
          (error: unknown) => databaseCodeOf(error),
        )
        // A rule or a second row of its kind may stand against it: then nothing changed.
        expect(refused).toMatch(/^23/)
        const served = await codeOfCall(scene, claims)
        codes.add(served.split(' ')[0] ?? '')
        expect(served, `${name} ${direction} of ${JSON.stringify(drawn)}`).toBe(
          await codeOfCall(scene, claims, true),
        )
      }
      expect(codes.size).toBeGreaterThan(1)
    },
  )
})
