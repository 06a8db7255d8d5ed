import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestRoutes, makeIngestKey } from '../server/src/modules/ingest/index.ts'
import { TestWorld } from '../server/testing/world.ts'

const run = promisify(execFile)
const page = fileURLToPath(new URL('../docs/integrate.md', import.meta.url))

/** How a program of the page is run, and what shows that its language is there. */
const LANGUAGES = {
  sh: { file: 'hand-in.sh', probe: ['curl', '--version'], run: ['sh', 'hand-in.sh'] },
  python: { file: 'hand_in.py', probe: ['python3', '--version'], run: ['python3', 'hand_in.py'] },
  java: { file: 'Main.java', probe: ['javac', '-version'], run: ['java', 'Main.java'] },
  js: { file: 'hand-in.mjs', probe: [process.execPath, '--version'], run: [process.execPath, 'hand-in.mjs'] },
} as const

let world: TestWorld
let folder: string
let key: string
let origin: string
let source: string
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
  folder = await mkdtemp(join(tmpdir(), 'liaison-integrate-'))
  source = await readFile(page, 'utf8')
  key = makeIngestKey(randomBytes(32)).text
  await world.seed(
    `insert into ingest_key (name, source, key_hash, key_hint) values ('Page', 'crm', $1, 'hint')`,
    [createHash('sha256').update(key).digest()],
  )
  origin = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function isThere([program = '', ...args]: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  )
}

test.for(Object.keys(LANGUAGES))(
  'the program in %s on the page hands a tenant in, and is told what became of it',
  { timeout: 60_000 },
  async (language, context) => {
    const how = Object.entries(LANGUAGES).find(([name]) => name === language)?.[1]
    const text = new RegExp(`^\`\`\`${language}\\n([\\s\\S]+?)^\`\`\``, 'm').exec(source)?.[1]
    if (!how || text === undefined) throw new Error(`The page has no program in ${language}.`)
    if (!(await isThere(how.probe))) {
      // Loud in the report, and no fault: a machine without Java is no reason not to test the rest.
      context.skip(`${how.probe[0]} is not installed, so the program in ${language} was not run`)
    }
    await writeFile(join(folder, how.file), text)
    const [program, ...args] = how.run
    const { stdout } = await run(
      'env',
      [`LIAISON=${origin}`, `INGEST_KEY=${key}`, 'NODE_OPTIONS=', program, ...args],
      { cwd: folder },
    )
    expect(JSON.parse(stdout)).toMatchObject({ received: 1, errors: [] })
    const tenants = await world.sql(
      `select name, slug from tenant where external_id = '42' and source = 'crm'`,
    )
    expect(tenants).toEqual([{ name: 'Acme', slug: 'acme-42' }])
  },
)
