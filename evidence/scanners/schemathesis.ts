import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { scanSignedIn } from './asked.ts'
import type { LiveProduct, Looker } from './live-product.ts'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const LIMIT_MS = 900_000
/** Valid and invalid inputs for each operation; every kind of bad input at every place is `tests/bad-input.test.ts`. */
const EXAMPLES = 5
/** How long one answer may take. */
const SECONDS = '60'
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

const LOOKERS = ['provider', 'partner', 'tenant'] as const

interface Asked {
  readonly name: string
  readonly document: string
  readonly headers: readonly string[]
  readonly only: readonly string[]
}

/** What it writes of a run. */
const Report = z.object({
  complete: z.boolean(),
  operations: z.object({ selected: z.int(), tested: z.int(), errored: z.int() }).nullable(),
  test_cases: z.object({ generated: z.int() }),
  failures: z.array(z.object({ title: z.string(), operations: z.array(z.string()) })),
  errors: z.array(z.unknown()),
})

interface Counted {
  readonly findings: readonly Finding[]
  readonly operations: number
  readonly cases: number
}

/** Its other report tells which status was received that no answer is documented with. */
const CASE = /<testcase name="(?<operation>[^"]*)"[^>]*(?<!\/)>(?<story>[\s\S]*?)<\/testcase>/g
const RECEIVED = /Undocumented status code\s+Received: (?<status>\d{3})/g
const UNDOCUMENTED = 'Undocumented status code'

async function readReceived(file: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const cases = [...(await readFile(file, 'utf8')).matchAll(CASE)]
  return new Map(
    cases.map(({ groups }) => {
      const received = [...(groups?.['story'] ?? '').matchAll(RECEIVED)]
      const statuses = new Set(received.map((one) => one.groups?.['status'] ?? ''))
      return [groups?.['operation'] ?? '', [...statuses]]
    }),
  )
}

/** Throws when an operation was left out: what was not asked shows nothing. */
async function readReport(report: string, out: string): Promise<Counted> {
  const { complete, operations, test_cases, failures, errors } = Report.parse(
    JSON.parse(await readFile(`${report}.json`, 'utf8')),
  )
  const received = await readReceived(`${report}.xml`)
  if (operations === null) throw new Error(`Schemathesis asked nothing: ${out.slice(-1000)}`)
  const { selected, tested, errored } = operations
  if (!complete || tested < selected || errored > 0 || errors.length > 0) {
    const told = JSON.stringify(errors).slice(0, 500)
    throw new Error(`Schemathesis asked ${tested} of ${selected} operations, ${errored} with errors: ${told}`)
  }
  const rulesOf = (title: string, place: string): string[] =>
    title === UNDOCUMENTED ? (received.get(place) ?? ['']).map((status) => `${title} ${status}`) : [title]
  const findings = failures.flatMap((failure) =>
    failure.operations.flatMap((place) => rulesOf(failure.title, place).map((rule) => ({ rule, place }))),
  )
  return { findings, operations: tested, cases: test_cases.generated }
}

async function runSchemathesis(folder: string, { name, document, headers, only }: Asked): Promise<Counted> {
  const report = join(folder, name)
  const amount = ['--phases', 'examples,fuzzing', '-n', String(EXAMPLES), '--seed', '20261121', '--no-shrink']
  // How long it takes to make inputs says nothing of the product.
  const how = ['--continue-on-failure', '--suppress-health-check', 'all', '--warnings', 'off']
  const where = [
    '--report',
    'json,junit',
    '--report-json-path',
    `${report}.json`,
    '--report-junit-path',
    `${report}.xml`,
  ]
  const who = headers.flatMap((header) => ['-H', header])
  // Read here, because it waits no more than some seconds for a document of this size.
  const file = `${report}-document.json`
  await writeFile(file, await (await fetch(document)).text())
  const at = ['--url', new URL(document).origin, '--request-timeout', SECONDS]
  const { out } = await runProgram(
    'schemathesis',
    ['run', file, ...at, '--checks', CHECKS, ...amount, ...how, ...where, ...only, ...who],
    { cwd: folder, timeoutMs: LIMIT_MS },
  )
  return readReport(report, out)
}

const toScan = (counted: readonly Counted[]): Scan => {
  const sum = (of: (one: Counted) => number) =>
    counted.reduce((total, one) => total + of(one), 0).toLocaleString('en')
  return {
    findings: counted.flatMap(({ findings }) => findings),
    lookedAt: `${sum(({ operations }) => operations)} operations, ${sum(({ cases }) => cases)} cases`,
  }
}

async function scanProduct(folder: string, { url, cookies, tenantId }: LiveProduct): Promise<Scan> {
  const document = `${url}/api/v1/openapi.json`
  // Side by side: most of its time goes into making inputs.
  const counted = await Promise.all(
    LOOKERS.map((looker) => {
      const headers = [
        `Cookie: ${cookies[looker]}`,
        ...(looker === 'partner' ? [`X-Active-Tenant-Id: ${tenantId}`] : []),
      ]
      const only = ['--include-path-regex', PARTS[looker], '--exclude-path-regex', ENDING]
      return runSchemathesis(folder, { name: looker, document, headers, only })
    }),
  )
  return toScan(counted)
}

/** Schemathesis over the operations of each part: answers are what the OpenAPI document says (R8, number 17). */
export const schemathesis: Scanner = {
  name: 'schemathesis',
  source: { program: 'schemathesis', versionArgs: ['--version'], install: 'pip install schemathesis' },
  async scan({ folder, product }) {
    const live = await product()
    return scanSignedIn(live, LOOKERS, () => scanProduct(folder, live))
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    const document = `${planted.url}/openapi.json`
    return toScan([await runSchemathesis(folder, { name: 'planted', document, headers: [], only: [] })])
  },
  plantedRule: 'Server error',
  planted: 'an operation that answers 500',
}
