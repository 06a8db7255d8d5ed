import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeOAuth } from '../../server/src/modules/oauth/index.ts'
import { serveHealth } from '../../server/src/platform/health.ts'
import { makeTestCertificate } from '../../server/testing/client-certificates.ts'
import { people } from '../../server/testing/shop.ts'
import { portOf } from '../../server/testing/ports.ts'
import { wholeProduct } from '../../server/testing/whole-product.ts'
import { TestWorld } from '../../server/testing/world.ts'
import { GatewayProcess, isInstalled, readGuardingLines } from './support/gateway-process.ts'
import type { GatewayKind, GuardingLine, Placeholders } from './support/gateway-process.ts'
import { askFromOutside, INSIDE } from './support/outside.ts'

const PROXY: GatewayKind = {
  name: 'haproxy',
  binary: 'haproxy',
  config: '../ops/proxy/haproxy.cfg',
  command: ({ config }) => ['haproxy', '-f', config, '-db'],
}

let world: TestWorld
let credential: string
let folder: string
let values: Placeholders
/** What came to the server itself, but for the questions whether it is ready. */
const reached: string[] = []

beforeAll(async () => {
  world = await TestWorld.start(wholeProduct, {
    oauth: (context) => makeOAuth(context, { asksWithoutBrowser: true }),
  })
  const { http } = world.app
  serveHealth(http, {
    database: world.database,
    sealerLag: () => ({ stalledSeconds: 0 }),
    isStopping: () => false,
    hasSchema: () => Promise.resolve(true),
  })
  await http.listen({ port: 0, host: '127.0.0.1' })
  http.server.on('request', ({ url }) => url !== '/readyz' && reached.push(String(url)))
  const admin = await people.provider(world)
  const registered = await world.call(admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: 'Edge', upstreams: [] },
  })
  ;({ credential } = registered.json<{ credential: string }>())
  folder = await mkdtemp(join(tmpdir(), 'liaison-front-'))
  const { pem, key } = makeTestCertificate('localhost')
  const certificate = join(folder, 'both.pem')
  await writeFile(certificate, `${pem}\n${key}`)
  values = { CERTIFICATE: certificate, SERVER: `127.0.0.1:${portOf(http.server)}` }
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Starts the proxy, and waits until it has found the server ready. */
async function startProxy(without: GuardingLine | null = null): Promise<GatewayProcess> {
  const proxy = await GatewayProcess.start(PROXY, values, without)
  const isThrough = async () => (await askFromOutside(proxy.port, '/livez')).status === 200
  await vi.waitUntil(isThrough, { timeout: 20_000, interval: 50 })
  return proxy
}

/** What of these targets came to the server, and how the proxy itself answered the others. */
async function lead({ port }: GatewayProcess, targets: readonly string[]) {
  reached.length = 0
  const refused: unknown[] = []
  for (const target of targets) {
    const before = reached.length
    const { status, type } = await askFromOutside(port, target, { method: 'POST', credential })
    if (reached.length === before) refused.push([status, type])
  }
  return { through: [...reached], refused }
}

describe.runIf(isInstalled(PROXY))('the proxy in front', () => {
  test('leads nothing on that only systems of the provider ask, however it is spelled, with their credentials neither', async () => {
    await using proxy = await startProxy()
    for (const targets of Object.values(INSIDE)) {
      const refused = targets.map(() => [404, 'application/problem+json'])
      expect(await lead(proxy, targets)).toEqual({ through: [], refused })
    }
    // Where no address can be read, the server reads none either.
    const unread = await askFromOutside(proxy.port, '/%67ateway/v1/authorize/%zz', {
      credential,
    })
    expect(unread.status).toBe(400)
  })

  test('leads on what people, partners and their clients ask', async () => {
    await using proxy = await startProxy()
    const open = ['/', '/status', '/api/v1/partner/links', '/.well-known/oauth-authorization-server']
    const alike = ['/gateway', '/gateway/v10', '/api/v1/ingested', '/?/gateway/v1/authorize']
    expect((await lead(proxy, [...open, ...alike])).through).toEqual([...open, ...alike])
  })

  test('without a line that guards it leads on what that line is about', async () => {
    const lines = await readGuardingLines(PROXY)
    expect(lines.map(({ attack }) => attack)).toEqual(['decision point from outside', 'records from outside'])
    for (const line of lines) {
      await using proxy = await startProxy(line)
      const targets = INSIDE[line.attack] ?? []
      expect((await lead(proxy, targets)).refused).toEqual([])
    }
  })
})
