import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { showSecret, signMessage } from '#platform/outgoing/signatures.ts'

const secret = randomBytes(32)
const example = spawn(process.execPath, ['examples/webhook-receiver/receiver.ts'], {
  env: { WEBHOOK_SECRET: showSecret(secret), PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const lines = createInterface(example.stdout)[Symbol.asyncIterator]()
const nextLine = async () => String((await lines.next()).value)
let url = ''
beforeAll(async () => {
  url = (await nextLine()).replace('Listening on ', '')
})
afterAll(() => example.kill())

const BODY = '{"type":"endpoint.test","data":{"endpoint_id":"whe_x"}}'

function send(change: { readonly body?: string; readonly at?: Date; readonly with?: Buffer } = {}) {
  const message = { id: 'msg_1', timestamp: change.at ?? new Date(), body: BODY }
  const headers = signMessage(message, [change.with ?? secret])
  return fetch(url, { method: 'POST', headers, body: change.body ?? BODY })
}

test('the example takes what is signed, once, and refuses what is altered, old or of somebody else', async () => {
  expect((await send({ with: randomBytes(32) })).status).toBe(401)
  expect((await send({ body: BODY.replace('whe_x', 'whe_y') })).status).toBe(401)
  expect((await send({ at: new Date(Date.now() - 600_000) })).status).toBe(401)
  expect((await fetch(url)).status).toBe(405)
  expect((await send()).status).toBe(204)
  expect((await send()).status).toBe(204)
  expect(await nextLine()).toBe(BODY)
})
