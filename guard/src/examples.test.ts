import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { makeExpressApp } from '../../examples/protected-api/express.ts'
import { makeFastifyApp } from '../../examples/protected-api/fastify.ts'
import { makeGuard as makeGuardOfPage } from '../../examples/protected-api/settings.ts'
import { makeGuardedWorld } from '../testing/guarded.ts'
import { delegatedClaims, signProof, signToken } from '../testing/issuer.ts'

const target = '/customers/BAN-1001/orders'

async function callBoth(port: number): Promise<[anonymous: number, allowed: number, body: unknown]> {
  const { issuerKey, clientKey, thumbprint } = await world
  const address = `http://127.0.0.1:${port}${target}`
  const token = await signToken(issuerKey, delegatedClaims(thumbprint))
  const proof = await signProof(clientKey, { method: 'GET', url: `https://api.example${target}`, token })
  const anonymous = await fetch(address)
  const allowed = await fetch(address, { headers: { authorization: `DPoP ${token}`, dpop: proof } })
  return [anonymous.status, allowed.status, await allowed.json()]
}

const world = makeGuardedWorld()
const EXPECTED = [
  401,
  200,
  { account: 'BAN-1001', access: 'delegated', partner: 'par_acme', actor: 'client:cli_acme', orders: [] },
]

test('the example on Express answers its callers and nobody else (A15)', async () => {
  const { makeGuard } = await world
  const server = makeExpressApp(makeGuard()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    expect(await callBoth((server.address() as AddressInfo).port)).toEqual(EXPECTED)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

test('the example on Fastify answers its callers and nobody else (A15)', async () => {
  const { makeGuard } = await world
  const app = makeFastifyApp(makeGuard())
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    expect(await callBoth((app.server.address() as AddressInfo).port)).toEqual(EXPECTED)
  } finally {
    await app.close()
  }
})

test('the example with the settings that its page exports asks whoever comes without a token for one (A15)', async () => {
  const page = await readFile(new URL('../../examples/protected-api/README.md', import.meta.url), 'utf8')
  const settings = [...page.matchAll(/^export (\w+)=(\S+)$/gm)]
  expect(settings).toHaveLength(3)
  for (const [, name = '', value = ''] of settings) vi.stubEnv(name, value)
  const server = makeExpressApp(makeGuardOfPage()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const { status, headers } = await fetch(`http://127.0.0.1:${port}/customers/BAN-1/orders`)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('resource_metadata')
  } finally {
    vi.unstubAllEnvs()
    await new Promise((resolve) => server.close(resolve))
  }
})
