import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Looker } from './live-product.ts'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const LIMIT_MS = 7_200_000
const EXAMPLES = 5
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
].join(',')
/** What would end the sessions with which the others are asked. */
const ENDING = '^/api/v1/(me/sessions|me/sign-out|admin/freezes|admin/people|.*/members)'
/** The operations of each part, by the beginnings of their paths. */
const PARTS: Readonly<Record<Looker, string>> = {
  provider: '^/api/v1/(admin|me)',
  partner: '^/api/v1/(partner|program)/',
  tenant: '^/api/v1/tenant/',
}

interface Asked {
  readonly name: string
  readonly document: string
  readonly headers: readonly string[]
  readonly only: readonly string[]
}

/** A test case of the report that failed: what is between its tags. */
const CASE = /<testcase[^>]* name="(?<name>[^"]*)"[^>]*>(?<story>[\s\S]*?)<\/testcase>/g

async function runSchemathesis(folder: string, { name, document, headers, only }: Asked): Promise<Scan> {
  const report = join(folder, `${name}.xml`)
  const amount = [
    '--phases',
    'examples,coverage,fuzzing',
    '-n',
    String(EXAMPLES),
    '--seed',
    '20261121',
    '--no-shrink',
  ]
  const how = [
    '--continue-on-failure',
    '--warnings',
    'off',
    '--report',
    'junit',
    '--report-junit-path',
    report,
  ]
  const who = headers.flatMap((header) => ['-H', header])
  await runProgram(
    'schemathesis',
    ['run', document, '--checks', CHECKS, ...amount, ...how, ...only, ...who],
    { cwd: folder, timeoutMs: LIMIT_MS },
  )
  const cases = [...(await readFile(report, 'utf8')).matchAll(CASE)]
  const findings: Finding[] = cases.flatMap(({ groups }) => {
    const stories = [
      ...(groups?.['story'] ?? '').matchAll(/- (?<rule>[A-Z][\w -]+)&#10;|- (?<other>[A-Z][\w -]+)\n/g),
    ]
    return stories.map((story) => ({
      rule: story.groups?.['rule'] ?? story.groups?.['other'] ?? 'unknown',
      place: groups?.['name'] ?? '',
    }))
  })
  return { findings, lookedAt: `${cases.length} operations` }
}

/** Schemathesis over the operations of each part: answers are what the OpenAPI document says (R8, number 17). */
export const schemathesis: Scanner = {
  name: 'schemathesis',
  source: { program: 'schemathesis', versionArgs: ['--version'], install: 'pip install schemathesis' },
  async scan({ folder, product }) {
    const { url, cookies, tenantId } = await product()
    const scans: Scan[] = []
    for (const [name, pattern] of Object.entries(PARTS)) {
      const looker = name === 'provider' || name === 'partner' ? name : 'tenant'
      const headers = [
        `Cookie: ${cookies[looker]}`,
        ...(looker === 'partner' ? [`X-Active-Tenant-Id: ${tenantId}`] : []),
      ]
      const only = ['--include-path-regex', pattern, '--exclude-path-regex', ENDING]
      scans.push(
        await runSchemathesis(folder, { name, document: `${url}/api/v1/openapi.json`, headers, only }),
      )
    }
    return {
      findings: scans.flatMap(({ findings }) => findings),
      lookedAt: scans.map(({ lookedAt }) => lookedAt).join(', '),
    }
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    const document = `${planted.url}/openapi.json`
    return await runSchemathesis(folder, { name: 'planted', document, headers: [], only: [] })
  },
  plantedRule: 'Server error',
  planted: 'an operation that answers 500',
}
