import { BlockList } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ForwardProxy } from '#testing/forward-proxy.ts'
import { TEST_CERTIFICATE, WebhookReceiver } from '#testing/webhook-receiver.ts'
import { readAllowedNets } from './allowed-nets.ts'
import { makeOutgoing } from './outgoing.ts'
import type { Outgoing } from './outgoing.ts'
import type { OutgoingOptions } from './ways-out.ts'

let receiver: WebhookReceiver
const made: Outgoing[] = []

beforeAll(async () => {
  receiver = await WebhookReceiver.start()
})
beforeEach(() => {
  receiver.received.length = 0
  receiver.answer = () => ({ status: 204 })
})
afterAll(async () => {
  await Promise.all(made.map((outgoing) => outgoing.close()))
  await receiver[Symbol.asyncDispose]()
})

function make(options: Partial<OutgoingOptions> = {}): Outgoing {
  const outgoing = makeOutgoing({ allowsLoopback: false, timeoutMs: 5000, ...options })
  made.push(outgoing)
  return outgoing
}

const post = (outgoing: Outgoing, url: string) => outgoing.post({ url, headers: {}, body: '{}' })

/** A name server that answers what it is told, for every name. */
const answers =
  (address: string): NonNullable<OutgoingOptions['lookup']> =>
  (_, options, done) => {
    const family = address.includes(':') ? 6 : 4
    if (options.all) done(null, [{ address, family }])
    else done(null, address, family)
  }

describe('the connection itself', () => {
  test('reaches the receiver on this machine in a demo: the control of what follows', async () => {
    expect(await post(make({ allowsLoopback: true }), receiver.url)).toMatchObject({
      outcome: 'delivered',
      code: 204,
    })
    expect(receiver.received).toHaveLength(1)
  })

  test('speaks TLS with the name that was asked for, and believes no certificate that nobody vouches for', async () => {
    await using secure = await WebhookReceiver.start({ isSecure: true })
    const blocked = new BlockList()
    const near = { blocked, lookup: answers('127.0.0.1') }
    const url = (host: string) => `https://${host}:${secure.port}/`
    const trusting = make({ ...near, ca: TEST_CERTIFICATE })
    expect(await post(trusting, url('hooks.example.com'))).toMatchObject({ outcome: 'delivered' })
    expect(await post(trusting, url('other.example.com'))).toMatchObject({ outcome: 'not_connected' })
    expect(await post(make(near), url('hooks.example.com'))).toMatchObject({ outcome: 'not_connected' })
    expect(secure.received).toHaveLength(1)
    blocked.addSubnet('127.0.0.0', 8)
    const later = make({ ...near, ca: TEST_CERTIFICATE })
    expect(await post(later, url('hooks.example.com'))).toMatchObject({ outcome: 'address_refused' })
    expect(secure.received).toHaveLength(1)
  })

  test.each([
    'https://127.0.0.1',
    'https://2130706433',
    'https://0177.0.0.1',
    'https://0x7f000001',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:10.0.0.1]',
    'https://169.254.169.254',
    'https://10.0.0.1',
    'https://[fe80::1]',
    'https://[64:ff9b::7f00:1]',
    'https://0.0.0.0',
  ])('is refused for %s, whatever was registered', async (origin) => {
    for (const allowsLoopback of [false, true]) {
      const came = await post(make({ allowsLoopback }), `${origin}:${receiver.port}/`)
      expect(came).toMatchObject({ outcome: 'address_refused', code: null })
    }
    expect(receiver.received).toEqual([])
  })

  test.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00::1'])(
    'is refused when a name leads to %s, also when it led elsewhere at registration',
    async (address) => {
      const came = await post(
        make({ lookup: answers(address) }),
        `https://hooks.example.com:${receiver.port}/`,
      )
      expect(came).toMatchObject({ outcome: 'address_refused', code: null })
    },
  )

  test('is refused for plain HTTP outside a demo, and within one for all but this machine', async () => {
    expect(await post(make(), receiver.url)).toMatchObject({ outcome: 'address_refused' })
    const demo = make({ allowsLoopback: true, lookup: answers('10.0.0.1') })
    expect(await post(demo, `http://localhost:${receiver.port}/`)).toMatchObject({
      outcome: 'address_refused',
    })
    expect(await post(demo, `http://10.0.0.1:${receiver.port}/`)).toMatchObject({
      outcome: 'address_refused',
    })
    expect(receiver.received).toEqual([])
  })

  test('does not follow a redirect, neither inside nor anywhere', async () => {
    await using inner = await WebhookReceiver.start()
    receiver.answer = () => ({ status: 307, headers: { location: inner.url } })
    const came = await post(make({ allowsLoopback: true }), receiver.url)
    expect(came).toMatchObject({ outcome: 'refused_by_receiver', code: 307 })
    expect(inner.received).toEqual([])
  })
})

