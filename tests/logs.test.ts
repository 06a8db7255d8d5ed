import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSupportRoutes } from '../server/src/modules/support/index.ts'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'

const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
let caller: Caller
let lines: string[] = []
beforeAll(async () => {
  const stream = { write: (line: string) => void lines.push(line) }
  world = await TestWorld.start((services) => makeSupportRoutes(services), {
    logger: { level: 'trace', stream },
    // As the process itself does it.
    onAnswered: (request, reply) =>
      request.log.info({ method: request.method, status: reply.statusCode }, 'answered'),
  })
  const [partner, tenantId, person] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  await world.assign(await world.link(partner, tenantId), await world.partnerMember(partner, person.id))
  caller = { ...(await world.signIn(person.id)), tenantId }
})
afterAll(() => world[Symbol.asyncDispose]())

interface Line {
  readonly level: number
  readonly reqId?: string
  readonly err?: { readonly message: string; readonly stack?: string }
}

const read = (): Line[] => lines.map((line) => JSON.parse(line) as Line)

test('an unexpected error is logged with its stack under the id of the request, and its answer says nothing of it (ASVS 13.4.2, 16.3.4, 16.5.1)', async () => {
  await world.sql('alter table ticket rename column subject to topic')
  lines = []
  const answer = await world.call(caller, 'GET', TICKETS)
  await world.sql('alter table ticket rename column topic to subject')
  expect(answer.statusCode).toBe(500)
  expect(answer.body).not.toMatch(/subject|column|select |\bat \w+|node_modules|\.ts\b/i)
  const id = String(answer.headers['x-request-id'])
  const written = read().find(({ err }) => err !== undefined)
  expect(written).toMatchObject({ level: 50, reqId: id })
  expect(written?.err?.message).toContain('subject')
  expect(written?.err?.stack).toContain('at ')
})

test('each line of the log is one JSON document with the id of its request, whatever a caller writes (ASVS 16.2.4, 16.4.1)', async () => {
  lines = []
  const forged = '{"level":30,"msg":"signed in"}'
  const asked = [
    { url: `${TICKETS}?search=${encodeURIComponent(`x\r\n${forged}`)}`, headers: {} },
    { url: `/nothing/${encodeURIComponent(`\n${forged}\n`)}`, headers: {} },
    { url: TICKETS, headers: { 'user-agent': `"}\u2028${forged}` } },
    { url: TICKETS, headers: { 'x-request-id': `a"}${forged}` } },
    { url: TICKETS, headers: { traceparent: forged } },
  ]
  for (const { url, headers } of asked)
    await world.app.http.inject({ method: 'GET', url, headers: { ...headers, cookie: caller.cookie ?? '' } })
  expect(lines.length).toBeGreaterThanOrEqual(asked.length)
  for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1)
  const told = read()
  expect(told.filter(({ reqId }) => reqId === undefined)).toEqual([])
  expect(new Set(told.map(({ reqId }) => reqId)).size).toBe(asked.length)
  for (const { reqId } of told) expect(reqId).toMatch(/^[\w.-]+$/)
  expect(told.filter((line) => 'msg' in line && line.msg === 'signed in')).toEqual([])
})
