import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { makeLinkActs, REQUEST } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { operationRoutes, runOperations } from './index.ts'

const BASE = '/api/v1/partner/link-templates'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), ...operationRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())

const { cast } = makeLinkActs(() => world)
const TEMPLATE = { name: 'Support for a year', ...REQUEST }

const keep = (caller: Caller, change: object = {}) =>
  world.call(caller, 'POST', BASE, { body: { ...TEMPLATE, ...change } })

const work = () =>
  runOperations({
    database: world.database,
    publicOrigin: () => TEST_ORIGIN,
    onError: (error) => {
      throw error
    },
  })

async function apply({ owner }: Cast, id: string, slugs: readonly string[]) {
  const ordered = await world.call(owner, 'POST', `${BASE}/${id}/apply`, { body: { tenant_slugs: slugs } })
  expect(ordered.statusCode, ordered.body).toBe(202)
  await work()
  return (await world.call(owner, 'GET', ordered.headers['location'] as string)).json()
}

async function slugsOf(names: readonly string[]): Promise<string[]> {
  const slugs = []
  for (const name of names) {
    const [row] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [
      await world.tenant(name),
    ])
    slugs.push(row?.slug ?? '')
  }
  return slugs
}

test('a template is kept, changed in the version that was read and deleted, by its own partner alone (B1)', async () => {
  const [people, others] = [await cast(), await cast()]
  const made = await keep(people.owner, { overrides: { 'partner.support.tickets.create': false } })
  expect(made.statusCode, made.body).toBe(201)
  const { template_id: id } = made.json()
  expect(made.json()).toMatchObject({ name: TEMPLATE.name, access_role: 'msp_support', duration_days: 90 })
  expect(made.json().overrides).toMatchObject([{ effect: 'deny' }])
  expect((await keep(people.owner, { name: 'SUPPORT for a year' })).json().code).toBe('TEMPLATE_NAME_TAKEN')
  expect((await keep(others.owner)).statusCode).toBe(201)
  const path = `${BASE}/${id}`
  const put = (version: number) =>
    world.call(people.owner, 'PUT', path, {
      body: { ...TEMPLATE, name: 'Support', access_role: 'partner_auditor', relationship_type: 'audit_only' },
      headers: { 'if-match': `"v${version}"` },
    })
  expect((await put(4)).statusCode).toBe(412)
  const changed = await put(1)
  expect(changed.json(), changed.body).toMatchObject({ name: 'Support', access_role: 'auditor', version: 2 })
  for (const [method, at] of [
    ['GET', path],
    ['DELETE', path],
    ['POST', `${path}/apply`],
  ] as const) {
    const body = at === path ? {} : { body: { tenant_slugs: ['acme-fiber'] } }
    const hidden = await world.call(others.owner, method, at, body)
    expect([hidden.statusCode, hidden.json().code]).toEqual([404, 'TEMPLATE_NOT_FOUND'])
  }
  expect((await world.call(people.owner, 'DELETE', path)).statusCode).toBe(204)
  expect((await world.call(people.owner, 'GET', BASE)).json().items).toEqual([])
})

test('a template is checked like a request, with every fault at once (B1)', async () => {
  const { owner } = await cast()
  const faults = async (change: object) =>
    (await keep(owner, change)).json().errors.map(({ pointer }: { pointer: string }) => pointer)
  expect(await faults({ access_role: 'nobody', message: '', tenant_slug: 'acme' })).toEqual(
    expect.arrayContaining(['/body/access_role', '/body/message', '/body/tenant_slug']),
  )
  expect(await faults({ access_role: 'enterprise_hq' })).toEqual(['/body/access_role'])
})

test('applied, it asks each customer; whether a code belongs to anybody shows in no answer (B1, B14)', async () => {
  const people = await cast()
  const { template_id: id } = (await keep(people.owner)).json()
  const slugs = [...(await slugsOf(['Beta', 'Gamma'])), 'nobody-at-all']
  const result = await apply(people, id, slugs)
  expect(result).toMatchObject({ action: 'request', status: 'completed', done: 3, refused: 0 })
  const [first, , unknown] = result.items
  expect(first).toEqual({ ...unknown, tenant_slug: slugs[0] })
  expect(first).toMatchObject({ outcome: 'done', link_id: null, tenant_name: null, code: null })
  const asked = await world.sql(
    `select access_role, status from link join delegation using (id) where link.partner_id = $1 order by status`,
    [people.partner],
  )
  expect(asked).toEqual([
    { access_role: 'msp_support', status: 'requested' },
    { access_role: 'msp_support', status: 'requested' },
  ])
  const again = await apply(people, id, slugs)
  expect(again.items.map(({ code }: { code: string }) => code)).toEqual(slugs.map(() => 'LINK_ALREADY_LIVE'))
})

test('what was ordered stays as it was when the template is changed, and a day has an end of requests (B14)', async () => {
  const people = await cast()
  const { template_id: id } = (await keep(people.owner)).json()
  const [slug] = await slugsOf(['Delta'])
  const ordered = await world.call(people.owner, 'POST', `${BASE}/${id}/apply`, {
    body: { tenant_slugs: [slug] },
  })
  await world.call(people.owner, 'DELETE', `${BASE}/${id}`)
  await work()
  const result = (await world.call(people.owner, 'GET', ordered.headers['location'] as string)).json()
  expect(result).toMatchObject({ done: 1 })
  const { template_id: next } = (await keep(people.owner)).json()
  await world.seed(
    `insert into link_request_sent (id, partner_id, tenant_slug, relationship_type, access_role, role_version, overrides, request_message, starts_at, requested_by)
     select uuidv7(), partner_id, 'made-' || n, relationship_type, access_role, role_version, overrides, request_message, starts_at, requested_by
     from link_request_sent, generate_series(1, 479) n where partner_id = $1`,
    [people.partner],
  )
  const late = await apply(people, next, ['one-too-many'])
  expect(late.items).toMatchObject([{ outcome: 'refused', code: 'RATE_LIMIT_EXCEEDED' }])
})

test('as raw SQL no login reads templates without a context, and those of other planes never (B1)', async () => {
  expect(await world.sqlAs('liaison_program', 'select * from link_template')).toEqual([])
  for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_platform', 'liaison_job'] as const)
    await expect(world.sqlAs(login, 'select * from link_template')).rejects.toThrow('permission denied')
})

test('the last place for a template is taken once, however many want it at the same moment (B2, ASVS 2.3.2)', async () => {
  const { owner } = await cast()
  for (let n = 0; n < 98; n += 1) expect((await keep(owner, { name: `Template ${n}` })).statusCode).toBe(201)
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) => keep(owner, { name: `One of many ${n}` })),
  )
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
    201, 201, 422, 422, 422,
  ])
})
