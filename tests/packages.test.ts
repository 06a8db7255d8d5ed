import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const NAMES = { '@liaison/guard': 'liaison-guard-', '@liaison/client': 'liaison-client-' }

let folder: string

/** Lays a package into `node_modules` as npm would, with the packages that it says it needs. */
async function install(name: string, archive: string): Promise<void> {
  const place = join(folder, 'node_modules', name)
  await mkdir(place, { recursive: true })
  await run('tar', ['xzf', archive, '-C', place, '--strip-components=1'])
  const { dependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
  for (const needed of Object.keys(dependencies))
    await symlink(join(root, 'node_modules', needed), join(folder, 'node_modules', needed))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-packages-'))
  await run('npm', ['run', '--silent', 'pack', '--', '--to', folder], { cwd: root })
  const packed = await readdir(folder)
  for (const [name, beginning] of Object.entries(NAMES)) {
    const archive = packed.find((file) => file.startsWith(beginning))
    if (archive === undefined) throw new Error(`${name} was not packed.`)
    await install(name, join(folder, archive))
  }
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('what is handed out', () => {
  test('runs as plain JavaScript where it is installed: a guard refuses a request without a token, a client tells a refusal', async () => {
    await writeFile(
      join(folder, 'uses.mjs'),
      `import { createGuard } from '@liaison/guard'
       import { createLiaisonClient, readBody } from '@liaison/client'
       const guard = createGuard({ issuer: 'https://a.example/oauth', audience: 'https://api.example', jwks: new URL('https://a.example/jwks') })
       const request = { method: 'GET', url: 'https://api.example/orders', headers: {} }
       const refused = await guard.verify(request).catch(({ status }) => status)
       const answer = () => Promise.resolve(Response.json({ status: 403, code: 'PERMISSION_DENIED', title: 'No', detail: 'No.' }, { status: 403 }))
       const api = createLiaisonClient({ baseUrl: 'https://a.example/api/v1', fetch: answer })
       const problem = await readBody(api.GET('/me')).catch((error) => error)
       console.log(JSON.stringify([refused, problem.name, problem.code]))`,
    )
    const { stdout } = await run(process.execPath, [join(folder, 'uses.mjs')])
    expect(JSON.parse(stdout)).toEqual([401, 'LiaisonProblem', 'PERMISSION_DENIED'])
  })

  test('brings its types: a call of another form than the API takes does not compile', async () => {
    const options = {
      strict: true,
      module: 'nodenext',
      target: 'es2024',
      noEmit: true,
      types: [],
      skipLibCheck: false,
      lib: ['es2024', 'dom', 'dom.iterable'],
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    const calls = {
      'right.ts': `'/customers/{customer_ban}/services', { params: { path: { customer_ban: 'B' } } }`,
      'incomplete.ts': `'/customers/{customer_ban}/services', { params: { path: {} } }`,
      'nowhere.ts': `'/nowhere'`,
    }
    for (const [file, call] of Object.entries(calls))
      await writeFile(
        join(folder, file),
        `import { createLiaisonClient, readBody } from '@liaison/client'
         const api = createLiaisonClient({ baseUrl: 'https://a.example/api/v1' })
         export const read = () => readBody(api.GET(${call}))`,
      )
    const check = async (files: readonly string[]) => {
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }))
      return run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: folder }).then(
        () => '',
        (error: { stdout: string }) => error.stdout,
      )
    }
    // What is wrong with one file does not change what is said of another, and reading the types takes longest.
    const told = (await check(Object.keys(calls))).split(/^(?=\S)/m)
    const toldOf = (file: string) => told.filter((fault) => fault.startsWith(`${file}(`)).join('')
    expect(toldOf('incomplete.ts')).toContain('customer_ban')
    expect(toldOf('nowhere.ts')).toContain('error TS')
    expect(told.filter((fault) => !/^(?:incomplete|nowhere)\.ts\(/.test(fault))).toEqual([])
  }, 60_000)

  test('holds no test, no source in TypeScript, and nothing that points out of it', async () => {
    for (const name of Object.keys(NAMES)) {
      const files = await readdir(join(folder, 'node_modules', name), { recursive: true })
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.d.ts']))
      expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$|tsconfig/.test(file))).toEqual([])
      const page = await readFile(join(folder, 'node_modules', name, 'README.md'), 'utf8')
      expect(page).not.toMatch(/\]\((?!https:)/)
    }
  })
})
