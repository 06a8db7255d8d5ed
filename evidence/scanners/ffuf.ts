import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { scanSignedIn } from './asked.ts'
import type { LiveProduct } from './live-product.ts'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
const LIMIT_MS = 900_000
/** What is left lying about on servers, and what frameworks open for those who run them. */
const USUAL = `
  .env .git/HEAD .git/config .htaccess .DS_Store .well-known/security.txt .svn/entries CHANGELOG.md Dockerfile README.md
  _debug _status actuator actuator/env actuator/heapdump adminer.php api api-docs api/debug app.js.map backup backup.zip
  cgi-bin config config.json console crossdomain.xml db.sql debug debug/pprof debug/vars docker-compose.yml dump dump.sql
  elmah.axd env favicon.ico graphiql graphql health healthz heapdump index.php info internal jolokia livez logs manager/html
  metrics node_modules openapi.json package-lock.json package.json phpinfo.php phpmyadmin ping pprof private prometheus
  readyz robots.txt secrets.json server-info server-status shell sitemap.xml src static status swagger swagger-ui
  swagger.json test tests tmp trace upload uploads v1 v2 version wp-admin wp-login.php
`
  .split(/\s+/)
  .filter((word) => word !== '')
/** Where operations live that are not for everybody. */
const FOLDERS = [
  '',
  'api/',
  'api/v1/',
  'api/v1/admin/',
  'api/v1/internal/',
  'api/v1/partner/',
  'api/v1/tenant/',
]

const Report = z.object({
  results: z.array(z.object({ input: z.object({ WORD: z.string(), METHOD: z.string() }), status: z.int() })),
})

/** It would end the session with which it, and those after it, look. */
const ENDING = 'signout'

/** Every word that a path of the product is made of, at every place where paths begin. */
function listPaths(product: LiveProduct | null): string[] {
  const known = product?.app.routes.flatMap(({ path }) => path.split('/')) ?? []
  const words = new Set([...USUAL, ...known.filter((word) => word !== '' && !word.startsWith(':'))])
  const paths = new Set(FOLDERS.flatMap((folder) => [...words].map((word) => `${folder}${word}`)))
  paths.delete(ENDING)
  return [...paths]
}

async function runFfuf(
  folder: string,
  {
    url,
    cookie,
    paths,
  }: { readonly url: string; readonly cookie: string; readonly paths: readonly string[] },
): Promise<Scan> {
  const [words, methods, report] = ['paths.txt', 'methods.txt', 'ffuf.json'].map((name) => join(folder, name))
  if (words === undefined || methods === undefined || report === undefined) throw new Error('No files.')
  await writeFile(words, paths.join('\n'))
  await writeFile(methods, METHODS.join('\n'))
  const lists = ['-w', `${words}:WORD`, '-w', `${methods}:METHOD`, '-X', 'METHOD', '-u', `${url}/WORD`]
  const matched = ['-mc', 'all', '-fc', '404', '-t', '8', '-s', '-o', report, '-of', 'json']
  const who = cookie === '' ? [] : ['-H', `Cookie: ${cookie}`]
  await runProgram('ffuf', [...lists, ...matched, ...who], { cwd: folder, timeoutMs: LIMIT_MS })
  const { results } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const findings = results.map(({ input, status }) => ({
    rule: 'unlisted',
    place: `${input.METHOD} /${input.WORD} ${status}`,
  }))
  return { findings, lookedAt: `${(paths.length * METHODS.length).toLocaleString('en')} paths and methods` }
}

/** What the product declares: an answer there is none that nobody knew of. */
function isDeclared({ app }: LiveProduct, { place }: Finding): boolean {
  const [method, path = ''] = place.split(' ')
  return app.routes.some((route) => {
    const pattern = new RegExp(
      `^${route.path.replaceAll('.', '\\.').replaceAll(/:[a-z][a-z0-9_]*/g, '[^/]+')}$`,
    )
    return route.method === method && pattern.test(path)
  })
}

/** ffuf for paths and methods that answer and are no operation of the product (ASVS 13.4). */
export const ffuf: Scanner = {
  name: 'ffuf',
  source: { program: 'ffuf', versionArgs: ['-V'], install: 'apt-get install ffuf' },
  async scan({ folder, product }) {
    const live = await product()
    const paths = listPaths(live)
    const { findings, lookedAt } = await scanSignedIn(live, ['tenant'], () =>
      runFfuf(folder, { url: live.url, cookie: live.cookies.tenant, paths }),
    )
    const declared = findings.filter((finding) => isDeclared(live, finding))
    if (declared.length === 0) throw new Error('ffuf did not even find what there is.')
    return { findings: findings.filter((finding) => !isDeclared(live, finding)), lookedAt }
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    return await runFfuf(folder, { url: planted.url, cookie: '', paths: listPaths(null) })
  },
  plantedRule: 'unlisted',
  planted: 'a path for finding faults that nothing links to',
}
