import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOUNDED_FOLDERS, findCircle, readImports, readModuleGraph } from '../scripts/module-graph.ts'
import type { ImportGraph } from '../scripts/module-graph.ts'
import { headOf, readStories, readTableNames } from '../scripts/lib/module-stories.ts'
import type { ModuleStory } from '../scripts/lib/module-stories.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Which module may call which others, through their `index.ts`; a new arrow is a decision, so it is a line here. */
const MODULE_GRAPH: Readonly<Record<string, readonly string[]>> = {
  agreements: ['approvals'],
  alerts: ['portfolio'],
  applications: ['partners'],
  billing: ['portfolio'],
  clients: ['consents', 'oauth', 'onboarding'],
  configuration: ['approvals'],
  dashboards: ['embed', 'payouts'],
  demo: [
    'agencies',
    'agreements',
    'clients',
    'consents',
    'earnings',
    'gateway',
    'identity',
    'ingest',
    'onboarding',
    'orders',
    'sla',
    'vouchers',
    'webhooks',
  ],
  earnings: ['agreements', 'approvals', 'partners'],
  elevations: ['links'],
  embed: ['agencies', 'vouchers'],
  exports: ['audit', 'billing', 'payouts', 'portfolio', 'reports', 'support'],
  imports: ['earnings', 'ingest', 'partners'],
  kyc: ['realms'],
  links: ['agencies', 'assistance', 'consents', 'delegations', 'homes', 'orders', 'portfolio'],
  oauth: ['consents'],
  operations: ['links'],
  partners: ['approvals', 'identity'],
  realms: ['configuration', 'identity'],
  plans: ['realms'],
  referrals: ['earnings'],
  reports: ['billing', 'portfolio'],
  signals: ['gateway', 'oauth'],
  support: ['billing', 'portfolio', 'sla'],
  tenants: ['billing', 'portfolio', 'reports', 'support'],
  tmforum: ['orders'],
  usage: ['realms'],
}

describe('the repository', () => {
  let graph: ImportGraph

  beforeAll(async () => {
    graph = await readImports()
  }, 180_000)

  test('every bounded folder is looked at', () => {
    for (const folder of BOUNDED_FOLDERS) {
      expect(graph.files.filter((file) => file.startsWith(`${folder}/`)).length).toBeGreaterThan(0)
    }
    expect(graph.imports.length).toBeGreaterThan(graph.files.length)
  })

  test('no import crosses a bound', () => {
    expect(graph.violations).toEqual([])
  })

  test('the modules of the server call each other along the listed arrows only', () => {
    expect(readModuleGraph(graph)).toEqual(MODULE_GRAPH)
  })

  test('the listed arrows between modules form no circle', () => {
    expect(findCircle(MODULE_GRAPH)).toBeUndefined()
  })
})

/** What is wrong with the story that a module tells: its length, or names that the code does not bear out. */
function faultsOf(
  { name, lines, named }: ModuleStory,
  tables: ReadonlySet<string>,
  modules: ReadonlySet<string>,
) {
  const text = lines.join(' ')
  const called = MODULE_GRAPH[name] ?? []
  return [
    ...(lines.length < 3 || lines.length > 8 ? [`${name}: ${lines.length} lines`] : []),
    ...called.filter((other) => !named.includes(other)).map((other) => `${name}: calls ${other} unsaid`),
    ...(called.length > 0 && text.includes('other module is called') ? [`${name}: says it calls none`] : []),
    ...named
      .filter((word) => !modules.has(word) && !tables.has(word.replace(/^[a-z]+\./, '')))
      .map((word) => `${name}: no table and no module ${word}`),
  ]
}

describe('the index.ts of each module', () => {
  let stories: readonly ModuleStory[]
  let tables: ReadonlySet<string>

  beforeAll(async () => {
    stories = await readStories()
    tables = await readTableNames()
  })

  test('says at its head in three to eight lines what the module is for, with tables that exist and every module that it calls', () => {
    const modules = new Set(stories.map(({ name }) => name))
    expect(stories.flatMap((story) => faultsOf(story, tables, modules))).toEqual([])
    expect(Object.keys(MODULE_GRAPH).filter((name) => !modules.has(name))).toEqual([])
  })

  test('is found wanting when it says nothing, hides a call, or names what is not there', () => {
    const silent = { name: 'realms', lines: headOf("import { a } from './a.ts'\n"), named: [] }
    expect(faultsOf(silent, tables, new Set())).toEqual([
      'realms: 0 lines',
      'realms: calls configuration unsaid',
      'realms: calls identity unsaid',
    ])
    const invented = {
      name: 'risk',
      lines: headOf('/**\n * One.\n * Two.\n * `gone`.\n */\n'),
      named: ['gone'],
    }
    expect(faultsOf(invented, tables, new Set(['risk']))).toEqual(['risk: no table and no module gone'])
  })
})

