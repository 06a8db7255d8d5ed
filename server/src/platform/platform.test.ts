import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { recordEvent, runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'

interface Tables {
  tenant: { id: string; name: string }
}

const names = (mandate: Mandate) =>
  tables<Tables>(mandate).selectFrom('tenant').select('name').orderBy('name').execute()
const Names = z.strictObject({ names: z.array(z.string()) })

const probes = [
  route({
    method: 'GET',
    path: '/api/v1/probe/portfolio',
    summary: 'Names of the tenants reached',
    input: {},
    access: { permission: 'partner.tenants.list', tenant: 'portfolio' },
    limit: 'list',
    responses: { 200: Names },
    handle: async ({ mandate }) => ({ names: (await names(mandate)).map((row) => row.name) }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/probe/tenants/:tenant_id',
    summary: 'Name of one tenant',
    input: { params: z.strictObject({ tenant_id: publicId('tenant') }) },
    access: { permission: 'partner.tenants.read', tenant: ({ params }) => params.tenant_id },
    limit: 'detail',
    responses: { 200: Names },
    handle: async ({ mandate }) => ({ names: (await names(mandate)).map((row) => row.name) }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/probe/tickets',
    summary: 'Open a ticket',
    input: { body: z.strictObject({ subject: z.string() }) },
    access: { permission: 'partner.support.tickets.create', tenant: 'header' },
    limit: 'write',
    responses: { 201: z.strictObject({ subject: z.string() }) },
    async handle({ mandate, body }) {
      await runStatements(mandate, [
        {
          text: `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, $2)`,
          values: [mandate.tenant.id, body.subject],
        },
      ])
      recordEvent(mandate, { action: 'support.tickets.create' })
      return { subject: body.subject }
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/probe/silent',
    summary: 'Open a ticket without an audit event',
    input: {},
    access: { permission: 'partner.support.tickets.create', tenant: 'header' },
    limit: 'write',
    responses: { 201: z.strictObject({}) },
    async handle({ mandate }) {
      await runStatements(mandate, [
        {
          text: `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'x')`,
          values: [mandate.tenant.id],
        },
      ])
      return {}
    },
  }),
]

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => probes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPair() {
  const [northwind, acme, beta] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.tenant('Beta'),
  ]
  const person = await world.person()
  const member = await world.partnerMember(northwind, person.id)
  const link = await world.link(northwind, acme, { role: 'msp_support' })
  await world.assign(link, member)
  return { northwind, acme, beta, person, member, link }
}

test('a portfolio read shows the tenants that the person is assigned to, and no other', async () => {
  const { northwind, beta, person } = await seedPair()
  await world.link(northwind, beta)
  const response = await world.call(await world.signIn(person.id), 'GET', '/api/v1/probe/portfolio')
  expect(response.json()).toEqual({ names: ['Acme'] })
})

test('a tenant that was never linked answers as one that does not exist', async () => {
  const { beta, person, acme } = await seedPair()
  const caller = await world.signIn(person.id)
  const path = (id: typeof acme) => `/api/v1/probe/tenants/${encodeId('tenant', id)}`
  expect((await world.call(caller, 'GET', path(acme))).json()).toEqual({ names: ['Acme'] })
  const foreign = await world.call(caller, 'GET', path(beta))
  expect(foreign.statusCode).toBe(404)
  expect(foreign.json().code).toBe('TENANT_NOT_FOUND')
  expect(foreign.headers['content-type']).toContain('application/problem+json')
})

test('a revoked link refuses the next request, with its reason and an explanation to open', async () => {
  const { person, acme, link } = await seedPair()
  const caller = { ...(await world.signIn(person.id)), tenantId: acme }
  expect(
    (await world.call(caller, 'POST', '/api/v1/probe/tickets', { body: { subject: 'Down' } })).statusCode,
  ).toBe(201)
  await world.seed(`update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`, [link], acme)
  const refused = await world.call(caller, 'POST', '/api/v1/probe/tickets', { body: { subject: 'Down' } })
  expect(refused.statusCode).toBe(403)
  expect(refused.json()).toMatchObject({
    code: 'TENANT_LINK_REVOKED',
    explain_id: expect.stringMatching(/^exp_/),
  })
  const [denied] = await world.sql(
    `select code, actor_name from audit_event where outcome = 'denied' and tenant_id = $1`,
    [acme],
  )
  expect(denied).toEqual({ code: 'TENANT_LINK_REVOKED', actor_name: person.name })
})

test('a change without its audit event does not commit', async () => {
  const { person, acme } = await seedPair()
  const caller = { ...(await world.signIn(person.id)), tenantId: acme }
  const response = await world.call(caller, 'POST', '/api/v1/probe/silent')
  expect(response.statusCode).toBe(500)
  expect(await world.sql('select id from ticket where tenant_id = $1', [acme])).toEqual([])
})

test('bad input is answered with every fault at once and changes nothing', async () => {
  const { person, acme } = await seedPair()
  const caller = { ...(await world.signIn(person.id)), tenantId: acme }
  const response = await world.call(caller, 'POST', '/api/v1/probe/tickets?colour=red', {
    body: { subject: 4, extra: true },
  })
  expect(response.statusCode).toBe(422)
  expect(
    response
      .json()
      .errors.map((fault: { pointer: string }) => fault.pointer)
      .toSorted(),
  ).toEqual(['/body/extra', '/body/subject', '/query/colour'])
})

test('the same Idempotency-Key answers twice and works once', async () => {
  const { person, acme } = await seedPair()
  const caller = { ...(await world.signIn(person.id)), tenantId: acme }
  const send = (subject: string) =>
    world.call(caller, 'POST', '/api/v1/probe/tickets', {
      body: { subject },
      headers: { 'idempotency-key': 'key-1' },
    })
  const [first, second, other] = [await send('Down'), await send('Down'), await send('Up')]
  expect([first.statusCode, second.statusCode, other.statusCode]).toEqual([201, 201, 422])
  expect(second.headers['idempotent-replayed']).toBe('true')
  expect(await world.sql('select id from ticket where tenant_id = $1', [acme])).toHaveLength(1)
})

test('every login sees nothing without an access context', async () => {
  await seedPair()
  for (const login of [
    'liaison_platform',
    'liaison_program',
    'liaison_delegate',
    'liaison_tenant',
    'liaison_ingest',
  ] as const) {
    for (const relation of ['tenant', 'partner']) {
      const rows = await world
        .sqlAs(login, `select 1 from ${relation}`)
        .catch((error: Error) => error.message)
      expect(typeof rows === 'string' ? rows : rows.length, `${login} ${relation}`).toSatisfy(
        (seen: unknown) => seen === 0 || String(seen).startsWith('permission denied'),
      )
    }
  }
})
