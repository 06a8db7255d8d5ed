import { once } from 'node:events'
import { Agent, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let address = ''
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  address = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => world[Symbol.asyncDispose]())

test('a connection is kept for a thousand requests, and the next goes by another, so that a process that has just started gets its share (R11)', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async () => {
    const asked = get(`${address}/no-such-page`, { agent })
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    const port = response.socket.localPort
    response.resume()
    await once(response, 'end')
    return { port, connection: response.headers.connection, status: response.statusCode }
  }
  const answers = []
  for (let sent = 0; sent < 1001; sent += 1) answers.push(await ask())
  agent.destroy()
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
  expect(answers.slice(0, 999).every(({ connection }) => connection === 'keep-alive')).toBe(true)
  expect(answers[999]?.connection).toBe('close')
  expect(new Set(answers.slice(0, 1000).map(({ port }) => port)).size).toBe(1)
  expect(answers[1000]?.port).not.toBe(answers[0]?.port)
}, 60_000)
