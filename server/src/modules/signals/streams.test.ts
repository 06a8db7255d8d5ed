import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { meetAt } from '#testing/meet.ts'
import { CAEP, POLL, PUSH, REVOKE, SignalWorld, SSF } from '#testing/signal-acts.ts'
import type { Call } from '#testing/signal-acts.ts'
import { TEST_ORIGIN } from '#testing/world.ts'

let signals: SignalWorld
let edge: Awaited<ReturnType<SignalWorld['gateway']>>
beforeAll(async () => {
  signals = await SignalWorld.start()
  edge = await signals.gateway('Edge')
})
beforeEach(() => signals.calm())
afterEach(() => signals.clear())
afterAll(() => signals[Symbol.asyncDispose]())

describe('a stream', () => {
  test('is made, read, changed and deleted by its own receiver, one for each, and every change is an event', async () => {
    const cast = await signals.oauth.cast()
    const call = await signals.client(cast)
    expect((await call('GET', '/ssf/stream')).body).toEqual([])
    const made = await call('POST', '/ssf/stream', {
      delivery: { method: PUSH, endpoint_url: signals.receiver.url, authorization_header: 'Bearer hidden' },
      events_requested: [`${CAEP}session-revoked`, 'https://x.example/unknown'],
      description: 'Order desk',
    })
    const id = String(made.body['stream_id'])
    const described = {
      stream_id: id,
      iss: TEST_ORIGIN,
      aud: cast.app.clientId,
      delivery: { method: PUSH, endpoint_url: signals.receiver.url },
      events_supported: ['session-revoked', 'token-claims-change', 'credential-change'].map(
        (name) => `${CAEP}${name}`,
      ),
      events_requested: [`${CAEP}session-revoked`, 'https://x.example/unknown'],
      events_delivered: [`${CAEP}session-revoked`],
      min_verification_interval: 30,
      description: 'Order desk',
    }
    expect([made.status, made.body]).toEqual([201, described])
    expect((await call('POST', '/ssf/stream', {})).body['code']).toBe('SIGNAL_STREAM_EXISTS')
    expect((await call('GET', `/ssf/stream?stream_id=${id}`)).body).toEqual(described)
    expect((await call('GET', '/ssf/stream')).body).toEqual([described])
    const patched = await call('PATCH', '/ssf/stream', { ...described, description: 'Desk' })
    expect([patched.status, patched.body]).toEqual([200, { ...described, description: 'Desk' }])
    const wrong = await call('PATCH', '/ssf/stream', { stream_id: id, aud: 'somebody' })
    expect([wrong.status, wrong.body['code']]).toEqual([400, 'SIGNAL_STREAM_INVALID'])
    const put = await call('PUT', '/ssf/stream', { stream_id: id })
    expect(put.body).toMatchObject({
      delivery: { method: POLL },
      events_delivered: described.events_supported,
    })
    expect((await call('DELETE', `/ssf/stream?stream_id=${id}`)).status).toBe(204)
    expect((await call('GET', `/ssf/stream?stream_id=${id}`)).body['code']).toBe('SIGNAL_STREAM_NOT_FOUND')
    const events = await signals.world.sql<{ action: string; actor_id: string; partner_id: string }>(
      `select action, actor_id, partner_id from audit_event where action like 'signals.streams.%' and partner_id = $1 order by id`,
      [cast.partner],
    )
    expect(events.map(({ action }) => action)).toEqual(
      ['create', 'change', 'change', 'delete'].map((name) => `signals.streams.${name}`),
    )
    expect(new Set(events.map(({ actor_id: actor }) => actor))).toEqual(new Set([cast.client]))
  })

  test('keeps what two changes at the same moment say, each of its own part (ASVS 15.4.2)', async () => {
    const id = String((await edge.call('POST', '/ssf/stream', {})).body['stream_id'])
    const change = {
      text: `update signal_stream set delivery = 'push', endpoint_url = $1 where gateway_id = $2 returning id`,
      values: [signals.receiver.url, edge.id],
    }
    const describe = () => edge.call('PATCH', '/ssf/stream', { stream_id: id, description: 'Edge' })
    const [met] = await meetAt(signals.world, change, [describe])
    expect(met?.body).toMatchObject({
      description: 'Edge',
      delivery: { method: PUSH, endpoint_url: signals.receiver.url },
    })
  })

  test('of another receiver does not exist, whatever is done with it', async () => {
    const [cast, other] = [await signals.oauth.cast(), await signals.oauth.cast()]
    const { id } = await signals.pollStream(await signals.client(cast))
    for (const call of [await signals.client(other), edge.call]) {
      const tries: readonly Parameters<Call>[] = [
        ['GET', `/ssf/stream?stream_id=${id}`],
        ['PATCH', '/ssf/stream', { stream_id: id, description: 'Mine' }],
        ['PUT', '/ssf/stream', { stream_id: id }],
        ['DELETE', `/ssf/stream?stream_id=${id}`],
        ['GET', `/ssf/status?stream_id=${id}`],
        ['POST', '/ssf/status', { stream_id: id, status: 'disabled' }],
        ['POST', '/ssf/verify', { stream_id: id }],
        ['POST', `/ssf/poll/${id}`, { returnImmediately: true }],
      ]
      for (const attempt of tries) {
        const { status, body } = await call(...attempt)
        expect([attempt[0], attempt[1], status, body['code']]).toEqual([
          attempt[0],
          attempt[1],
          404,
          'SIGNAL_STREAM_NOT_FOUND',
        ])
      }
    }
  })

  test('is for whoever shows a gateway credential or a bound token with the scope, and for nobody else', async () => {
    const cast = await signals.consented()
    const { accessToken } = await signals.oauth.grant(cast)
    for (const authorization of [
      undefined,
      'Bearer nonsense',
      `DPoP ${accessToken}`,
      `Bearer ${accessToken}`,
    ]) {
      const said = await signals.send('POST', '/ssf/stream', {
        body: {},
        ...(authorization !== undefined && { authorization }),
      })
      expect([said.status, said.body['code']]).toEqual([401, 'SIGNALS_UNAUTHORIZED'])
      expect(said.headers['www-authenticate']).toContain('Bearer realm="signals"')
    }
    const proven = await cast.app.call(accessToken, 'POST', '/ssf/stream', {})
    expect(proven.status).toBe(401)
    const reader = await signals.client(cast, 'ssf.read')
    expect((await reader('POST', '/ssf/stream', {})).body['code']).toBe('SIGNALS_SCOPE_MISSING')
    expect((await reader('GET', '/ssf/stream')).status).toBe(200)
  })

  test('opens nothing else: its token is refused by the API and for managing grants', async () => {
    const cast = await signals.consented()
    const answer = await cast.app.token('client_credentials', {
      resource: `${TEST_ORIGIN}/ssf`,
      scope: 'ssf.manage',
    })
    const token = String(answer.body['access_token'])
    expect((await cast.app.call(token, 'GET', `/oauth/grants/${cast.publicConsent}`)).status).toBe(401)
    expect((await cast.app.introspect(token)).body).toEqual({ active: false })
    const wide = await cast.app.token('client_credentials', {
      resource: `${TEST_ORIGIN}/ssf`,
      scope: 'grant_management_revoke',
    })
    expect(wide.status).toBe(400)
  })

  test.each([
    'http://10.0.0.1/',
    'https://169.254.169.254/latest',
    'https://localhost/',
    'https://user:secret@rp.example/',
    `${TEST_ORIGIN}/ssf/stream`,
    'ftp://rp.example/',
  ])('never pushes to %s (API7:2023)', async (url) => {
    const said = await edge.call('POST', '/ssf/stream', { delivery: { method: PUSH, endpoint_url: url } })
    expect([said.status, said.body['code']]).toEqual([400, 'SIGNAL_STREAM_INVALID'])
  })

  test('is not pushed to an address of a private network that was stored all the same', async () => {
    const cast = await signals.consented()
    const strict = signals.pusher({ allowsLoopback: false })
    await signals.pushStream(edge.call)
    await signals.world.seed(REVOKE, [cast.consent], cast.tenant)
    await signals.pump(strict)
    await strict.stop()
    expect(signals.receiver.received).toEqual([])
    expect(await signals.world.sql('select status from signal_event')).toEqual([{ status: 'waiting' }])
  })
})

