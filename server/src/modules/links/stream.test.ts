import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'
import { listenTo } from '#platform/announcements.ts'

const PATH = '/api/v1/partner/context/access'

let world: TestWorld
let address: string
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
  address = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  // The client opens connections ahead of need; one that never carried a request counts as busy.
  world.app.http.server.closeAllConnections()
  await world[Symbol.asyncDispose]()
})

interface Told {
  readonly event: string
  readonly data: Record<string, unknown>
}

const opened: AbortController[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const controller of opened.splice(0)) controller.abort()
})

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const parts = `${rest}${chunk}`.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(part) ?? []
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) }
    }
  }
}

function ask(caller: Caller | null, tenantId: TenantId, at = address): Promise<Response> {
  const controller = new AbortController()
  opened.push(controller)
  return fetch(`${at}${PATH}`, {
    signal: controller.signal,
    headers: {
      accept: 'text/event-stream',
      'x-active-tenant-id': encodeId('tenant', tenantId),
      ...(caller?.cookie && { cookie: caller.cookie }),
    },
  })
}

/** An open stream whose first word has been read. */
async function follow(caller: Caller, tenantId: TenantId, at = address) {
  const response = await ask(caller, tenantId, at)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(response.headers.get('x-active-tenant-id')).toBe(encodeId('tenant', tenantId))
  if (!response.body) throw new Error('The stream has a body.')
  const events = readEvents(response.body)
  const first = await events.next()
  expect(first.value).toMatchObject({ event: 'open' })
  const next = async () => (await events.next()).value as Told | undefined
  return { next }
}

async function openScene(in_ = world) {
  const [partner, tenant] = [await in_.partner('Northwind'), await in_.tenant('Acme')]
  const lee = await in_.person('Lee Park')
  const member = await in_.partnerMember(partner, lee.id)
  const link = await in_.link(partner, tenant, { role: 'msp_support' })
  await in_.assign(link, member)
  return { partner, tenant, link, member, lee, caller: await in_.signIn(lee.id) }
}

/** What ends a stream; a change of the link may be told before. */
async function endOf(next: () => Promise<Told | undefined>): Promise<Told | undefined> {
  let told = await next()
  while (told && told.data['code'] === undefined) told = await next()
  return told
}

const setStatus = (scene: Awaited<ReturnType<typeof openScene>>, status: string) =>
  world.seed('update delegation set status = $2 where id = $1', [scene.link, status], scene.tenant)

test.each([
  ['suspended', 'TENANT_LINK_SUSPENDED'],
  ['revoked', 'TENANT_LINK_REVOKED'],
])('an open stream learns that the link was %s, and closes (B11)', async (status, code) => {
  const scene = await openScene()
  const { next } = await follow(scene.caller, scene.tenant)
  await setStatus(scene, status)
  expect(await endOf(next)).toMatchObject({ event: 'link.changed', data: { code } })
  expect(await next()).toBeUndefined()
})

test('a narrowing is told, and the stream stays open for what comes next', async () => {
  const scene = await openScene()
  const { next } = await follow(scene.caller, scene.tenant)
  const denied = 'partner.support.tickets.create'
  await world.override(scene.link, denied, 'deny')
  let told = await next()
  // That somebody was assigned may be announced only now, before the narrowing is.
  while (told && JSON.stringify(told.data['permissions'] ?? []).includes(denied)) told = await next()
  expect(told).toMatchObject({
    event: 'link.changed',
    data: { link_id: encodeId('link', scene.link), permissions: expect.not.arrayContaining([denied]) },
  })
  await setStatus(scene, 'revoked')
  expect(await endOf(next)).toMatchObject({ data: { code: 'TENANT_LINK_REVOKED' } })
})

