import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Plant {
  readonly rule: string
  readonly path: string
  readonly code: string
}

/** One violation a rule; each must be reported, by that rule, in that file. */
const PLANTS: readonly Plant[] = [
  {
    rule: 'liaison(near-imports)',
    path: 'server/src/modules/links/far.ts',
    code: "export { raw } from '../../platform/config.ts'",
  },
  {
    rule: 'liaison(one-clock)',
    path: 'server/src/modules/links/rules.ts',
    code: 'export const x = Date.now()',
  },
  { rule: 'liaison(one-clock)', path: 'portal/src/parts/age.ts', code: 'export const x = new Date()' },
  { rule: 'liaison(one-clock)', path: 'sdk/src/age.ts', code: 'export const x = Date()' },
  {
    rule: 'liaison(one-environment)',
    path: 'server/src/platform/log.ts',
    code: "export const x = process.env['LEVEL']",
  },
  {
    rule: 'liaison(one-environment)',
    path: 'server/src/modules/links/port.ts',
    code: 'const { env } = process\nexport const x = env',
  },
  {
    rule: 'liaison(one-environment)',
    path: 'server/src/modules/links/level.ts',
    code: "import { env } from 'node:process'\nexport const x = env",
  },
  {
    rule: 'liaison(sql-in-store)',
    path: 'server/src/modules/links/routes.ts',
    code: "import { sql } from 'kysely'\nexport const x = sql`select 1`",
  },
  {
    rule: 'liaison(sql-in-store)',
    path: 'server/src/modules/links/jobs.ts',
    code: "import * as kysely from 'kysely'\nexport const x = kysely.sql`select 1`",
  },
  {
    rule: 'liaison(product-words)',
    path: 'server/src/modules/links/a.ts',
    code: 'export const customerList = 1',
  },
  {
    rule: 'liaison(product-words)',
    path: 'access/src/b.ts',
    code: 'export interface Workspace { id: string }',
  },
  {
    rule: 'liaison(product-words)',
    path: 'portal/src/c.ts',
    code: 'export function startImpersonation() {}',
  },
  { rule: 'liaison(product-words)', path: 'sdk/src/d.ts', code: 'export class TokenManager {}' },
  {
    rule: 'eslint(no-restricted-imports)',
    path: 'access/src/e.ts',
    code: "import { join } from 'node:path'\nexport const x = join",
  },
  {
    rule: 'eslint(no-restricted-imports)',
    path: 'server/src/platform/f.ts',
    code: "import type { Link } from '#modules/links/index.ts'\nexport type X = Link",
  },
  {
    rule: 'eslint(no-restricted-imports)',
    path: 'portal/src/g.ts',
    code: "import { open } from 'node:fs'\nexport const x = open",
  },
  {
    rule: 'eslint(no-restricted-imports)',
    path: 'sdk/src/h.ts',
    code: "import { x } from '../../server/src/app.ts'\nexport const y = x",
  },
  { rule: 'eslint(no-console)', path: 'server/src/modules/links/i.ts', code: "console.log('here')" },
  {
    rule: 'eslint(max-params)',
    path: 'server/src/j.ts',
    code: 'export const x = (a, b, c, d) => [a, b, c, d]',
  },
  {
    rule: 'eslint(max-lines)',
    path: 'server/src/k.ts',
    code: Array.from({ length: 401 }, (_, index) => `export const x${index} = ${index}`).join('\n'),
  },
  {
    rule: 'eslint(max-lines-per-function)',
    path: 'server/src/l.ts',
    code: `export function x(y: string[]) {\n${"  y.push('y')\n".repeat(50)}}`,
  },
  {
    rule: 'eslint(complexity)',
    path: 'server/src/m.ts',
    code: `export function x(y: number) {\n${Array.from({ length: 12 }, (_, n) => `  if (y === ${n}) return ${n + 1}\n`).join('')}  return 0\n}`,
  },
  {
    rule: 'eslint(eqeqeq)',
    path: 'server/src/ab.ts',
    code: "export const x = (y: string | number) => y == '1'",
  },
  {
    rule: 'eslint(no-eval)',
    path: 'server/src/ac.ts',
    code: 'export const x = (y: string): unknown => eval(y)',
  },
  { rule: 'eslint(no-new-func)', path: 'portal/src/ad.ts', code: 'export const x = new Function()' },
  {
    rule: 'typescript(no-implied-eval)',
    path: 'portal/src/ae.ts',
    code: "export const x = () => setTimeout('1', 1)",
  },
  { rule: 'eslint(no-warning-comments)', path: 'server/src/n.ts', code: '// TODO later\nexport const x = 1' },
  { rule: 'import(no-default-export)', path: 'server/src/o.ts', code: 'export default 1' },
  {
    rule: 'import(no-cycle)',
    path: 'server/src/p.ts',
    code: "import { q } from './q.ts'\nexport const p = () => q",
  },
  { rule: 'typescript(no-explicit-any)', path: 'server/src/r.ts', code: 'export const x = (y: any) => y' },
  {
    rule: 'typescript(no-non-null-assertion)',
    path: 'server/src/s.ts',
    code: 'export const x = (y?: string) => y!',
  },
  {
    rule: 'typescript(no-unsafe-type-assertion)',
    path: 'server/src/modules/links/t.ts',
    code: 'export const x = (y: unknown) => y as string',
  },
  {
    rule: 'typescript(no-floating-promises)',
    path: 'server/src/u.ts',
    code: 'const later = () => Promise.resolve(1)\nlater()',
  },
  {
    rule: 'typescript(no-misused-promises)',
    path: 'server/src/v.ts',
    code: 'export const x = async () => true\nif (x()) throw new Error("always")',
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    path: 'server/src/w.ts',
    code: "export function x(y: 'a' | 'b') {\n  switch (y) {\n    case 'a':\n      return 1\n  }\n  return 2\n}",
  },
  {
    rule: 'typescript(consistent-type-imports)',
    path: 'server/src/y.ts',
    code: "import { Stats } from 'node:fs'\nexport type X = Stats",
  },
  {
    rule: 'vitest(no-focused-tests)',
    path: 'server/src/z.test.ts',
    code: "import { expect, test } from 'vitest'\ntest.only('x', () => expect(1).toBe(1))",
  },
  {
    rule: 'vitest(expect-expect)',
    path: 'server/src/aa.test.ts',
    code: "import { test } from 'vitest'\ntest('x', () => undefined)",
  },
]

