import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Rules of our own: those of others are fetched from a service, which the campaign does not ask. */
const RULES = fileURLToPath(new URL('semgrep-rules.json', import.meta.url))
const FOLDERS = ['access/src', 'server/src', 'portal/src', 'sdk/src', 'guard/src', 'gateway']
const LIMIT_MS = 900_000
/** One fault for each rule. */
const PLANTED = `
await pool.query(\`select * from ticket where id = '\${request.query.id}'\`)
exec(command, () => undefined)
eval(text)
connect({ host, rejectUnauthorized: false })
createHash('md5')
const token = Math.random()
page.innerHTML = text
new RegExp(query.search)
decodeJwt(token)
redirect(query.return_to)
if (row.signature === given) pass()
await readFile(params.name)
`

const RuleFile = z.object({ rules: z.array(z.object({ id: z.string() })) })
const Report = z.object({
  results: z.array(z.object({ check_id: z.string(), path: z.string(), start: z.object({ line: z.int() }) })),
  errors: z.array(z.object({ level: z.string(), message: z.string() })),
  paths: z.object({ scanned: z.array(z.string()) }),
})

async function runSemgrep(paths: readonly string[]): Promise<Scan> {
  const quietly = ['--metrics', 'off', '--disable-version-check', '--quiet', '--json', '--no-git-ignore']
  const apart = ['--exclude', '*.test.ts', '--exclude', 'node_modules', '--exclude', 'dist']
  const { out } = await runProgram('semgrep', ['scan', '--config', RULES, ...quietly, ...apart, ...paths], {
    cwd: ROOT,
    timeoutMs: LIMIT_MS,
  })
  const { results, errors, paths: looked } = Report.parse(JSON.parse(out))
  // What it cannot read of a newer syntax it says as a warning, and reads the rest of the file.
  const broken = errors.find(({ level }) => level === 'error')
  if (broken) throw new Error(`semgrep could not read everything: ${broken.message}`)
  const findings: Finding[] = results.map(({ check_id: rule, path, start }) => ({
    rule: rule.slice(rule.lastIndexOf('.') + 1),
    place: `${path}:${start.line}`,
  }))
  return { findings, lookedAt: `${looked.scanned.length.toLocaleString('en')} files` }
}

/** semgrep for constructions that no source of the product may have (R8, ASVS 1.2, 1.3, 11). */
export const semgrep: Scanner = {
  name: 'semgrep',
  source: { program: 'semgrep', versionArgs: ['--version'], install: 'pip install semgrep' },
  scan: () => runSemgrep(FOLDERS),
  async scanPlanted({ folder }) {
    const file = join(folder, 'planted.ts')
    await writeFile(file, PLANTED)
    const scan = await runSemgrep([file])
    const { rules } = RuleFile.parse(JSON.parse(await readFile(RULES, 'utf8')))
    const silent = rules.filter(({ id }) => !scan.findings.some(({ rule }) => rule === id))
    if (silent.length > 0)
      throw new Error(`semgrep rules that find nothing: ${silent.map(({ id }) => id).join(', ')}`)
    return scan
  },
  plantedRule: 'text-in-statement',
  planted: 'a fault for each of its rules',
}