test('the page of the platform names each of its folders', async () => {
  const platform = join(root, 'server/src/platform')
  const entries = await readdir(platform, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const page = await readFile(join(platform, 'README.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)\/` /gm)].map(([, name]) => name)
  expect(rows).toEqual(folders.toSorted())
})

/** Files of a small repository in which every bound is crossed once. */
const PLANTED: Readonly<Record<string, string>> = {
  'access/src/a.ts': "import { join } from 'node:path'\nexport const a = join",
  'server/src/app.ts': 'export const app = 1',
  'server/src/platform/p.ts': "import { l } from '#modules/links/index.ts'\nexport const p = l",
  'server/src/modules/links/index.ts': "export { l } from './store.ts'",
  'server/src/modules/links/store.ts': 'export const l = 1',
  'server/src/modules/links/fine.ts': "import { l } from './store.ts'\nexport const fine = l",
  'server/src/modules/earnings/nosy.ts': "import { l } from '#modules/links/index.ts'\nexport const n = l",
  'server/src/modules/plans/inside.ts': "import { l } from '#modules/links/store.ts'\nexport const i = l",
  'server/src/modules/plans/fine.ts': "import { l } from '#modules/links/index.ts'\nexport const fine = l",
  'server/src/modules/plans/up.ts': "import { app } from '../../app.ts'\nexport const up = app",
  'server/src/modules/plans/driver.ts': "import { Client } from 'pg'\nexport const d = Client",
  'server/src/modules/plans/types.ts': "import type { Client } from 'pg'\nexport type D = Client",
  'server/src/modules/plans/screen.ts': "import { s } from '../../../../portal/src/s.ts'\nexport const x = s",
  'server/src/modules/plans/harness.ts': "import { h } from '#testing/h.ts'\nexport const x = h",
  'server/src/modules/plans/tool.ts': "import { build } from 'vite'\nexport const x = build",
  'server/src/modules/plans/gone.ts': "import { x } from './nowhere.ts'\nexport const y = x",
  'server/src/modules/plans/one.ts': "import { two } from './two.ts'\nexport const one = () => two",
  'server/src/modules/plans/two.ts': "import { one } from './one.ts'\nexport const two = () => one",
  'server/testing/h.ts': 'export const h = 1',
  'portal/src/s.ts': 'export const s = 1',
  'portal/src/t.ts': "import { app } from '../../server/src/app.ts'\nexport const t = app",
  'guard/src/g.ts': "import { app } from '../../server/src/app.ts'\nexport const g = app",
  'sdk/src/u.ts': "import { app } from '../../server/src/app.ts'\nexport const u = app",
  'sdk/src/v.ts': "import { a } from '../../access/src/a.ts'\nexport const v = a",
  'sdk/src/w.ts': "import type { a } from '../../access/src/a.ts'\nexport type W = typeof a",
}

const CAUGHT = [
  'access-is-pure access/src/a.ts',
  'dependencies-are-declared server/src/modules/plans/tool.ts',
  'guard-stands-alone guard/src/g.ts',
  'modules-know-no-composition server/src/modules/plans/up.ts',
  'modules-meet-only-at-index server/src/modules/plans/inside.ts',
  'no-cycles server/src/modules/plans/one.ts',
  'nothing-unresolved server/src/modules/plans/gone.ts',
  'only-platform-opens-connections server/src/modules/plans/driver.ts',
  'platform-knows-no-module server/src/platform/p.ts',
  'portal-knows-no-server portal/src/t.ts',
  'program-knows-no-tenant-records server/src/modules/earnings/nosy.ts',
  'sdk-stands-alone sdk/src/u.ts',
  'sdk-takes-only-types-of-access sdk/src/v.ts',
  'server-knows-no-portal server/src/modules/plans/screen.ts',
  'tests-stay-outside server/src/modules/plans/harness.ts',
]

describe('a repository in which every bound is crossed', () => {
  let folder: string
  let graph: ImportGraph

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liaison-bounds-'))
    const settings = [
      'package.json',
      'server/package.json',
      'sdk/package.json',
      'guard/package.json',
      'tsconfig.base.json',
    ]
    for (const path of ['.dependency-cruiser.mjs', ...settings]) {
      await cp(join(root, path), join(folder, path), { recursive: true })
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const [path, code] of Object.entries(PLANTED)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), `${code}\n`)
    }
    graph = await readImports(folder)
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('each crossing is caught, once, and nothing else', () => {
    expect(graph.violations.map(({ rule, from }) => `${rule} ${from}`).toSorted()).toEqual(CAUGHT)
  })

  test('the arrows between modules are read', () => {
    expect(readModuleGraph(graph)).toEqual({ earnings: ['links'], plans: ['links'] })
  })
})

test('a circle of modules is found wherever it starts', () => {
  expect(findCircle({ a: ['b'], b: ['c'], c: ['d', 'b'], d: [] })).toEqual(['b', 'c', 'b'])
  expect(findCircle({ a: ['b', 'c'], b: ['c'], c: [] })).toBeUndefined()
})