test('a lost assignment, a freeze and an ended sign-in close the stream, each with its reason', async () => {
  const [unassigned, frozen, signedOut] = [await openScene(), await openScene(), await openScene()]
  const streams = [
    await follow(unassigned.caller, unassigned.tenant),
    await follow(frozen.caller, frozen.tenant),
    await follow(signedOut.caller, signedOut.tenant),
  ] as const
  await world.seed('delete from link_member where link_id = $1', [unassigned.link], unassigned.tenant)
  await world.seed(
    `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side) values ('tenant', $1, $2, 'Dana Kim', 'tenant')`,
    [frozen.tenant, frozen.lee.id],
  )
  await world.sql('update session set ended_at = now() where person_id = $1', [signedOut.lee.id])
  expect(await endOf(streams[0].next)).toMatchObject({ data: { code: 'NOT_ASSIGNED' } })
  expect(await endOf(streams[1].next)).toMatchObject({ data: { code: 'ACCESS_FROZEN' } })
  expect(await endOf(streams[2].next)).toMatchObject({ data: { code: 'UNAUTHORIZED' } })
})

test('what happens to another link is not told', async () => {
  const [own, other] = [await openScene(), await openScene()]
  const { next } = await follow(own.caller, own.tenant)
  await setStatus(other, 'revoked')
  await setStatus(own, 'suspended')
  expect(await next()).toMatchObject({ data: { code: 'TENANT_LINK_SUSPENDED' } })
})

test('a stream is refused like any other request, and a link that was never made is not found', async () => {
  const scene = await openScene()
  const stranger = await world.tenant('Beta')
  const answers = await Promise.all([ask(null, scene.tenant), ask(scene.caller, stranger)])
  expect(answers.map(({ status }) => status)).toEqual([401, 404])
  await setStatus(scene, 'revoked')
  const refused = await ask(scene.caller, scene.tenant)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect(await refused.json()).toMatchObject({ code: 'TENANT_LINK_REVOKED' })
})

test('a sign-in keeps five streams open at most, and one that closes makes room', async () => {
  const { caller, tenant } = await openScene()
  for (const _ of Array(5)) await follow(caller, tenant)
  const refused = await ask(caller, tenant)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_STREAMS' })
  opened[0]?.abort()
  await vi.waitFor(async () => expect((await ask(caller, tenant)).status).toBe(200), SOON)
})

test('without any change the heartbeat finds that the sign-in has run out', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const scene = await openScene()
  const { next } = await follow(scene.caller, scene.tenant)
  await world.sql(`update session set seen_at = now() - interval '2 hours' where person_id = $1`, [
    scene.lee.id,
  ])
  vi.advanceTimersByTime(15_000)
  expect(await next()).toMatchObject({ data: { code: 'UNAUTHORIZED' } })
})

test('a listener that lost its connection listens again, and everybody looks at what it missed', async () => {
  const scene = await openScene()
  const { next } = await follow(scene.caller, scene.tenant)
  await world.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()`,
  )
  await setStatus(scene, 'revoked')
  expect(await endOf(next)).toMatchObject({ data: { code: 'TENANT_LINK_REVOKED' } })
})

test('without asking for a stream the same operation answers once', async () => {
  const { caller, tenant } = await openScene()
  const answer = await world.call({ ...caller, tenantId: tenant }, 'GET', PATH)
  expect(answer.json()).toMatchObject({ tenant_id: encodeId('tenant', tenant), epoch: 1 })
})

test('a server that stops ends its streams instead of waiting for them', async () => {
  const other = await TestWorld.start(makeLinkRoutes)
  const at = await other.app.http.listen({ port: 0, host: '127.0.0.1' })
  const scene = await openScene(other)
  const { next } = await follow(scene.caller, scene.tenant, at)
  await other[Symbol.asyncDispose]()
  expect(await next()).toMatchObject({ event: 'end' })
})

test('the message names ids and nothing else', async () => {
  const scene = await openScene()
  const client = await world.database.pool('liaison_guard').connect()
  try {
    const told = Promise.withResolvers<unknown>()
    await listenTo(client, 'access_changed', told.resolve)
    await setStatus(scene, 'suspended')
    expect(await told.promise).toEqual({ partner_id: scene.partner, tenant_id: scene.tenant })
  } finally {
    client.release(true)
  }
})