/** What looks alike and is right; nothing may be reported here. */
const INNOCENT: readonly Omit<Plant, 'rule'>[] = [
  { path: 'server/src/platform/clock.ts', code: 'export const readClock = () => new Date()' },
  { path: 'server/src/platform/config.ts', code: 'export const raw = process.env' },
  { path: 'server/src/modules/links/rules2.ts', code: 'export const x = (y: number) => new Date(y)' },
  {
    path: 'server/src/modules/links/store.ts',
    code: "import { sql } from 'kysely'\nexport const x = sql`select 1`",
  },
  {
    path: 'server/src/modules/links/claims.ts',
    code: "export const claims = { customer_id: 'x', customerBan: 'y' }",
  },
  { path: 'portal/src/rows.ts', code: 'export type { Customer } from "./api.ts"' },
  { path: 'sdk/src/customers.ts', code: 'export interface CustomerDetail { id: string }' },
  { path: 'access/src/ids.ts', code: "export { x } from './b2.ts'" },
  {
    path: 'access/src/ids.test.ts',
    code: "import { expect, test } from 'vitest'\ntest('x', () => expect(1).toBe(1))",
  },
  { path: 'server/src/cli/main.ts', code: "console.log('an answer')" },
  { path: 'server/src/q.ts', code: "import { p } from './p.ts'\nexport const q = () => p" },
]

let folder: string
let found: ReadonlySet<string>

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), `${text}\n`)
}

/** Runs the linter with the house's own configuration; it ends with status 1 when it finds something. */
function lint(): Promise<string> {
  return new Promise((settle) => {
    const linter = join(root, 'node_modules/.bin/oxlint')
    const options = { cwd: folder, maxBuffer: 16 * 1024 * 1024 }
    execFile(linter, ['--type-aware', '--format=json'], options, (_error, stdout) => settle(stdout))
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-lint-'))
  for (const path of ['.oxlintrc.json', 'scripts/lint', 'tsconfig.base.json', 'server/package.json']) {
    await cp(join(root, path), join(folder, path), { recursive: true })
  }
  await write('package.json', JSON.stringify({ type: 'module' }))
  const compilerOptions = { types: ['node'], lib: ['es2024', 'dom'] }
  await write('tsconfig.json', JSON.stringify({ extends: './tsconfig.base.json', compilerOptions }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const { path, code } of [...PLANTS, ...INNOCENT]) await write(path, code)
  const { diagnostics }: { diagnostics: { code: string; filename: string }[] } = JSON.parse(await lint())
  found = new Set(diagnostics.map(({ code, filename }) => `${code} ${filename}`))
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(PLANTS)('$rule is reported in $path', ({ rule, path }) => {
  expect([...found]).toContain(`${rule} ${path}`)
})

test.each(INNOCENT)('nothing of ours is reported in $path', ({ path }) => {
  const reported = [...found].filter(
    (entry) => entry.endsWith(` ${path}`) && !entry.startsWith('import(no-cycle)'),
  )
  expect(reported).toEqual([])
})
