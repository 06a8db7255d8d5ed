import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { refuseLongDeletes } from '#testing/long-deletes.ts'
import { SOON } from '#testing/patience.ts'
import { PUSH, REVOKE, SignalWorld, SSF } from '#testing/signal-acts.ts'

let signals: SignalWorld
let edge: Awaited<ReturnType<SignalWorld['gateway']>>
beforeAll(async () => {
  signals = await SignalWorld.start()
  edge = await signals.gateway('Edge')
})
beforeEach(() => signals.calm())
afterEach(() => signals.clear())
afterAll(() => signals[Symbol.asyncDispose]())

const revoke = async () => {
  const cast = await signals.consented()
  await signals.change(REVOKE, [cast.consent], cast)
  return cast
}
/** Not now, and not again before the test says so. */
const LATER = { 'retry-after': '600' }

const rows = () =>
  signals.world.sql<{ status: string; refusal: string | null; attempt: number }>(
    'select status, refusal, attempt from signal_event order by id',
  )
const waitOver = () =>
  signals.world.sql(`update signal_event set next_attempt_at = now() where status = 'waiting'`)

describe('a push (RFC 8935)', () => {
  test('that is not taken is tried again under the same jti, and once it is taken never more', async () => {
    await signals.pushStream(edge.call)
    signals.receiver.answer = () => ({ status: 503, headers: LATER })
    await revoke()
    await waitOver()
    await signals.pump()
    expect(await rows()).toEqual([{ status: 'waiting', refusal: null, attempt: 2 }])
    signals.receiver.answer = () => ({ status: 202 })
    await waitOver()
    await signals.pump()
    const events = await signals.pushed(edge.publicId)
    expect(events).toHaveLength(3)
    expect(new Set(events.map(({ claims }) => claims.jti)).size).toBe(1)
    expect(await rows()).toEqual([{ status: 'acknowledged', refusal: null, attempt: 3 }])
    await signals.pump()
    expect(signals.receiver.received).toHaveLength(3)
  })

  test('that the receiver will never take is not repeated; one that fails for its keys is', async () => {
    await signals.pushStream(edge.call)
    const answer = (err: string) => () => ({
      status: 400,
      headers: { ...LATER, 'content-type': 'application/json' },
      body: JSON.stringify({ err, description: 'No' }),
    })
    signals.receiver.answer = answer('invalid_audience')
    await revoke()
    signals.receiver.answer = answer('invalid_key')
    await revoke()
    expect(await rows()).toMatchObject([
      { status: 'refused', refusal: 'invalid_audience' },
      { status: 'waiting', refusal: null },
    ])
  })

  test('to a receiver that answers 410 is the last one: the stream is disabled and nothing more is sent', async () => {
    const id = await signals.pushStream(edge.call)
    signals.receiver.answer = () => ({ status: 410 })
    await revoke()
    expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toMatchObject({ status: 'disabled' })
    await revoke()
    await waitOver()
    await signals.pump()
    expect(signals.receiver.received).toHaveLength(1)
    expect(await rows()).toMatchObject([{ status: 'dropped' }])
  })

  test('to a receiver that fails for five days is given up: the stream is disabled, which is an event', async () => {
    const id = await signals.pushStream(edge.call)
    signals.receiver.answer = () => ({ status: 500, headers: LATER })
    await revoke()
    await signals.world.sql(`update signal_health set failing_since = now() - interval '5 days'`)
    await waitOver()
    await signals.signals.deliverDue()
    expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toEqual({
      stream_id: id,
      status: 'disabled',
      reason: 'Nothing could be delivered for five days.',
    })
    const told = await signals.world.sql(
      `select changes from audit_event where action = 'signals.streams.give_up' order by id desc limit 1`,
    )
    expect(told).toEqual([
      { changes: { status: { before: 'enabled', after: 'disabled' }, reason: 'failing' } },
    ])
    signals.receiver.received.length = 0
    signals.receiver.answer = () => ({ status: 202 })
    await waitOver()
    await signals.pump()
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.claims.events).toEqual({
      [`${SSF}stream-updated`]: { status: 'disabled', reason: 'Nothing could be delivered for five days.' },
    })
  })

  test('to a receiver that refused one event days ago and fails once now is not given up: days without an attempt are none of the five (A16)', async () => {
    const id = await signals.pushStream(edge.call)
    signals.receiver.answer = () => ({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"err":"invalid_request"}',
    })
    await revoke()
    await signals.world.sql(
      `update signal_health set failing_since = failing_since - interval '6 days', last_failure_at = last_failure_at - interval '6 days'`,
    )
    signals.receiver.answer = () => ({ status: 503, headers: LATER })
    await revoke()
    expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toMatchObject({ status: 'enabled' })
    expect(await rows()).toMatchObject([{ status: 'refused' }, { status: 'waiting' }])
    // From now on they count, with an attempt each hour and a bit.
    await signals.world.sql(
      `update signal_health set failing_since = now() - interval '5 days', last_failure_at = now() - interval '80 minutes'`,
    )
    await waitOver()
    await signals.signals.deliverDue()
    expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toMatchObject({ status: 'disabled' })
  })

  test('to another address, or with another authorization, counts anew; any other change keeps what failed (A16)', async () => {
    const id = await signals.pushStream(edge.call)
    signals.receiver.answer = () => ({ status: 500, headers: LATER })
    await revoke()
    const moved = signals.receiver.url.replace('hook', 'moved')
    const afterChange = async (settings: object) => {
      await signals.world.sql(`update signal_health set failing_since = now() - interval '5 days'`)
      const said = await edge.call('PATCH', '/ssf/stream', { stream_id: id, ...settings })
      expect(said.status, JSON.stringify(said.body)).toBe(200)
      await waitOver()
      await signals.signals.deliverDue()
      return (await edge.call('GET', `/ssf/status?stream_id=${id}`)).body['status']
    }
    const push = (delivery: object) => ({ delivery: { method: PUSH, endpoint_url: moved, ...delivery } })
    expect(await afterChange(push({}))).toBe('enabled')
    expect(signals.receiver.received.at(-1)?.path).toBe('/moved')
    expect(await afterChange(push({ authorization_header: 'Bearer renewed' }))).toBe('enabled')
    expect(signals.receiver.received.at(-1)?.headers.authorization).toBe('Bearer renewed')
    expect(await afterChange(push({}))).toBe('enabled')
    expect(await afterChange({ description: 'Order desk' })).toBe('disabled')
  })

  test('to a receiver whose stream was paused counts anew when it goes on, so that what waited is not dropped (A16)', async () => {
    const id = await signals.pushStream(edge.call)
    signals.receiver.answer = () => ({ status: 500, headers: LATER })
    await revoke()
    const move = async (status: string) => {
      const said = await edge.call('POST', '/ssf/status', { stream_id: id, status })
      expect(said.body).toMatchObject({ status })
    }
    await move('paused')
    await signals.world.sql(`update signal_health set failing_since = now() - interval '5 days'`)
    await move('enabled')
    await waitOver()
    await signals.signals.deliverDue()
    expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toMatchObject({ status: 'enabled' })
    expect(await rows()).toMatchObject([{ status: 'waiting' }])
  })

  test.each([
    { name: 'is gone', status: 410 },
    { name: 'fails for five days', status: 500 },
    { name: 'never takes an event', status: 400, body: '{"err":"invalid_audience"}' },
  ])(
    'to an address that $name is no word about the one that the stream has meanwhile (A16)',
    async ({ status, body = '' }) => {
      const id = await signals.pushStream(edge.call)
      signals.receiver.answer = () => ({ status: 500, headers: LATER })
      await revoke()
      await signals.world.sql(`update signal_health set failing_since = now() - interval '5 days'`)
      signals.receiver.answer = async () => {
        const said = await edge.call('PATCH', '/ssf/stream', {
          stream_id: id,
          delivery: { method: PUSH, endpoint_url: signals.receiver.url.replace('hook', 'moved') },
        })
        expect(said.status, JSON.stringify(said.body)).toBe(200)
        signals.calm()
        return { status, headers: LATER, body }
      }
      await waitOver()
      await signals.signals.deliverDue()
      expect((await edge.call('GET', `/ssf/status?stream_id=${id}`)).body).toMatchObject({
        status: 'enabled',
      })
      expect(signals.receiver.received.map(({ path }) => path)).toEqual(['/moved'])
      expect(await rows()).toMatchObject([{ status: 'acknowledged' }])
    },
  )

  test('is made no more to a gateway that was disabled, and to a client whose partner was suspended', async () => {
    const cast = await signals.consented()
    await signals.pushStream(edge.call)
    await signals.pushStream(await signals.client(cast))
    await signals.world.seed(`update gateway set status = 'disabled' where id = $1`, [edge.id])
    await signals.world.seed(`update partner set status = 'suspended' where id = $1`, [cast.partner])
    await signals.pump()
    await signals.change(REVOKE, [cast.consent], cast)
    expect(signals.receiver.received).toEqual([])
    expect((await edge.call('GET', '/ssf/stream')).status).toBe(401)
    await signals.world.seed(`update gateway set status = 'active' where id = $1`, [edge.id])
    await signals.pump()
    expect((await signals.pushed(edge.publicId)).length).toBeGreaterThan(0)
  })
})

