import { decide, effectiveMask, encodeId, findPermission, fromBits, has } from '@liaison/access'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeFacts, toFacts } from '#platform/resolvers/facts.ts'
import { featuresOf } from '#platform/features.ts'
import { arbitraryWorld, liftFreeze, seedFreeze, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { PERMISSION_NAMES, permissionProbes } from '#testing/permission-probes.ts'
import type { PermissionName } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

/** What is told of work in a tenant before a freeze is, and is no hindrance to ask why. */
const BEFORE_FREEZES: ReadonlySet<string> = new Set(['TENANT_INACTIVE', 'MFA_REQUIRED'])
const SENSITIVE_NAMES = PERMISSION_NAMES.filter((name) => findPermission(name)?.sensitive)

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...permissionProbes, ...makeDelegationRoutes()])
})
afterAll(() => world[Symbol.asyncDispose]())

/** What the database alone lets through: the permissions under which it shows the tenant's row to this session. */
async function reachedInDatabase(
  { caller, tenant }: Seeded,
  names: readonly PermissionName[],
): Promise<Set<PermissionName>> {
  const client = await world.database.pool('liaison_delegate').connect()
  const token = String(caller.cookie).split('=')[1] ?? ''
  const session = createHash('sha256').update(token).digest('hex')
  const reached = new Set<PermissionName>()
  try {
    for (const permission of names) {
      await client.query('begin')
      await client.query('select access.enter_person($1)', [
        { session_hash: session, tenant_id: tenant, permission, writes: false, source: 'api' },
      ])
      const { rows } = await client.query(`select 1 from access.reach('tenant', 'select')`)
      if (rows.length > 0) reached.add(permission)
      await client.query('rollback')
    }
  } finally {
    client.release()
  }
  return reached
}

/** The mask that row policies go by; nothing when they let this person in nowhere. */
async function usableMask({ link, person }: Seeded): Promise<bigint> {
  const rows = await world.sql<{ mask: string }>(
    'select mask::text as mask from access.usable_link where link_id = $1 and person_id = $2',
    [link, person],
  )
  return rows[0] ? fromBits(rows[0].mask) : 0n
}

async function kernelFacts({ caller, tenant }: Seeded) {
  const client = await world.database.pool('liaison_delegate').connect()
  const token = String(caller.cookie).split('=')[1] ?? ''
  try {
    await client.query('begin')
    const { rows } = await client.query<{ facts: unknown }>('select access.enter_person($1) as facts', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: tenant,
        permission: 'partner.tenants.list',
        writes: false,
        source: 'api',
      },
    ])
    await client.query('rollback')
    return toFacts(decodeFacts(rows[0]?.facts, featuresOf(world.database)), '127.0.0.1')
  } finally {
    client.release()
  }
}

describe('one rule in four places', () => {
  test('kernel, database, HTTP and explainer agree on generated worlds', async () => {
    const codes = new Set<string>()
    for (const [index, drawn] of fc.sample(arbitraryWorld, { seed: 20_261, numRuns: 45 }).entries()) {
      const seeded = await seedWorld(world, drawn)
      const freeze =
        drawn.freeze && (await seedFreeze(world, seeded, { freeze: drawn.freeze, isLifted: drawn.isLifted }))
      const facts = await kernelFacts(seeded)
      const mask = effectiveMask(facts)
      // What the database decides by, whole: the mask of the link for this person, elevations and denies applied.
      const usable = await usableMask(seeded)
      expect(drawn.factor === 'none' ? mask : usable, JSON.stringify(drawn)).toBe(mask)
      const seesTenant = has(mask, 'partner.tenants.list')
      const names = PERMISSION_NAMES.filter((_, position) => position % 3 === index % 3)
      const expected = names.filter((name) => seesTenant && has(mask, name))
      // The database knows no second factor: a session without one stops at the kernel, so it is left out of this comparison.
      const reached = drawn.factor === 'none' ? expected : [...(await reachedInDatabase(seeded, names))]
      expect(reached, JSON.stringify(drawn)).toEqual(expected)
      for (const step of [0, 1, 2]) {
        const pool = step === 2 ? SENSITIVE_NAMES : PERMISSION_NAMES
        const permission = pool[(index * 7 + step * 11) % pool.length] ?? 'partner.tenants.list'
        const used = await world.call(seeded.caller, 'GET', `/api/v1/probe/${permission}`)
        const code = used.statusCode === 200 ? 'ALLOWED' : used.json().code
        codes.add(code)
        expect(code, JSON.stringify(drawn)).toBe(decide(facts, { permission }).code)
        const asked = await world.call(
          { cookie: seeded.caller.cookie },
          'POST',
          '/api/v1/partner/access/explain',
          { body: { tenant_id: encodeId('tenant', seeded.tenant), permission } },
        )
        // Whoever is frozen may not ask either; only what a tenant demands is looked at before that.
        const isRefused = drawn.freeze === 'person' && !drawn.isLifted && BEFORE_FREEZES.has(code)
        expect(asked.json().code, `${permission} ${JSON.stringify(drawn)}`).toBe(
          isRefused ? 'ACCESS_FROZEN' : code,
        )
      }
      if (freeze && !drawn.isLifted) await liftFreeze(world, freeze)
    }
    expect([...codes]).toEqual(
      expect.arrayContaining([
        'ALLOWED',
        'PERMISSION_DENIED',
        'ACCESS_FROZEN',
        'NOT_ASSIGNED',
        'TENANT_NOT_FOUND',
        'MFA_REQUIRED',
        'ELEVATION_REQUIRED',
      ]),
    )
  }, 60_000)
})
