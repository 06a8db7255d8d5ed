import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'

const Name = z.strictObject({ name: z.string() })

/** Two calls a minute for the partner, five in the tenant. */
const SCALE = 0.01

const probe = route({
  method: 'GET',
  path: '/api/v1/probe/:name',
  summary: 'Find the tenant by its name',
  input: { params: Name },
  access: { permission: 'partner.tenants.read', tenant: 'header' },
  limit: 'detail',
  responses: { 200: Name },
  async handle({ mandate, params }) {
    const [found] = await runStatements(mandate, [
      { text: 'select name from tenant where name = $1', values: [params.name] },
    ])
    if (!found?.rows[0]) throw new ProblemError(404, 'NOT_FOUND', 'There is no such tenant.')
    return params
  },
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [probe], { limitScale: SCALE })
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedCaller() {
  const [partner, tenant, other] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.tenant('Beta'),
  ]
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const link = await world.link(partner, tenant)
  await world.assign(link, member)
  return { caller: { ...(await world.signIn(person.id)), tenantId: tenant }, tenant, other, link }
}

const countReads = async (tenant: string) =>
  (
    await world.sql<{ reads: number }>(
      `select coalesce(sum(1 + w.repeats), 0)::integer as reads from audit_read_window w join audit_event e on e.id = w.event_id where e.tenant_id = $1`,
      [tenant],
    )
  )[0]?.reads

test('over the limit nothing is told, neither what is there nor that something is not, and no read is recorded', async () => {
  const { caller, tenant } = await seedCaller()
  const read = (name: string) => world.call(caller, 'GET', `/api/v1/probe/${name}`)
  expect([(await read('Acme')).statusCode, (await read('Acme')).statusCode]).toEqual([200, 200])
  const found = await read('Acme')
  const missing = await read('Nobody')
  expect([found.statusCode, missing.statusCode]).toEqual([429, 429])
  expect(found.body).not.toContain('Acme')
  expect(found.headers['retry-after']).toBeDefined()
  expect(await countReads(tenant)).toBe(2)
})

test('of reads that begin before the limiter has answered exactly the allowed number is answered', async () => {
  const { caller, tenant } = await seedCaller()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => world.call(caller, 'GET', '/api/v1/probe/Acme')),
  )
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(2)
  expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(18)
  expect(await countReads(tenant)).toBe(2)
})

test('a read that finds nothing has used up its admission', async () => {
  const { caller } = await seedCaller()
  const read = () => world.call(caller, 'GET', '/api/v1/probe/Nobody')
  expect([(await read()).statusCode, (await read()).statusCode, (await read()).statusCode]).toEqual([
    404, 404, 429,
  ])
})

test('a refused request says why, not that a limit is used up, and uses nothing up', async () => {
  const { caller, tenant, other, link } = await seedCaller()
  const read = (tenantId = tenant) => world.call({ ...caller, tenantId }, 'GET', '/api/v1/probe/Acme')
  for (let round = 0; round < 3; round += 1) expect((await read(other)).statusCode).toBe(404)
  expect([(await read()).statusCode, (await read()).statusCode, (await read()).statusCode]).toEqual([
    200, 200, 429,
  ])
  expect((await read(other)).json().code).toBe('TENANT_NOT_FOUND')
  await world.seed(
    `update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`,
    [link],
    tenant,
  )
  expect((await read()).json().code).toBe('TENANT_LINK_REVOKED')
})
