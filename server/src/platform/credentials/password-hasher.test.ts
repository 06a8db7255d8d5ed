import { readdir, readFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { hashPassword } from './password-hash.ts'
import { makePasswordHasher } from './password-hasher.ts'

/** How far each thread of this process gives way, as the system tells it (proc(5), field 19 of stat). */
async function readNiceness(): Promise<ReadonlyMap<string, number>> {
  const threads = await readdir('/proc/self/task')
  const stats = await Promise.all(
    threads.map(async (thread) => {
      const stat = await readFile(`/proc/self/task/${thread}/stat`, 'utf8').catch(() => '')
      // The name of a thread stands in brackets and may hold spaces; state, the first field behind it, is the third.
      return [thread, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])] as const
    }),
  )
  return new Map(stats)
}

test.runIf(process.platform === 'linux')(
  'passwords are hashed on a thread that gives way to requests, which keep their own priority (R6)',
  async () => {
    const own = getPriority()
    // Threads of tests before this one may end meanwhile.
    const before = await readNiceness()
    await makePasswordHasher(1).hash('correct horse battery')
    const begun = [...(await readNiceness())].filter(([thread]) => !before.has(thread))
    expect(begun.filter(([, nice]) => nice === Math.min(own + 5, 19))).toHaveLength(1)
    expect(getPriority()).toBe(own)
  },
)

test('a password matches the hash that any thread made of it, in whichever form its letters were typed, and no other does', async () => {
  const hasher = makePasswordHasher(2)
  const [composed, decomposed] = ['caf\u00e9 du coin', 'cafe\u0301 du coin']
  const hashes = await Promise.all([hasher.hash(composed), hashPassword(composed)])
  for (const hash of hashes) {
    expect(await hasher.verify(decomposed, hash)).toBe(true)
    expect(await hasher.verify('cafe du coin', hash)).toBe(false)
  }
  expect(await hasher.verify(composed, null)).toBe(false)
})

test('a password is hashed whole, by Argon2id with 19 MiB and two passes (ASVS 6.2.8, 11.4.2)', async () => {
  const hasher = makePasswordHasher(1)
  const long = 'Violet anchors '.repeat(9).slice(0, 128)
  const hash = await hasher.hash(long)
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(await hasher.verify(long, hash)).toBe(true)
  for (const other of [long.slice(0, 127), long.slice(0, 72), long.toLowerCase(), ` ${long}`])
    expect(await hasher.verify(other, hash)).toBe(false)
})
