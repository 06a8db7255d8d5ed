import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const HARDEN = new URL('harden.js', import.meta.url)

/** Runs a program as the server runs. */
const run = (program: string) =>
  promisify(execFile)(process.execPath, ['--import', HARDEN.href, '--eval', program])

test('nobody reaches the prototype of all objects through an object, and prototypes work otherwise (ASVS 15.3.6)', async () => {
  await expect(run('({}).__proto__.admin = true')).rejects.toThrow('TypeError')
  const { stdout } = await run(
    `const to = {}
     to['__proto__'] = { admin: true }
     const own = JSON.parse('{"__proto__": {"admin": true}}')
     console.log(({}).admin, to.admin, own.admin, ({ __proto__: { a: 1 } }).a, Object.getPrototypeOf([]) === Array.prototype)`,
  )
  expect(stdout.trim()).toBe('undefined undefined undefined 1 true')
})

test('the server does so before it loads anything of itself', async () => {
  const main = await readFile(new URL('main.js', import.meta.url), 'utf8')
  const imports = [...main.matchAll(/import\(?\s*(?:\{[^}]*\} from )?'(\.[^']+)'/g)].map(([, path]) => path)
  expect(imports).toEqual(['./harden.js', './load.js', './run.ts'])
})
