import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readExpressions } from './regular-expressions.ts'
import type { Expression } from './regular-expressions.ts'
import { ffuf } from './ffuf.ts'
import { pgTap } from './pgtap.ts'
import { runProgram } from './program.ts'
import type { Ran } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'
import { schemathesis } from './schemathesis.ts'
import { semgrep } from './semgrep.ts'
import { sqlmap } from './sqlmap.ts'
import { testssl } from './testssl.ts'
import { wapiti } from './wapiti.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LARGEST_OUTPUT = 256 * 1024 * 1024

/** Runs a program that was installed in the folder, in the root of the product. */
const run = (folder: string, program: string, args: readonly string[]): Promise<Ran> =>
  runProgram(join(folder, 'node_modules/.bin', program), args, { cwd: ROOT })

const countOf = (count: number, what: string): string => `${count.toLocaleString('en')} ${what}`

const SpectralReport = z.array(z.object({ code: z.string(), path: z.array(z.coerce.string()) }))

async function runSpectral(folder: string, document: string): Promise<Scan> {
  const ruleset = join(folder, 'spectral.json')
  const rules = join(folder, 'node_modules/@stoplight/spectral-owasp-ruleset/dist/ruleset.js')
  await writeFile(ruleset, JSON.stringify({ extends: [rules] }))
  const { out } = await run(folder, 'spectral', ['lint', document, '-r', ruleset, '-f', 'json', '-q'])
  const findings = SpectralReport.parse(JSON.parse(out)).map(({ code, path }) => ({
    rule: code,
    place: path.join(' '),
  }))
  return { findings, lookedAt: 'the OpenAPI document' }
}

const spectral: Scanner = {
  name: 'spectral',
  source: { packages: ['@stoplight/spectral-cli@6.16.3', '@stoplight/spectral-owasp-ruleset@2.0.1'] },
  scan: ({ folder }) => runSpectral(folder, join(ROOT, 'docs/openapi.json')),
  async scanPlanted({ folder }) {
    const document = join(folder, 'planted.json')
    const securitySchemes = { password: { type: 'http', scheme: 'basic' } }
    await writeFile(
      document,
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'Planted', version: '1' },
        paths: {},
        components: { securitySchemes },
      }),
    )
    return runSpectral(folder, document)
  },
  plantedRule: 'owasp:api2:2023-no-http-basic',
  planted: 'basic sign-in',
}

const SquawkReport = z.array(z.object({ file: z.string(), line: z.int(), rule_name: z.string() }))

async function runSquawk(folder: string, files: readonly string[]): Promise<Scan> {
  const { out } = await run(folder, 'squawk', ['--reporter', 'json', ...files])
  const findings = SquawkReport.parse(JSON.parse(out)).map(({ file, line, rule_name: rule }) => ({
    rule,
    place: `${file}:${line}`,
  }))
  return { findings, lookedAt: countOf(files.length, 'migrations') }
}

const squawk: Scanner = {
  name: 'squawk',
  source: { packages: ['squawk-cli@2.66.0'] },
  async scan({ folder }) {
    const files: string[] = []
    for await (const file of glob('server/src/**/migrations/*.sql', { cwd: ROOT })) files.push(file)
    return runSquawk(folder, files)
  },
  async scanPlanted({ folder }) {
    const file = join(folder, 'planted.sql')
    await writeFile(file, 'alter table ticket add column reason text not null;\n')
    return runSquawk(folder, [file])
  },
  plantedRule: 'adding-required-field',
  planted: 'a required column',
}

const SecretlintReport = z.array(
  z.object({ filePath: z.string(), messages: z.array(z.object({ ruleId: z.string() })) }),
)
const TREE = [
  '{access,bench,chaos,docs,evidence,examples,gateway,guard,ops,portal,scripts,sdk,server,tests}/**/*',
  '*.{md,json,ts}',
]

async function runSecretlint(folder: string, patterns: readonly string[]): Promise<Scan> {
  const rules = join(folder, '.secretlintrc.json')
  await writeFile(rules, JSON.stringify({ rules: [{ id: '@secretlint/secretlint-rule-preset-recommend' }] }))
  const { out } = await run(folder, 'secretlint', ['--secretlintrc', rules, '--format', 'json', ...patterns])
  const files = SecretlintReport.parse(JSON.parse(out))
  const findings = files.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId }) => ({ rule: ruleId, place: filePath })),
  )
  return { findings, lookedAt: countOf(files.length, 'files') }
}