describe('a poll (RFC 8936)', () => {
  test('hands an event out again until it is acknowledged, and then never more', async () => {
    const { poll } = await signals.pollStream(edge.call)
    await revoke()
    const [jti = ''] = Object.keys(await poll())
    expect(Object.keys(await poll({ ack: ['nonsense', '00000000-0000-4000-8000-000000000000'] }))).toEqual([
      jti,
    ])
    expect(await poll({ ack: [jti] })).toEqual({})
    expect(await poll({ setErrs: { [jti]: { err: 'invalid_request' } } })).toEqual({})
    expect(await rows()).toMatchObject([{ status: 'acknowledged', refusal: null }])
  })

  test('takes errors, counts what it is asked for, and says that there is more', async () => {
    const cast = await signals.oauth.cast()
    const call = await signals.client(cast)
    const made = await call('POST', '/ssf/stream', {})
    const path = new URL((made.body['delivery'] as { endpoint_url: string }).endpoint_url).pathname
    await signals.world.sql(
      `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) select s.id, uuidv7(), 'x', '{}', '{}', now() from signal_stream s, generate_series(1, 3)`,
    )
    const first = await call('POST', path, { maxEvents: 2, returnImmediately: true })
    const jtis = Object.keys(first.body['sets'] as object)
    expect([jtis.length, first.body['moreAvailable']]).toEqual([2, true])
    const last = await call('POST', path, {
      maxEvents: 2,
      ack: [jtis[0]],
      setErrs: { [jtis[1] ?? '']: { err: 'invalid_key', description: 'unknown kid' } },
    })
    expect(Object.keys(last.body['sets'] as object)).toHaveLength(1)
    expect(last.body['moreAvailable']).toBeUndefined()
    expect((await rows()).map(({ status, refusal }) => [status, refusal])).toEqual([
      ['acknowledged', null],
      ['refused', 'invalid_key'],
      ['waiting', null],
    ])
    expect((await call('POST', path, { maxEvents: 'all' })).body['code']).toBe('SIGNAL_STREAM_INVALID')
  })

  test('that may wait is answered as soon as something happens', async () => {
    const { poll } = await signals.pollStream(edge.call)
    const waiting = poll({ returnImmediately: false })
    await revoke()
    expect(Object.keys(await waiting)).toHaveLength(1)
  })

  test('attack 88: that waits ends with the token that it came with, and tells nothing more', async () => {
    const cast = await signals.oauth.cast()
    const call = await signals.client(cast)
    const made = await call('POST', '/ssf/stream', {})
    const path = new URL((made.body['delivery'] as { endpoint_url: string }).endpoint_url).pathname
    const [event] = await signals.world.sql<{ id: string }>(
      `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) select s.id, uuidv7(), 'x', '{}', '{}', now() from signal_stream s returning id`,
    )
    const waiting = call('POST', path, { ack: [event?.id], returnImmediately: false })
    // It has looked once, and found nothing that it had not taken.
    await vi.waitUntil(async () => (await rows())[0]?.status === 'acknowledged', SOON)
    await signals.world.sql(
      `insert into revoked_token (jti_hash, client_id, ends_at) select jti_hash, client_id, ends_at from issued_token where client_id = $1`,
      [cast.client],
    )
    await signals.world.sql(
      `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) select s.id, uuidv7(), 'x', '{}', '{}', now() from signal_stream s`,
    )
    const { status, body } = await waiting
    expect([status, body['code']]).toEqual([401, 'SIGNALS_UNAUTHORIZED'])
  })

  test('of a stream that is paused has nothing, and what was kept comes when it is enabled', async () => {
    const { id, poll } = await signals.pollStream(edge.call)
    await edge.call('POST', '/ssf/status', { stream_id: id, status: 'paused' })
    await revoke()
    expect(await poll()).toEqual({})
    await edge.call('POST', '/ssf/status', { stream_id: id, status: 'enabled' })
    expect(Object.keys(await poll())).toHaveLength(1)
  })

  test('acknowledges an event once, however many polls say so at once', async () => {
    const { poll } = await signals.pollStream(edge.call)
    await revoke()
    const [jti = ''] = Object.keys(await poll())
    await Promise.all([
      ...Array.from({ length: 5 }, () => poll({ ack: [jti], maxEvents: 0 })),
      ...Array.from({ length: 5 }, () => poll({ setErrs: { [jti]: { err: 'x' } }, maxEvents: 0 })),
    ])
    const [row, ...others] = await rows()
    expect([others, ['acknowledged', 'refused'].includes(row?.status ?? '')]).toEqual([[], true])
    expect(await poll()).toEqual({})
  })
})

test('events are forgotten after seven days', async () => {
  await signals.pollStream(edge.call)
  await revoke()
  await signals.signals.sweep()
  expect(await rows()).toHaveLength(1)
  await signals.world.sql(`update signal_event set created_at = now() - interval '8 days'`)
  await signals.signals.sweep()
  expect(await rows()).toEqual([])
})

test('more events than one statement may take are forgotten in parts', async () => {
  await signals.pollStream(edge.call)
  await revoke()
  await signals.world.sql(
    `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at, created_at)
     select stream_id, gen_random_uuid(), event_type, subject, claims, occurred_at, now() - interval '8 days' from signal_event, generate_series(1, 12000)`,
  )
  await refuseLongDeletes(signals.world, 'signal_event')
  await signals.signals.sweep()
  expect(await rows()).toHaveLength(1)
})
