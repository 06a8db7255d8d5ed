import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCertificateField } from '@liaison/guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchWith, makeTestCertificate } from '../../server/testing/client-certificates.ts'
import { GatewayProcess, isInstalled, readGuardingLines } from './support/gateway-process.ts'
import type { GatewayKind, Placeholders } from './support/gateway-process.ts'
import { askFromOutside, INSIDE } from './support/outside.ts'

const KINDS: readonly GatewayKind[] = [
  {
    name: 'nginx',
    binary: 'nginx',
    config: 'nginx/mutual-tls.conf',
    command: ({ config, folder }) => ['nginx', '-p', folder, '-c', config, '-g', 'daemon off; user root;'],
  },
  {
    name: 'caddy',
    binary: 'caddy',
    config: 'caddy/mutual-tls.Caddyfile',
    command: ({ config }) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
  },
  {
    name: 'haproxy',
    binary: 'haproxy',
    config: 'haproxy/mutual-tls.cfg',
    command: ({ config }) => ['haproxy', '-f', config],
  },
]

const [own, victim, site] = ['one.example', 'victim.example', 'localhost'].map((name) =>
  makeTestCertificate(name),
)
const victims = victim?.der.toString('base64') ?? ''

let folder: string
let values: Placeholders
// Tells back what it was told, as the server behind the proxy would read it.
const upstream = createServer((request, response) => {
  const told = readCertificateField(request.headers['client-cert'])
  response.setHeader('content-type', 'application/json')
  const from = request.headers['x-forwarded-for']
  response.end(JSON.stringify({ told: told && Buffer.from(told).toString('base64'), from }))
})
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-mutual-tls-'))
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  await new Promise<void>((ready) => upstream.listen(0, '127.0.0.1', ready))
  values = {
    CERTIFICATE: await write('site.pem', `${site?.pem}\n`),
    KEY: await write('site.key', site?.key ?? ''),
    PEM: await write('both.pem', `${site?.pem}\n${site?.key}`),
    UPSTREAM: `127.0.0.1:${(upstream.address() as AddressInfo).port}`,
  }
})
afterAll(async () => {
  await new Promise((closed) => upstream.close(closed))
  await rm(folder, { recursive: true, force: true })
})

async function ask(gateway: GatewayProcess, shown: typeof own | null, headers: Record<string, string> = {}) {
  const answer = await fetchWith(shown ?? null)(`https://localhost:${gateway.port}/`, { headers })
  return (await answer.json()) as { told: string | null; from: string }
}

/** Whether any of these targets comes through to the server. */
async function reaches({ port }: GatewayProcess, targets: readonly string[]): Promise<boolean> {
  for (const target of targets) if ((await askFromOutside(port, target)).body.includes('told')) return true
  return false
}

/** What a client writes that only the proxy may say, and whether it came through. */
const ATTACKS: Readonly<Record<string, (gateway: GatewayProcess) => Promise<boolean>>> = {
  'certificate from outside': async (gateway) =>
    (await ask(gateway, null, { 'client-cert': `:${victims}:` })).told === victims,
  'address from outside': async (gateway) =>
    (await ask(gateway, null, { 'x-forwarded-for': '203.0.113.7' })).from.includes('203.0.113.7'),
  ...Object.fromEntries(
    Object.entries(INSIDE).map(([name, targets]) => [
      name,
      (gateway: GatewayProcess) => reaches(gateway, targets),
    ]),
  ),
}

describe.each(KINDS)('$name before this installation (A16)', (kind) => {
  test.skipIf(!isInstalled(kind))(
    'names the certificate that a client showed, and nothing that it wrote',
    async () => {
      await using gateway = await GatewayProcess.start(kind, values)
      expect((await ask(gateway, own)).told).toBe(own?.der.toString('base64'))
      expect((await ask(gateway, null)).told).toBe(null)
      expect((await ask(gateway, own, { 'client-cert': `:${victims}:` })).told).toBe(
        own?.der.toString('base64'),
      )
      for (const [name, succeeds] of Object.entries(ATTACKS))
        expect([name, await succeeds(gateway)]).toEqual([name, false])
      expect(await reaches(gateway, ['/api/v1/partner/links', '/gateways', '/accessories'])).toBe(true)
    },
  )

  test.skipIf(!isInstalled(kind))(
    'without a line that guards it lets the attack of that name pass',
    async () => {
      const lines = await readGuardingLines(kind)
      expect(lines.map(({ attack }) => attack)).toContain('certificate from outside')
      for (const line of lines) {
        await using gateway = await GatewayProcess.start(kind, values, line)
        expect([line.attack, await ATTACKS[line.attack]?.(gateway)]).toEqual([line.attack, true])
      }
    },
  )
})