describe('the state of a stream', () => {
  test('paused keeps what happens, enabled sends it, disabled forgets it', async () => {
    const id = await signals.pushStream(edge.call)
    const set = (status: string) =>
      edge.call('POST', '/ssf/status', { stream_id: id, status, reason: 'maintenance' })
    expect((await set('paused')).body).toEqual({ stream_id: id, status: 'paused', reason: 'maintenance' })
    const [first, second, third] = [
      await signals.consented(),
      await signals.consented(),
      await signals.consented(),
    ]
    await signals.change(REVOKE, [first.consent], first)
    expect(signals.receiver.received).toEqual([])
    await set('enabled')
    await signals.pump()
    expect(signals.receiver.received).toHaveLength(1)
    await set('paused')
    await signals.change(REVOKE, [second.consent], second)
    await set('disabled')
    await signals.change(REVOKE, [third.consent], third)
    await set('enabled')
    await signals.pump()
    expect(signals.receiver.received).toHaveLength(1)
    expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toMatchObject({ status: 'enabled' })
  })

  test('a verification brings back the state of the receiver, once in 30 seconds', async () => {
    const id = await signals.pushStream(edge.call)
    expect((await edge.call('POST', '/ssf/verify', { stream_id: id, state: 'VGhpcyBpcw==' })).status).toBe(
      204,
    )
    await signals.pump()
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.claims.sub_id).toEqual({ format: 'opaque', id })
    expect(event?.claims.events).toEqual({ [`${SSF}verification`]: { state: 'VGhpcyBpcw==' } })
    const again = await edge.call('POST', '/ssf/verify', { stream_id: id })
    expect([again.status, again.body['code'], again.headers['retry-after']]).toEqual([
      429,
      'SIGNAL_VERIFICATION_TOO_SOON',
      '30',
    ])
  })
})
