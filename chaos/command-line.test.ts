import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const run = promisify(execFile)
const Ended = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() })

/** How the harness ends that is called so, and what it says. The other harnesses read what they are called with alike. */
const call = (...args: readonly string[]): Promise<z.infer<typeof Ended>> =>
  run(process.execPath, [MAIN, ...args]).then(
    (said) => ({ code: 0, ...said }),
    (error: unknown) => Ended.parse(error),
  )

test('the harness says how it is called', async () => {
  const { code, stdout } = await call('--help')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: npm run chaos .*\n$/)])
})

test.each([
  [['--nope'], '--nope'],
  [['nope'], 'nope'],
  [['--cycles', '10001'], '--cycles'],
])('what it cannot be called with, %j, is answered with a sentence and the usage', async (args, named) => {
  const { code, stdout, stderr } = await call(...args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr.split('\n')).toEqual([
    expect.stringContaining(named),
    expect.stringMatching(/^Usage: npm run chaos /),
    '',
  ])
})
