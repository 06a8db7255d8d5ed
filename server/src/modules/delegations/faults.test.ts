import { encodeId, parseOverrides } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Drawn, Seeded } from '#testing/drawn-worlds.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

/** A read across tenants: which it reaches, and which it leaves out and why. */
const portfolioProbe = route({
  method: 'GET',
  path: '/api/v1/probe/portfolio',
  summary: 'Across tenants',
  input: {},
  access: { permission: 'partner.billing.invoices.read', tenant: 'portfolio' },
  limit: 'list',
  responses: {
    200: z.strictObject({ tenant_ids: z.array(z.string()), excluded: z.array(z.string()) }),
  },
  handle: ({ mandate }) =>
    Promise.resolve({
      tenant_ids: mandate.tenantIds.map((id) => encodeId('tenant', id)),
      excluded: mandate.excluded.map(({ reason }) => reason),
    }),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...permissionProbes, portfolioProbe, ...makeDelegationRoutes()])
})
afterAll(() => world[Symbol.asyncDispose]())

const seed = (change: Partial<Drawn>) => seedWorld(world, { ...HEALTHY, ...change })
const codeOf = async ({ caller }: Seeded, permission: string) => {
  const answer = await world.call(caller, 'GET', `/api/v1/probe/${permission}`)
  return answer.statusCode === 200 ? 'ALLOWED' : String(answer.json().code)
}
const READ = 'partner.billing.invoices.read'
const across = async ({ caller }: Seeded) =>
  (await world.call({ cookie: caller.cookie }, 'GET', '/api/v1/probe/portfolio')).json()

describe('the faults of a public implementation of the same design (managed-tenants.md section 11)', () => {
  test('fault 1: the role of the link decides, not what the person may do in their own organisation', async () => {
    const seeded = await seed({ role: 'msp_billing' })
    await world.seed(`update partner_member set role = 'PARTNER_OWNER' where person_id = $1`, [seeded.person])
    expect([await codeOf(seeded, READ), await codeOf(seeded, 'partner.support.tickets.create')]).toEqual([
      'ALLOWED',
      'PERMISSION_DENIED',
    ])
  })

  test('fault 2: a grant gives, a wildcard denies, and a key without its prefix is refused when written', async () => {
    const granted = await seed({
      overrides: [{ pattern: 'partner.billing.*', effect: 'grant', end: null }],
    })
    const denied = await seed({
      role: 'msp_billing',
      overrides: [{ pattern: 'partner.billing.*', effect: 'deny', end: null }],
    })
    expect([await codeOf(granted, READ), await codeOf(denied, READ)]).toEqual([
      'ALLOWED',
      'PERMISSION_DENIED',
    ])
    expect(parseOverrides({ 'billing.read': false })).toMatchObject({ ok: false })
  })

  test('fault 3: a read across tenants asks for each link and each permission, with no header sent', async () => {
    const [live, expired, revoked, other] = [
      await seed({ role: 'msp_billing' }),
      await seed({ role: 'msp_billing', endsIn: -1 }),
      await seed({ role: 'msp_billing', status: 'revoked' }),
      await seed({ role: 'msp_support' }),
    ]
    expect(await across(live)).toEqual({ tenant_ids: [encodeId('tenant', live.tenant)], excluded: [] })
    expect(await across(expired)).toEqual({ tenant_ids: [], excluded: ['TENANT_LINK_EXPIRED'] })
    expect(await across(revoked)).toEqual({ tenant_ids: [], excluded: ['TENANT_LINK_REVOKED'] })
    expect(await across(other)).toEqual({ tenant_ids: [], excluded: ['PERMISSION_DENIED'] })
  })

  test('fault 4: start, end, the partner’s state and the person’s membership count, whatever the stored flag says', async () => {
    const codes = []
    const changes: readonly Partial<Drawn>[] = [
      { startsIn: 1 },
      { endsIn: -1 },
      { partnerStatus: 'suspended' },
      { memberStatus: 'inactive' },
    ]
    for (const change of changes) codes.push(await codeOf(await seed(change), 'partner.tenants.read'))
    expect(codes).toEqual([
      'TENANT_LINK_NOT_STARTED',
      'TENANT_LINK_EXPIRED',
      'PARTNER_INACTIVE',
      'PERSON_INACTIVE',
    ])
  })

  test('fault 6: one place resolves the tenant, so that a header alone opens nothing and a missing one is refused', async () => {
    const [seeded, foreign] = [await seed({}), await seed({})]
    const path = '/api/v1/probe/partner.support.tickets.read'
    const asked = await world.call({ cookie: seeded.caller.cookie, tenantId: foreign.tenant }, 'GET', path)
    const missing = await world.call({ cookie: seeded.caller.cookie }, 'GET', path)
    expect([asked.statusCode, asked.json().code]).toEqual([404, 'TENANT_NOT_FOUND'])
    expect([missing.statusCode, missing.json().code]).toEqual([400, 'TENANT_CONTEXT_REQUIRED'])
  })

  test('fault 7: a refusal names no tenant of the caller', async () => {
    const [seeded, foreign] = [await seed({}), await seed({})]
    const refused = await world.call(
      { cookie: seeded.caller.cookie, tenantId: foreign.tenant },
      'GET',
      '/api/v1/probe/partner.support.tickets.read',
    )
    expect(refused.body).not.toContain(encodeId('tenant', seeded.tenant))
    expect(refused.body).not.toContain(seeded.tenant)
  })

  test('fault 8: tenants whose link has ended are in no reach, by kernel and by row policy', async () => {
    const changes: readonly Partial<Drawn>[] = [
      { endsIn: -1 },
      { status: 'revoked' },
      { status: 'suspended' },
    ]
    for (const change of changes) {
      const seeded = await seed(change)
      const usable = await world.sql('select 1 from access.usable_link where link_id = $1', [seeded.link])
      expect(usable, JSON.stringify(change)).toEqual([])
      expect((await across(seeded)).tenant_ids, JSON.stringify(change)).toEqual([])
    }
  })
})
