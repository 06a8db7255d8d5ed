import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { ConfigError } from '#platform/config.ts'
import { tellWhyNotStarted } from './why-not-started.ts'

/** What listening there ends with. */
async function faultOf(place: { port: number; host: string }): Promise<unknown> {
  const server = createServer().listen(place)
  const [error] = await once(server, 'error')
  return error
}

test('a port that another program has is told with the variables that move it, and no stack', async () => {
  const other = createServer().listen({ port: 0, host: '127.0.0.1' })
  await once(other, 'listening')
  const address = other.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const story = tellWhyNotStarted(await faultOf({ port, host: '127.0.0.1' }))
  expect(story).toContain(`Port ${port} is taken by another program. PORT and HOST`)
  expect(story).not.toContain('\n')
  other.close()
})

test('so is an address that is not of this machine', async () => {
  expect(tellWhyNotStarted(await faultOf({ port: 0, host: '192.0.2.1' }))).toContain(
    'no address of this machine',
  )
})

test('a configuration is told by its faults, and anything else whole', () => {
  expect(tellWhyNotStarted(new ConfigError('PORT: must be a whole number'))).toBe(
    'The configuration cannot be used:\nPORT: must be a whole number',
  )
  expect(tellWhyNotStarted(new TypeError('x is not a function'))).toMatch(
    /^TypeError: x is not a function\n +at /,
  )
  // Of what the server asks others, the stack says who did.
  const away = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    port: 5432,
  })
  expect(tellWhyNotStarted(away)).toContain('\n')
})
