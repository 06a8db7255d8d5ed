import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scanSignedIn } from './asked.ts'
import type { LiveProduct, Looker } from './live-product.ts'
import { listTextQueries } from './operations.ts'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const LIMIT_MS = 1_200_000
/**
 * Refusals are what most of its texts deserve: they are no reason to give up on a parameter. Neither is what it found at
 * another one.
 */
const ASKED = [
  ...'--batch --flush-session --disable-coloring --dbms PostgreSQL --level 1 --risk 1'.split(' '),
  ...'--technique BEUS --ignore-code 400,401,403,404,422 --answers'.split(' '),
  'skip further tests=N',
]
/** On a busy machine any answer may be late, which it takes for a statement that waited: it is asked again, more slowly. */
const FIRST = ['--threads', '4']
const AGAIN = ['--threads', '1', '--time-sec', '15']

interface Group {
  readonly name: string
  readonly headers: readonly string[]
  readonly urls: readonly string[]
}

/** A parameter that it suspects, and whether it says itself that it was wrong to. */
interface Suspected {
  readonly url: string
  readonly parameter: string
  readonly isDoubted: boolean
}

interface Result {
  readonly found: readonly Suspected[]
  readonly tested: number
}

/** Reads its list of results: one line for each parameter, with the techniques that seemed to work, and its own doubt. */
export function readSuspected(csv: string): Suspected[] {
  return csv
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [url = '', , parameter = '', technique = '', note = ''] = line.split(',')
      return technique === '' ? [] : [{ url, parameter, isDoubted: note.startsWith('false positive') }]
    })
}

async function readFound(output: string): Promise<Suspected[]> {
  const found: Suspected[] = []
  for await (const file of glob('results-*.csv', { cwd: output }))
    found.push(...readSuspected(await readFile(join(output, file), 'utf8')))
  return found
}

async function runSqlmap(
  folder: string,
  { name, headers, urls }: Group,
  pace: readonly string[],
): Promise<Result> {
  const [list, output] = [join(folder, `${name}.txt`), join(folder, name)]
  await writeFile(list, `${urls.join('\n')}\n`)
  const who = headers.flatMap((header) => ['-H', header])
  const target = ['-m', list, '--output-dir', output]
  const { out } = await runProgram('sqlmap', [...target, ...who, ...ASKED, ...pace], {
    cwd: folder,
    timeoutMs: LIMIT_MS,
  })
  const tested = [...out.matchAll(/testing for SQL injection on GET parameter/g)].length
  return { found: await readFound(output), tested }
}

/** What it suspects, and finds again without doubt when it is asked for that alone. Refusals differ by their time and number. */
async function scanGroup(
  folder: string,
  group: Group,
): Promise<{ readonly findings: Finding[]; readonly tested: number }> {
  const { found, tested } = await runSqlmap(folder, group, FIRST)
  const urls = [...new Set(found.map(({ url }) => url))]
  if (urls.length === 0) return { findings: [], tested }
  const again = await runSqlmap(folder, { ...group, name: `${group.name}-again`, urls }, AGAIN)
  const findings = again.found
    .filter(({ isDoubted }) => !isDoubted)
    .map(({ url, parameter }) => ({ rule: 'injection', place: `${new URL(url).pathname} ${parameter}` }))
  return { findings, tested }
}

/** How one may be asked: with a tenant that is worked in, where a partner looks, or without. */
function listWays({ cookies, tenantId }: LiveProduct, looker: Looker) {
  const plain = { name: looker, headers: [`Cookie: ${cookies[looker]}`] }
  const acting = {
    name: `${looker}-acting`,
    headers: [...plain.headers, `X-Active-Tenant-Id: ${tenantId}`],
  }
  return looker === 'partner' ? [plain, acting] : [plain]
}

const fieldsOf = (headers: readonly string[]): [string, string][] =>
  headers.map((header) => {
    const [name = '', value = ''] = header.split(': ')
    return [name, value]
  })

interface Targets {
  readonly groups: readonly Group[]
  readonly parameters: number
  /** Those that take a plain text, which then is a value of a statement. */
  readonly taken: number
}

/**
 * Each parameter that takes a plain text stands alone, in the way in which it is taken, lest another that is refused
 * keeps it from the database; those that take none stand together.
 */
async function listTargets(product: LiveProduct): Promise<Targets> {
  const groups = new Map<string, { name: string; headers: readonly string[]; urls: string[] }>()
  const put = (way: { name: string; headers: readonly string[] }, url: string): void => {
    const group = groups.get(way.name) ?? { ...way, urls: [] }
    groups.set(way.name, group)
    group.urls.push(url)
  }
  let [parameters, taken] = [0, 0]
  for (const { path, looker, parameters: names } of await listTextQueries(product)) {
    const ways = listWays(product, looker)
    const refused: string[] = []
    for (const name of names) {
      const url = `${product.url}${path}?${name}=a`
      const statuses = await Promise.all(
        ways.map(async ({ headers }) => (await fetch(url, { headers: fieldsOf(headers) })).status),
      )
      const way = ways[statuses.findIndex((status) => status < 300)]
      if (way) put(way, url)
      else refused.push(name)
      taken += way ? 1 : 0
    }
    const [first] = ways
    if (first && refused.length > 0)
      put(first, `${product.url}${path}?${refused.map((name) => `${name}=a`).join('&')}`)
    parameters += names.length
  }
  return { groups: [...groups.values()], parameters, taken }
}

async function scanProduct(folder: string, product: LiveProduct): Promise<Scan> {
  const { groups, parameters, taken } = await listTargets(product)
  const findings: Finding[] = []
  let tested = 0
  for (const group of groups) {
    const result = await scanGroup(folder, group)
    findings.push(...result.findings)
    tested += result.tested
  }
  if (tested < parameters) throw new Error(`sqlmap tested ${tested} of ${parameters} parameters.`)
  return { findings, lookedAt: `${parameters} parameters of lists, ${taken} of them for free text` }
}

/** sqlmap over every text in the queries of lists, signed in to each part of the product (R8). */
export const sqlmap: Scanner = {
  name: 'sqlmap',
  source: { program: 'sqlmap', versionArgs: ['--version'], install: 'apt-get install sqlmap' },
  async scan({ folder, product }) {
    const live = await product()
    return scanSignedIn(live, ['provider', 'partner', 'tenant'], () => scanProduct(folder, live))
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    const group = { name: 'planted', headers: [], urls: [`${planted.url}/search?text=a`] }
    const { findings, tested } = await scanGroup(folder, group)
    return { findings, lookedAt: `${tested} parameters` }
  },
  plantedRule: 'injection',
  planted: 'a text that becomes part of a statement',
}
