import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LiveProduct, Looker } from './live-product.ts'
import { listTextQueries } from './operations.ts'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const LIMIT_MS = 3_600_000
/** Refusals are what most of its texts deserve: they are no reason to give up on a parameter. */
const ASKED = (
  '--batch --flush-session --disable-coloring --dbms PostgreSQL --level 1 --risk 1 ' +
  '--technique BEUS --threads 4 --ignore-code 401,403,404,422'
).split(' ')

interface Result {
  readonly findings: readonly Finding[]
  readonly tested: number
}

async function readFindings(output: string): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const file of glob('results-*.csv', { cwd: output })) {
    const lines = (await readFile(join(output, file), 'utf8')).split('\n').slice(1)
    for (const line of lines) {
      const [url = '', , parameter = '', technique = ''] = line.split(',')
      if (technique !== '')
        findings.push({ rule: 'injection', place: `${new URL(url).pathname} ${parameter}` })
    }
  }
  return findings
}

async function runSqlmap(
  folder: string,
  {
    name,
    urls,
    cookie,
  }: { readonly name: string; readonly urls: readonly string[]; readonly cookie: string },
): Promise<Result> {
  const [list, output] = [join(folder, `${name}.txt`), join(folder, name)]
  await writeFile(list, `${urls.join('\n')}\n`)
  const who = cookie === '' ? [] : ['--cookie', cookie]
  const target = ['-m', list, '--output-dir', output]
  const { out } = await runProgram('sqlmap', [...target, ...who, ...ASKED], {
    cwd: folder,
    timeoutMs: LIMIT_MS,
  })
  const tested = [...out.matchAll(/testing for SQL injection on GET parameter/g)].length
  return { findings: await readFindings(output), tested }
}

async function scanAs(folder: string, product: LiveProduct, looker: Looker): Promise<Result> {
  const queries = (await listTextQueries(product)).filter((one) => one.looker === looker)
  const urls = queries.map(
    ({ path, parameters }) => `${product.url}${path}?${parameters.map((name) => `${name}=a`).join('&')}`,
  )
  return runSqlmap(folder, { name: looker, urls, cookie: product.cookies[looker] })
}

const toScan = (results: readonly Result[]): Scan => ({
  findings: results.flatMap(({ findings }) => findings),
  lookedAt: `${results.reduce((sum, { tested }) => sum + tested, 0)} parameters of lists`,
})

const LEAST_TESTED = 100

/** sqlmap over every text in the queries of lists, signed in to each part of the product (R8). */
export const sqlmap: Scanner = {
  name: 'sqlmap',
  source: { program: 'sqlmap', versionArgs: ['--version'], install: 'apt-get install sqlmap' },
  async scan({ folder, product }) {
    const live = await product()
    const results: Result[] = []
    for (const looker of ['provider', 'partner', 'tenant'] as const)
      results.push(await scanAs(folder, live, looker))
    const tested = results.reduce((sum, result) => sum + result.tested, 0)
    if (tested < LEAST_TESTED) throw new Error(`sqlmap tested no more than ${tested} parameters.`)
    return toScan(results)
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    const urls = [`${planted.url}/search?text=a`]
    return toScan([await runSqlmap(folder, { name: 'planted', urls, cookie: '' })])
  },
  plantedRule: 'injection',
  planted: 'a text that becomes part of a statement',
}
