import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import {
  makeEndpoint,
  ownerOf,
  PARTNER_ENDPOINTS,
  pump,
  TENANT_ENDPOINTS,
  verify,
  webhooksOf,
} from '#testing/webhook-acts.ts'
import type { MadeEndpoint } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
let owner: Caller
let staff: Caller
let rival: Caller
let tenantAdmin: Caller
const logged: string[] = []
beforeAll(async () => {
  world = await TestWorld.start(makeWebhookRoutes, {
    isDemo: true,
    logger: { level: 'trace', stream: { write: (line: string) => logged.push(line) } },
  })
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
  const partner = await world.partner('Northwind')
  owner = await ownerOf(world, partner)
  const { id } = await world.person()
  await world.partnerMember(partner, id)
  staff = await world.signIn(id)
  rival = await ownerOf(world, await world.partner('Contoso'))
  const tenant = await world.tenant('Globex')
  const admin = await world.person()
  await world.tenantMember(tenant, admin.id)
  tenantAdmin = await world.signIn(admin.id, { tenantId: tenant })
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const create = (caller = owner, path = PARTNER_ENDPOINTS): Promise<MadeEndpoint> =>
  makeEndpoint(world, caller, { url: receiver.url, eventTypes: ['consent.ended'], path })

const deliveriesOf = async ({ path }: MadeEndpoint, caller = owner) =>
  (await world.call(caller, 'GET', `${path}/deliveries`)).json().items

describe('a webhook endpoint', () => {
  test('is created with a secret that is shown once, and found again by its owner alone (A9)', async () => {
    const made = await create()
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const shown = await world.call(owner, 'GET', made.path)
    expect(shown.json()).toMatchObject({
      url: receiver.url,
      status: 'active',
      event_types: ['consent.ended'],
    })
    expect(shown.body).not.toContain('whsec_')
    expect((await world.call(owner, 'GET', PARTNER_ENDPOINTS)).body).not.toContain('whsec_')
    for (const path of [made.path, `${made.path}/deliveries`])
      expect((await world.call(rival, 'GET', path)).json().code).toBe('WEBHOOK_NOT_FOUND')
    for (const act of ['test', 'disable', 'rotate-secret'])
      expect((await world.call(rival, 'POST', `${made.path}/${act}`, { body: {} })).statusCode).toBe(404)
    expect((await world.call(rival, 'DELETE', made.path)).statusCode).toBe(404)
    expect((await world.call(rival, 'GET', PARTNER_ENDPOINTS)).json().total).toBe(0)
  })

  test('of an organisation is its own: no partner finds it', async () => {
    const made = await create(tenantAdmin, TENANT_ENDPOINTS)
    expect((await world.call(tenantAdmin, 'GET', made.path)).statusCode).toBe(200)
    const elsewhere = made.path.replace('/tenant/', '/partner/')
    expect((await world.call(owner, 'GET', elsewhere)).statusCode).toBe(404)
  })

  test('is refused with all faults at once, and nothing is created', async () => {
    const before = (await world.call(owner, 'GET', PARTNER_ENDPOINTS)).json().total
    const answer = await world.call(owner, 'POST', PARTNER_ENDPOINTS, {
      body: { url: 'https://169.254.169.254/', event_types: ['mail'], secret: 'whsec_x' },
    })
    expect(answer.statusCode).toBe(422)
    const faults: { pointer: string; code: string }[] = answer.json().errors
    expect(faults.map(({ pointer, code }) => `${pointer} ${code}`).toSorted()).toEqual([
      '/body/event_types/0 INVALID_VALUE',
      '/body/secret UNKNOWN_FIELD',
      '/body/url URL_REFUSED',
    ])
    expect((await world.call(owner, 'GET', PARTNER_ENDPOINTS)).json().total).toBe(before)
  })

  test('is kept in the spelling that is connected to, whatever odd letters it came in', async () => {
    const make = (url: string) =>
      world.call(owner, 'POST', PARTNER_ENDPOINTS, { body: { url, event_types: ['consent.ended'] } })
    const odd = await make('HTTPS://Hooks.Example.com:443/\u0000\ud800/\u00fc')
    expect(odd.json().url).toBe('https://hooks.example.com/%00%EF%BF%BD/%C3%BC')
    const long = await make(`https://hooks.example.com/${'\u00fc'.repeat(900)}`)
    expect(long.json().errors).toMatchObject([{ pointer: '/body/url', code: 'URL_REFUSED' }])
  })

  test('cannot be moved inside either', async () => {
    const made = await create()
    const change = { body: { url: 'https://[::1]/' }, headers: { 'if-match': made.etag } }
    expect((await world.call(owner, 'PATCH', made.path, change)).json().errors).toMatchObject([
      { pointer: '/body/url', code: 'URL_REFUSED' },
    ])
  })

  test('is managed by owners with a fresh factor only', async () => {
    expect((await world.call(staff, 'GET', PARTNER_ENDPOINTS)).json().code).toBe('PERMISSION_DENIED')
    const person = await world.person()
    await world.partnerMember(await world.partner('Fabrikam'), person.id, 'PARTNER_OWNER')
    const stale = await world.signIn(person.id, { factorAgeSeconds: 3600 })
    const body = { url: receiver.url, event_types: ['consent.ended'] }
    expect((await world.call(stale, 'POST', PARTNER_ENDPOINTS, { body })).json().code).toBe(
      'STEP_UP_REQUIRED',
    )
  })

  test('changes in the version that was read', async () => {
    const made = await create()
    const change = { body: { event_types: ['order.created'] }, headers: { 'if-match': made.etag } }
    expect((await world.call(owner, 'PATCH', made.path, change)).json().event_types).toEqual([
      'order.created',
    ])
    expect((await world.call(owner, 'PATCH', made.path, change)).json().code).toBe('PRECONDITION_FAILED')
    expect((await world.call(owner, 'PATCH', made.path, { body: change.body })).statusCode).toBe(428)
  })

  test('is one of twenty at most', async () => {
    const caller = await ownerOf(world, await world.partner('Many'))
    for (let count = 0; count < 20; count += 1) await create(caller)
    const body = { url: receiver.url, event_types: ['consent.ended'] }
    const answer = await world.call(caller, 'POST', PARTNER_ENDPOINTS, { body })
    expect(answer.json().code).toBe('WEBHOOK_LIMIT_REACHED')
  })

  test('the last place is taken once, however many want it at the same moment (A9, ASVS 2.3.2)', async () => {
    const one = await ownerOf(world, await world.partner('Crowded'))
    const add = () =>
      world.call(one, 'POST', PARTNER_ENDPOINTS, {
        body: { url: receiver.url, event_types: ['consent.ended'] },
      })
    for (let count = 0; count < 18; count += 1) expect((await add()).statusCode).toBe(201)
    const answers = await Promise.all(Array.from({ length: 6 }, add))
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(2)
    expect((await world.call(one, 'GET', PARTNER_ENDPOINTS)).json().total).toBe(20)
    // What they are asked to answer is not looked for here.
    await world.sql(
      `delete from webhook_delivery d using webhook_endpoint e, partner p where e.id = d.endpoint_id and p.id = e.partner_id and p.name = 'Crowded'`,
    )
  })

  test('is deleted with its secrets and its log', async () => {
    const made = await create()
    await world.call(owner, 'POST', `${made.path}/test`)
    expect((await world.call(owner, 'DELETE', made.path)).statusCode).toBe(204)
    expect((await world.call(owner, 'GET', made.path)).statusCode).toBe(404)
    for (const table of ['webhook_secret', 'webhook_delivery'])
      expect(await world.sql(`select id from ${table} where endpoint_id = $1`, [made.id])).toEqual([])
  })

  test('chooses among the documented types of events, but for those of which its side is never told', async () => {
    const listed = async (caller: Caller, side: string) => {
      const { items } = (await world.call(caller, 'GET', `/api/v1/${side}/webhook-event-types`)).json()
      return items.map(({ event_type: type }: { event_type: string }) => type)
    }
    const ofPartners = await listed(owner, 'partner')
    expect(ofPartners).toEqual(expect.arrayContaining(['consent.ended', 'payout.paid', 'kyc.verified']))
    for (const own of ['voucher.issued', 'form_token.revoked']) expect(ofPartners).not.toContain(own)
    const ofTenants = await listed(tenantAdmin, 'tenant')
    expect(ofTenants).toEqual(expect.arrayContaining(['consent.ended', 'voucher.issued']))
    for (const own of ['payout.paid', 'agreement.active', 'kyc.verified'])
      expect(ofTenants).not.toContain(own)
  })
})

describe('a test event', () => {
  test('arrives signed, and the log says how it went', async () => {
    const made = await create()
    receiver.received.length = 0
    expect((await world.call(owner, 'POST', `${made.path}/test`)).json()).toMatchObject({ status: 'waiting' })
    await pump(world, webhooks)
    const [message, ...more] = receiver.received
    if (!message) throw new Error('Nothing arrived.')
    expect(more).toEqual([])
    expect(verify(message, made.secret)).toMatchObject({ type: 'endpoint.test' })
    const [delivery] = await deliveriesOf(made)
    expect(delivery).toMatchObject({
      status: 'delivered',
      attempts: 1,
      response_code: 204,
      outcome: 'delivered',
    })
    expect(delivery.webhook_id).toBe(message.headers['webhook-id'])
    expect((await world.call(owner, 'GET', made.path)).json().last_success_at).not.toBeNull()
  })

  test('is not sent to a disabled endpoint, and what waited there is cancelled and can be replayed', async () => {
    const made = await create()
    receiver.received.length = 0
    await world.call(owner, 'POST', `${made.path}/test`)
    expect((await world.call(owner, 'POST', `${made.path}/disable`)).json()).toMatchObject({
      status: 'disabled',
      disabled_reason: 'by_owner',
    })
    expect((await world.call(owner, 'POST', `${made.path}/disable`)).json().code).toBe(
      'WEBHOOK_STATE_CONFLICT',
    )
    expect((await world.call(owner, 'POST', `${made.path}/test`)).json().code).toBe('WEBHOOK_STATE_CONFLICT')
    await pump(world, webhooks)
    expect(receiver.received).toEqual([])
    expect(await deliveriesOf(made)).toMatchObject([{ status: 'cancelled' }])
    await world.call(owner, 'POST', `${made.path}/enable`)
    const range = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' }
    expect((await world.call(owner, 'POST', `${made.path}/replay`, { body: range })).json().replayed).toBe(0)
    const [{ delivery_id: id }] = await deliveriesOf(made)
    expect((await world.call(owner, 'POST', `${made.path}/deliveries/${id}/replay`)).statusCode).toBe(202)
    await pump(world, webhooks)
    expect(receiver.received).toHaveLength(1)
  })

  test('is signed with both secrets after a rotation, with the new one alone when the old has leaked', async () => {
    const made = await create()
    receiver.received.length = 0
    const rotate = async (hours?: number) =>
      (
        await world.call(owner, 'POST', `${made.path}/rotate-secret`, {
          ...(hours !== undefined && { body: { overlap_hours: hours } }),
        })
      ).json()
    const send = async () => {
      await world.call(owner, 'POST', `${made.path}/test`)
      await pump(world, webhooks)
      const message = receiver.received.at(-1)
      if (!message) throw new Error('Nothing arrived.')
      return message
    }
    const next = await rotate()
    expect(next.previous_secret_ends_at).not.toBeNull()
    const both = await send()
    expect(verify(both, made.secret).type).toBe('endpoint.test')
    expect(verify(both, next.secret).type).toBe('endpoint.test')
    const last = await rotate(0)
    const alone = await send()
    expect(verify(alone, last.secret).type).toBe('endpoint.test')
    for (const old of [made.secret, next.secret]) expect(() => verify(alone, old)).toThrow('No matching')
  })
})

test('no secret and no query of an address is in the database in the clear, in the audit log, in a log, or in an answer but the first', async () => {
  const made = await makeEndpoint(world, owner, {
    url: `${receiver.url}?token=canary-4711`,
    eventTypes: ['consent.ended'],
  })
  const rotated = (await world.call(owner, 'POST', `${made.path}/rotate-secret`)).json().secret
  await world.call(owner, 'POST', `${made.path}/test`)
  await pump(world, webhooks)
  const later = await Promise.all(
    ['', '/deliveries'].map(async (rest) => (await world.call(owner, 'GET', `${made.path}${rest}`)).body),
  )
  const tables = await world.sql<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')`,
  )
  const stored: string[] = []
  for (const { name } of tables) {
    const rows = await world.sql<{ row: string }>(`select t::text as row from "${name}" t`)
    stored.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  expect(stored.some((row) => row.startsWith('webhook_endpoint') && row.includes('canary-4711'))).toBe(true)
  expect(stored.filter((row) => row.includes('canary-4711') && !row.startsWith('webhook_endpoint'))).toEqual(
    [],
  )
  for (const secret of [made.secret, rotated]) {
    const key = secret.replace('whsec_', '')
    const forms = [key, Buffer.from(key, 'base64').toString('hex')]
    for (const form of forms)
      for (const text of [...stored, ...logged, ...later]) expect(text).not.toContain(form)
  }
  world.app.http.log.info('the control')
  expect(logged.join('')).toContain('the control')
  expect(logged.join('')).not.toContain('canary-4711')
})
