import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { CAEP, PUSH, SignalWorld, SSF } from '#testing/signal-acts.ts'
import { people } from '#testing/shop.ts'
import type { Caller } from '#testing/world.ts'

let signals: SignalWorld
let edge: Awaited<ReturnType<SignalWorld['gateway']>>
let provider: Caller
beforeAll(async () => {
  signals = await SignalWorld.start()
  edge = await signals.gateway('Edge')
  provider = await people.provider(signals.world)
})
afterEach(async () => {
  signals.receiver.received.length = 0
  signals.receiver.answer = () => ({ status: 202 })
  await signals.world.seed('delete from signal_stream', [])
  await signals.world.sql('delete from outbox')
})
afterAll(() => signals[Symbol.asyncDispose]())

const REVOKE = `update delegation set status = 'revoked', status_changed_by_side = 'tenant' where id = $1`

async function call(caller: Caller, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) {
  const said = await signals.world.call(caller, method, `/api/v1${path}`, body && { body })
  return { status: said.statusCode, body: said.body === '' ? {} : said.json<Record<string, unknown>>() }
}

/** A partner's client that receives, with its owner. */
async function listening() {
  const cast = await signals.consented()
  const own = await signals.client(cast)
  return {
    cast,
    own,
    owner: await people.partner(signals.world, cast.partner),
    path: `/partner/clients/${cast.app.clientId}/signal-stream`,
  }
}

const actions = async (partner: string) =>
  (
    await signals.world.sql<{ action: string; actor_type: string }>(
      `select action, actor_type from audit_event where action like 'signals.streams.%' and partner_id = $1 and actor_type = 'person' order by id`,
      [partner],
    )
  ).map(({ action }) => action)

