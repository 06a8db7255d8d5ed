import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
// oxlint-disable-next-line liaison/near-imports
import { sendRequest } from '../../../../tests/gateway/support/raw-http.ts'
import { servePortal } from './static-files.ts'

let folder: string
let app: FastifyInstance
let port = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-portal-'))
  for (const [path, text] of Object.entries({
    'portal/index.html': '<!doctype html><title>The portal</title>',
    'portal/assets/app-1.js': 'export {}',
    'portal/assets/app-1.js.map': '{"a":"secret"}',
    'portal/scheme.js': 'void 0',
    'portal/.git/HEAD': 'secret',
    'portal/.env': 'secret',
    'portal/notes.txt': 'secret',
    'secret.js': 'secret',
  })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  app = Fastify()
  await servePortal(app, join(folder, 'portal'), {
    embedOrigin: () => 'https://forms.example',
    authOrigin: 'https://auth.example',
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = (app.server.address() as AddressInfo).port
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

const ask = (target: string) => sendRequest(port, { target, fields: [['Host', 'localhost']] })

test('of the machine nothing is served but what was built: no path climbs, no folder is listed, nothing hidden is there (ASVS 5.3.2, 13.4.1, 13.4.3)', async () => {
  for (const path of ['/assets/app-1.js', '/scheme.js', '/platform'])
    expect((await ask(path)).status, path).toBe(200)
  for (const path of [
    '/.git/HEAD',
    '/.git/',
    '/.env',
    '/notes.txt',
    '/assets',
    '/assets/',
    '/assets/app-1.js.map',
    '/assets/../../secret.js',
    '/assets/..%2f..%2fsecret.js',
    '/assets/%2e%2e/%2e%2e/secret.js',
    '/assets/..\\..\\secret.js',
    '/../secret.js',
    '//secret.js',
    '/scheme.js/../../secret.js',
    '/scheme.js%00.html',
  ]) {
    const { status, body } = await ask(path)
    expect([400, 404], path).toContain(status)
    expect(body, path).not.toMatch(/^secret|"secret"|>app-1/)
  }
})

test('the portal asks its own origin and that of the authorization server, and frames forms alone', async () => {
  const { headers } = await ask('/platform')
  expect(headers.get('content-security-policy')).toContain(
    "connect-src 'self' https://auth.example; frame-src https://forms.example;",
  )
})