const secretlint: Scanner = {
  name: 'secretlint',
  source: { packages: ['secretlint@13.0.6', '@secretlint/secretlint-rule-preset-recommend@13.0.7'] },
  scan: ({ folder }) => runSecretlint(folder, TREE),
  async scanPlanted({ folder }) {
    const file = join(folder, 'planted.txt')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await writeFile(file, privateKey.export({ type: 'pkcs1', format: 'pem' }))
    return runSecretlint(folder, [file])
  },
  plantedRule: '@secretlint/secretlint-rule-privatekey',
  planted: 'a private key',
}

const Judged = z.array(z.object({ place: z.string(), status: z.enum(['safe', 'vulnerable', 'unknown']) }))
/** The checker leaves processes behind that would keep this one alive, so it runs in one of its own. */
const JUDGE = `import { check } from 'recheck'
import { readFileSync } from 'node:fs'
const judged = []
for (const { source, flags, place } of JSON.parse(readFileSync(process.argv[2], 'utf8')))
  judged.push({ place, status: (await check(source, flags, { timeout: 10000 })).status })
process.stdout.write(JSON.stringify(judged), () => process.exit(0))
`

async function runRecheck(folder: string, expressions: readonly Expression[]): Promise<Scan> {
  const [script, list] = [join(folder, 'judge.mjs'), join(folder, 'expressions.json')]
  await writeFile(script, JUDGE)
  await writeFile(list, JSON.stringify(expressions))
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [script, list], { maxBuffer: LARGEST_OUTPUT }, (error, text) =>
      error === null ? resolve(text) : reject(error),
    )
  })
  const judged = Judged.parse(JSON.parse(out))
  const findings: Finding[] = judged
    .filter(({ status }) => status !== 'safe')
    .map(({ status, place }) => ({ rule: status, place }))
  return { findings, lookedAt: countOf(judged.length, 'regular expressions') }
}

const recheck: Scanner = {
  name: 'recheck',
  source: { packages: ['recheck@4.5.0'] },
  scan: async ({ folder }) => runRecheck(folder, await readExpressions(ROOT)),
  scanPlanted: ({ folder }) => runRecheck(folder, [{ source: '^(a+)+$', flags: '', place: 'planted' }]),
  plantedRule: 'vulnerable',
  planted: 'an exponential expression',
}

async function runLockfileLint(folder: string, file: string): Promise<Scan> {
  const checks = ['--validate-https', '--validate-integrity', '--allowed-hosts', 'npm']
  const where = ['--path', file, '--type', 'npm', '--format', 'plain']
  const { status, out } = await run(folder, 'lockfile-lint', [...where, ...checks])
  const findings = status === 0 ? [] : [{ rule: 'lockfile', place: out.slice(0, 500) }]
  const { packages } = z
    .object({ packages: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(file, 'utf8')))
  return { findings, lookedAt: countOf(Object.keys(packages).length, 'packages') }
}

const lockfileLint: Scanner = {
  name: 'lockfile-lint',
  source: { packages: ['lockfile-lint@5.0.1'] },
  scan: ({ folder }) => runLockfileLint(folder, join(ROOT, 'package-lock.json')),
  async scanPlanted({ folder }) {
    const file = join(folder, 'planted-lock.json')
    const resolved = 'http://elsewhere.example/left/-/left-1.0.0.tgz'
    const packages = { '': { name: 'planted' }, 'node_modules/left': { version: '1.0.0', resolved } }
    await writeFile(file, JSON.stringify({ name: 'planted', lockfileVersion: 3, requires: true, packages }))
    return runLockfileLint(folder, file)
  },
  plantedRule: 'lockfile',
  planted: 'a package from elsewhere',
}

/** Those that read texts first, then those that need a product that runs. */
export const SCANNERS: readonly Scanner[] = [
  lockfileLint,
  secretlint,
  semgrep,
  squawk,
  recheck,
  spectral,
  pgTap,
  testssl,
  ffuf,
  sqlmap,
  schemathesis,
  // Last, because it follows whatever leads out of the session.
  wapiti,
]