describe('the people of a partner (A16)', () => {
  test('see whether their client has a stream, where it delivers and how it does, and nothing that is secret', async () => {
    const { cast, own, owner, path } = await listening()
    expect(await call(owner, 'GET', path)).toEqual({ status: 200, body: { stream: null } })
    await own('POST', '/ssf/stream', {
      delivery: {
        method: PUSH,
        endpoint_url: `${signals.receiver.url}hook/of-ours?key=secret`,
        authorization_header: 'Bearer hidden',
      },
      events_requested: [`${CAEP}session-revoked`],
      description: 'Order desk',
    })
    await signals.change(REVOKE, [cast.consent], cast)
    const { body } = await call(owner, 'GET', path)
    expect(body['stream']).toEqual({
      stream_id: expect.stringMatching(/^sst_/),
      delivery: 'push',
      delivers_to: new URL(signals.receiver.url).origin,
      events: ['session-revoked'],
      description: 'Order desk',
      status: 'enabled',
      held_by_provider: false,
      status_reason: null,
      waiting: 0,
      oldest_waiting_at: null,
      last_delivered_at: expect.any(String),
      failing_since: null,
      verified_at: null,
      created_at: expect.any(String),
    })
    expect(JSON.stringify(body)).not.toMatch(/secret|hidden|of-ours/)
  })

  test('pause it, let it go on, and delete it, each with its event; what happens meanwhile waits', async () => {
    const { cast, own, owner, path } = await listening()
    await signals.pushStream(own)
    const paused = await call(owner, 'POST', `${path}/pause`, { reason: 'Maintenance' })
    expect(paused.body['stream']).toMatchObject({ status: 'paused', status_reason: 'Paused by the partner.' })
    expect((await call(owner, 'POST', `${path}/pause`)).body['code']).toBe('SIGNAL_STREAM_STATE_CONFLICT')
    await signals.change(REVOKE, [cast.consent], cast)
    expect(signals.receiver.received).toEqual([])
    const waits = await call(owner, 'GET', path)
    expect(waits.body['stream']).toMatchObject({ waiting: 1, oldest_waiting_at: expect.any(String) })
    const goesOn = await call(owner, 'POST', `${path}/resume`)
    expect(goesOn.body['stream']).toMatchObject({ status: 'enabled', status_reason: null })
    await signals.pump()
    expect(signals.receiver.received).toHaveLength(1)
    expect(await call(owner, 'DELETE', path)).toEqual({ status: 204, body: {} })
    expect(await call(owner, 'GET', path)).toEqual({ status: 200, body: { stream: null } })
    expect((await call(owner, 'DELETE', path)).body['code']).toBe('SIGNAL_STREAM_NOT_FOUND')
    expect((await own('GET', '/ssf/stream')).body).toEqual([])
    expect(await actions(cast.partner)).toEqual(
      ['pause', 'read', 'resume', 'delete', 'read'].map((name) => `signals.streams.${name}`),
    )
    const [told] = await signals.world.sql(
      `select reason, changes from audit_event where action = 'signals.streams.pause' and partner_id = $1`,
      [cast.partner],
    )
    expect(told).toEqual({
      reason: 'Maintenance',
      changes: { status: { before: 'enabled', after: 'paused' } },
    })
  })

  test('see whether it works by a verification, once in 30 seconds and while it is enabled', async () => {
    const { cast, own, owner, path } = await listening()
    expect((await call(owner, 'POST', `${path}/verify`)).body['code']).toBe('SIGNAL_STREAM_NOT_FOUND')
    const id = await signals.pushStream(own)
    const asked = await call(owner, 'POST', `${path}/verify`)
    expect([asked.status, asked.body['stream']]).toMatchObject([200, { waiting: 1 }])
    await signals.pump()
    const [event] = await signals.pushed(cast.app.clientId)
    expect(event?.claims.sub_id).toEqual({ format: 'opaque', id })
    expect(event?.claims.events).toEqual({ [`${SSF}verification`]: {} })
    expect((await call(owner, 'POST', `${path}/verify`)).body['code']).toBe('SIGNAL_VERIFICATION_TOO_SOON')
    await call(owner, 'POST', `${path}/pause`)
    expect((await call(owner, 'POST', `${path}/verify`)).body['code']).toBe('SIGNAL_STREAM_STATE_CONFLICT')
  })

  test('reach no stream of another partner and of no gateway, whatever they do', async () => {
    const [mine, other] = [await listening(), await listening()]
    await signals.pushStream(other.own)
    await signals.pushStream(edge.call)
    for (const [method, end] of [
      ['GET', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/verify'],
      ['DELETE', ''],
    ] as const) {
      const said = await call(mine.owner, method, `${other.path}${end}`)
      expect([method, end, said.status, said.body['code']]).toEqual([
        method,
        end,
        404,
        'SIGNAL_RECEIVER_NOT_FOUND',
      ])
      const refused = await call(mine.owner, method, `/admin/gateways/${edge.publicId}/signal-stream${end}`)
      expect(refused.status).toBe(403)
    }
    expect((await call(other.owner, 'GET', other.path)).body['stream']).toMatchObject({ status: 'enabled' })
  })
})

describe('the provider (A16)', () => {
  test('sees and pauses the stream of a gateway and of any client, which the partner reads', async () => {
    const { cast, own, owner, path } = await listening()
    await signals.pushStream(edge.call)
    await signals.pollStream(own)
    for (const of of [`/admin/gateways/${edge.publicId}`, `/admin/clients/${cast.app.clientId}`]) {
      const paused = await call(provider, 'POST', `${of}/signal-stream/pause`)
      expect(paused.body['stream']).toMatchObject({ status_reason: 'Paused by the provider.' })
      const { body } = await call(provider, 'GET', `${of}/signal-stream`)
      expect(body['stream']).toMatchObject({ status: 'paused' })
    }
    expect((await call(owner, 'GET', path)).body['stream']).toMatchObject({
      delivery: 'poll',
      delivers_to: null,
      status_reason: 'Paused by the provider.',
    })
    expect((await call(provider, 'DELETE', `/admin/gateways/${edge.publicId}/signal-stream`)).status).toBe(
      204,
    )
    expect((await edge.call('GET', '/ssf/stream')).body).toEqual([])
    expect(await actions(cast.partner)).toContain('signals.streams.pause')
    const unknown = publicIdOf('gateway', '01900000-0000-7000-8000-00000000dead')
    const nothing = await call(provider, 'GET', `/admin/gateways/${unknown}/signal-stream`)
    expect(nothing.body['code']).toBe('SIGNAL_RECEIVER_NOT_FOUND')
  })
})

test('what the provider paused its receiver and the partner do not let go on, change or delete; what the receiver paused is its own to let go on (A16)', async () => {
  const { cast, own, owner, path } = await listening()
  const { stream_id: id } = (await own('POST', '/ssf/stream', {})).body
  const set = (status: string) => own('POST', '/ssf/status', { stream_id: id, status })
  const admin = `/admin/clients/${cast.app.clientId}/signal-stream`
  expect((await set('paused')).body).toMatchObject({ status: 'paused' })
  expect((await set('enabled')).body).toMatchObject({ status: 'enabled' })
  await call(provider, 'POST', `${admin}/pause`)
  for (const status of ['enabled', 'paused', 'disabled']) {
    const said = await set(status)
    expect([status, said.status, said.body['code']]).toEqual([status, 403, 'SIGNAL_STREAM_HELD'])
  }
  const gone = await own('DELETE', `/ssf/stream?stream_id=${String(id)}`)
  expect([gone.status, gone.body['code']]).toEqual([403, 'SIGNAL_STREAM_HELD'])
  expect((await own('GET', `/ssf/status?stream_id=${String(id)}`)).body).toEqual({
    stream_id: id,
    status: 'paused',
    reason: 'Paused by the provider.',
  })
  for (const said of [await call(owner, 'POST', `${path}/resume`), await call(owner, 'DELETE', path)])
    expect([said.status, said.body['code']]).toEqual([403, 'SIGNAL_STREAM_HELD'])
  expect((await call(owner, 'GET', path)).body['stream']).toMatchObject({ held_by_provider: true })
  // What it is told about and where is still its own.
  expect((await own('PATCH', '/ssf/stream', { stream_id: id, description: 'Desk' })).status).toBe(200)
  const goesOn = await call(provider, 'POST', `${admin}/resume`)
  expect(goesOn.body['stream']).toMatchObject({ status: 'enabled', held_by_provider: false })
  expect((await set('disabled')).status).toBe(200)
  expect((await own('DELETE', `/ssf/stream?stream_id=${String(id)}`)).status).toBe(204)
})

test('a stream that failed for five days and begins again is given five days anew, whoever began it', async () => {
  const { cast, own, owner, path } = await listening()
  await signals.pushStream(own)
  signals.receiver.answer = () => ({ status: 500, headers: { 'retry-after': '3600' } })
  await signals.change(REVOKE, [cast.consent], cast)
  await signals.world.sql(`update signal_health set failing_since = now() - interval '5 days'`)
  await signals.world.sql('update signal_event set next_attempt_at = now(), claimed_until = null')
  await signals.signals.deliverDue()
  const given = await call(owner, 'GET', path)
  expect(given.body['stream']).toMatchObject({ status: 'disabled', failing_since: expect.any(String) })
  const begun = await call(owner, 'POST', `${path}/resume`)
  expect(begun.body['stream']).toMatchObject({ status: 'enabled', failing_since: null })
  await call(owner, 'POST', `${path}/verify`)
  await signals.pump()
  expect(signals.receiver.received.length).toBeGreaterThan(1)
  expect((await call(owner, 'GET', path)).body['stream']).toMatchObject({ status: 'enabled' })
})
