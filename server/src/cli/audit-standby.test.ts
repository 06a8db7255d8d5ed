import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { CommandBench } from '#testing/command.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

test('where the database takes no writes, as on a standby, nothing leaves the log, and the operator is told where to go (R4)', async () => {
  const event = publicIdOf('audit_event', '01900000-0000-7000-8000-000000000000')
  const path = join(bench.folder, 'evidence.jsonl')
  // The same answer of PostgreSQL as a hot standby gives: 25006.
  await world.sql(`alter database "${world.connection.database}" set default_transaction_read_only = on`)
  for (const line of [
    ['export', '--output', path, '--reason', 'A court asks'],
    ['prove', event],
  ]) {
    const failure: unknown = await bench.run(['audit', ...line]).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      name: 'CommandError',
      message: expect.stringContaining('Run it against the primary'),
      cause: { code: '25006' },
    })
  }
  await expect(stat(path)).rejects.toThrow('ENOENT')
})
