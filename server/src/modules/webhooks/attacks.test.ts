import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BlockList } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { readAllowedNets } from '#platform/outgoing/allowed-nets.ts'
import { makeOutgoing, makeReader } from '#platform/outgoing/outgoing.ts'
import type { OutgoingOptions } from '#platform/outgoing/ways-out.ts'
import { TEST_CERTIFICATE, WebhookReceiver } from '#testing/webhook-receiver.ts'

let secure: WebhookReceiver
beforeAll(async () => {
  secure = await WebhookReceiver.start({ isSecure: true })
})
beforeEach(() => {
  secure.received.length = 0
})
afterAll(() => secure[Symbol.asyncDispose]())

async function post(url: string, options: Partial<OutgoingOptions>) {
  const outgoing = makeOutgoing({ allowsLoopback: false, timeoutMs: 2000, ca: TEST_CERTIFICATE, ...options })
  try {
    return await outgoing.post({ url, headers: { 'webhook-id': 'msg_1' }, body: '{}' })
  } finally {
    await outgoing.close()
  }
}

/** A name server that answers with the addresses that come next, for every name. */
function answering(...turns: readonly (readonly string[])[]): NonNullable<OutgoingOptions['lookup']> {
  let turn = 0
  return (_, options, done) => {
    const all = (turns[Math.min(turn++, turns.length - 1)] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }))
    if (options.all) done(null, all)
    else done(null, all[0]?.address ?? '', all[0]?.family ?? 4)
  }
}

const hook = () => `https://hooks.example.com:${secure.port}/`
/** Nobody listens there, and it is no address that is refused. */
const NOBODY = '127.0.0.9'
const onlyReceiver = new BlockList()
onlyReceiver.addAddress('127.0.0.1')

describe('a name with several addresses', () => {
  test('is connected to at the one that answers: the control of what follows', async () => {
    const came = await post(hook(), { blocked: new BlockList(), lookup: answering([NOBODY, '127.0.0.1']) })
    expect(came).toMatchObject({ outcome: 'delivered' })
  })

  test.each([
    [['127.0.0.1', NOBODY]],
    [[NOBODY, '127.0.0.1']],
    [['::1', NOBODY, '127.0.0.1']],
    [[NOBODY, '::ffff:127.0.0.1']],
  ])('attack 85: is not connected to inside because another of %j may be', async (addresses) => {
    const came = await post(hook(), { blocked: onlyReceiver, lookup: answering(addresses) })
    expect(came.outcome).not.toBe('delivered')
    expect(secure.received).toEqual([])
  })

  test.each([
    [['127.0.0.1', '10.0.0.1']],
    [['169.254.169.254', 'fd00:ec2::254']],
    [['::', '0.0.0.0']],
    [['fe80::1%lo']],
    [['64:ff9b::7f00:1', '2002:7f00:1::']],
  ])('attack 85: is refused when all of %j lead inside', async (addresses) => {
    expect(await post(hook(), { lookup: answering(addresses) })).toMatchObject({ code: null })
    const allowedNets = readAllowedNets(['10.20.0.0/16'])
    expect((await post(hook(), { lookup: answering(addresses), allowedNets })).code).toBe(null)
    expect(secure.received).toEqual([])
  })

  test('attack 85: that changes from one question to the next is refused by the address of the connection', async () => {
    // First an address of the provider's own network that is allowed, then one that is not.
    const allowedNets = readAllowedNets(['10.20.0.0/16'])
    for (const turns of [
      [['10.20.0.1'], ['127.0.0.1']],
      [['192.0.2.1'], ['127.0.0.1'], ['127.0.0.1']],
    ])
      expect((await post(hook(), { lookup: answering(...turns), allowedNets })).code).toBe(null)
    expect(secure.received).toEqual([])
  })
})

describe('what the environment or the receiver says', () => {
  test('attack 85: a proxy of the environment is not used, only one that the operator configured', async () => {
    await using proxy = await WebhookReceiver.start()
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy'])
      vi.stubEnv(name, proxy.url)
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const near = { blocked: new BlockList(), lookup: answering(['127.0.0.1']) }
    expect(await post(hook(), near)).toMatchObject({ outcome: 'delivered' })
    expect(proxy.received).toEqual([])
  })

  test.each([301, 302, 303, 307, 308])(
    'attack 85: a redirect with %s is an answer, and leads nowhere',
    async (status) => {
      await using inner = await WebhookReceiver.start()
      secure.answer = () => ({ status, headers: { location: inner.url } })
      const near = { blocked: new BlockList(), lookup: answering(['127.0.0.1']) }
      expect(await post(hook(), near)).toMatchObject({ outcome: 'refused_by_receiver', code: status })
      secure.answer = () => ({ status: 204 })
      expect([secure.received.length, inner.received]).toEqual([1, []])
    },
  )
})

/** A server of plain HTTP that sends a byte now and then, in the head of its answer or in the body, and never ends. */
async function dripping(place: 'head' | 'body'): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => {
    const { socket } = response
    socket?.write(place === 'head' ? 'HTTP/1.1 200 OK\r\nX: ' : 'HTTP/1.1 200 OK\r\n\r\n')
    const timer = setInterval(() => socket?.write('x'), 20)
    socket?.on('close', () => clearInterval(timer)).on('error', () => undefined)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

describe('an answer that comes byte by byte', () => {
  test.each(['head', 'body'] as const)(
    'attack 85: in its %s, is waited for no longer than any other',
    async (place) => {
      const { server, url } = await dripping(place)
      onTestFinished(() => {
        server.closeAllConnections()
        server.close()
      })
      const startedMs = performance.now()
      const came = await post(url, { allowsLoopback: true, timeoutMs: 300 })
      expect(came.code).toBe(place === 'head' ? null : 200)
      const reader = makeReader({ allowsLoopback: true, timeoutMs: 300 })
      expect(await reader.read({ url, headers: {} })).toBe(null)
      await reader.close()
      expect(performance.now() - startedMs).toBeLessThan(3000)
    },
  )
})
