import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

/** Those modules that ask nobody but the scanned server. */
const MODULES =
  'sql,blindsql,xss,permanentxss,exec,file,redirect,crlf,http_headers,csp,cookieflags,methods,csrf,htaccess'
const SECONDS = 300
const LIMIT_MS = 1_800_000
/** The pages that a server renders, and that lead to others. */
const PAGES = ['/signin', '/signin/passkey', '/docs/errors', '/account', '/']

const Found = z.record(
  z.string(),
  z.array(
    z.object({ method: z.string(), path: z.string(), info: z.string(), parameter: z.string().nullish() }),
  ),
)
const Report = z.object({ vulnerabilities: Found, anomalies: Found })

async function runWapiti(folder: string, url: string, cookie: string): Promise<Scan> {
  const report = join(folder, `wapiti-${cookie === '' ? 'planted' : 'product'}.json`)
  const starts = cookie === '' ? [] : PAGES.flatMap((page) => ['-s', `${url}${page}`])
  const bounds = ['--max-scan-time', String(SECONDS), '--max-links-per-page', '40', '--scope', 'domain']
  const who = cookie === '' ? [] : ['-H', `Cookie: ${cookie}`]
  const kept = ['--flush-session', '--no-bugreport', '--store-session', folder, '-f', 'json', '-o', report]
  const { out } = await runProgram(
    'wapiti',
    ['-u', `${url}/`, ...starts, ...bounds, ...who, ...kept, '-m', MODULES],
    { cwd: folder, timeoutMs: LIMIT_MS },
  )
  const { vulnerabilities, anomalies } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const findings: Finding[] = [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(
    ([rule, found]) =>
      found.map(({ method, path, parameter, info }) => ({
        rule,
        place: `${method} ${path} ${parameter ?? ''} ${info.slice(0, 100)}`,
      })),
  )
  const crawled = /found (\d+) URLs/i.exec(out)?.[1]
  return {
    findings,
    lookedAt: crawled === undefined ? 'the pages that the server renders' : `${crawled} addresses`,
  }
}

/** wapiti over the pages that the server itself renders, signed in as a member of a partner. */
export const wapiti: Scanner = {
  name: 'wapiti',
  source: { program: 'wapiti', versionArgs: ['--version'], install: 'apt-get install wapiti' },
  async scan({ folder, product }) {
    const { url, cookies } = await product()
    return runWapiti(folder, url, cookies.partner)
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    return await runWapiti(folder, planted.url, '')
  },
  plantedRule: 'Cross Site Scripting',
  planted: 'a name that becomes part of a page',
}