describe('networks of the provider that the operator allows', () => {
  const allowedNets = readAllowedNets(['10.20.0.0/16', '127.0.0.0/8'])
  const toReceiver = { ca: TEST_CERTIFICATE, lookup: answers('127.0.0.1') }

  test('are connected to, what they answer is not kept, and everything else inside stays refused (section 6)', async () => {
    await using secure = await WebhookReceiver.start({ isSecure: true })
    secure.answer = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'inside' })
    const url = `https://hooks.example.com:${secure.port}/`
    expect(await post(make({ ...toReceiver, allowedNets }), url)).toMatchObject({
      outcome: 'delivered',
      excerpt: null,
    })
    for (const address of ['10.21.0.1', '192.168.0.1', '169.254.169.254', '::1', '::ffff:10.21.0.1'])
      expect(
        await post(make({ ca: TEST_CERTIFICATE, lookup: answers(address), allowedNets }), url),
      ).toMatchObject({ outcome: 'address_refused' })
    const none = readAllowedNets([])
    expect(await post(make({ ...toReceiver, allowedNets: none }), url)).toMatchObject({
      outcome: 'address_refused',
    })
    expect(secure.received).toHaveLength(1)
    const open = make({ ...toReceiver, blocked: new BlockList() })
    expect(await post(open, url)).toMatchObject({ outcome: 'delivered', excerpt: 'inside' })
  })
})

describe('a forward proxy', () => {
  test('carries every message, tunnels TLS to the receiver, and its refusal is told as one of the address (section 6)', async () => {
    await using secure = await WebhookReceiver.start({ isSecure: true })
    await using proxy = await ForwardProxy.start(secure.port)
    const through = make({ proxy: proxy.url, ca: TEST_CERTIFICATE })
    expect(await post(through, 'https://hooks.example.com/')).toMatchObject({
      outcome: 'delivered',
      code: 204,
    })
    expect(proxy.asked).toEqual(['hooks.example.com:443'])
    expect(secure.received).toHaveLength(1)
    expect(await post(through, 'https://refused.example.com/')).toMatchObject({ outcome: 'address_refused' })
    expect(await post(through, 'https://[::ffff:10.0.0.1]/')).toMatchObject({ outcome: 'address_refused' })
    expect(proxy.asked).toHaveLength(2)
    expect(secure.received).toHaveLength(1)
  })
})

describe('a receiver that misbehaves', () => {
  test('and never answers costs one timeout', async () => {
    receiver.answer = () => null
    const came = await post(make({ allowsLoopback: true, timeoutMs: 200 }), receiver.url)
    expect(came).toMatchObject({ outcome: 'timeout', code: null })
  })

  test('and answers without end is heard to the limit, and its status counts', async () => {
    receiver.answer = () => ({ status: 200, isEndless: true })
    const came = await post(make({ allowsLoopback: true }), receiver.url)
    expect(came).toMatchObject({ outcome: 'delivered', code: 200 })
  })

  test('and is not there is told as such', async () => {
    const gone = await WebhookReceiver.start()
    const { url } = gone
    await gone[Symbol.asyncDispose]()
    expect(await post(make({ allowsLoopback: true }), url)).toMatchObject({
      outcome: 'not_connected',
      code: null,
    })
  })

  test('and asks for time is given it', async () => {
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '90' } })
    const came = await post(make({ allowsLoopback: true }), receiver.url)
    expect(came).toMatchObject({ outcome: 'refused_by_receiver', code: 503, retryAfterMs: 90_000 })
  })
})
