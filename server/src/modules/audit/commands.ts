import { open, readFile, rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { decodeId } from '@liaison/access'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import { readNamedNotes, readNotes } from './checkpoint-file.ts'
import { AuditCommandError, AuditUsageError, checkpointFileIn, toText } from './command.ts'
import type { AuditCommand, AuditCommandContext } from './command.ts'
import { noteVerification, readLog, readRetentionNotes } from './log-store.ts'
import type { AdminClient, StoredEntry } from './log-store.ts'
import { verifyExport } from './offline-verify.ts'
import { makeProof } from './proof.ts'
import { checkAnyProof } from './proof-check.ts'
import { runRetain, runRetention } from './retain-command.ts'
import { sayReport, verifyDatabase } from './verify-database.ts'

/** A verifier key as it is, or the file that holds a list of them. */
async function readKeyOption(text: string | undefined): Promise<string | undefined> {
  if (text === undefined || /^\S+\+[0-9a-f]{8}\+\S+$/u.test(text)) return text
  return readFile(text, 'utf8')
}

async function runVerify(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      export: { type: 'string' },
      checkpoints: { type: 'string' },
      key: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const file = values.checkpoints ?? checkpointFileIn(context.dataDir)
  const verifierKey = (await readKeyOption(values.key)) ?? context.verifierKey
  if (values.export !== undefined) {
    const report = await verifyExport({ log: values.export, checkpoints: file }, verifierKey)
    context.write(values.json ? toText(report) : sayReport(report, report.faults))
    return report.ok ? 0 : 1
  }
  const outside = values.checkpoints === undefined ? await readNotes(file) : await readNamedNotes(file)
  const client = await context.connect()
  const report = await verifyDatabase(client, outside, verifierKey)
  // A comparison with other keys or checkpoints than the installation's own says nothing that its readers are told.
  if (values.key === undefined && values.checkpoints === undefined) await noteVerification(client, report)
  context.write(
    values.json
      ? toText(report)
      : sayReport(
          report,
          report.faults.map((fault) => `${fault.code} ${fault.detail}`),
        ),
  )
  return report.ok ? 0 : 1
}

/** Of an event that was taken out after its time there is the leaf, in an export that says so. */
function toExportLine({ index, event, storedHash, goneAt }: StoredEntry, tellsGone: boolean): string {
  if (event === null)
    return tellsGone && index !== null
      ? `${JSON.stringify({ index, hash: storedHash?.toString('base64'), occurred_at: goneAt?.toISOString() })}\n`
      : ''
  const { salt, ip, user_agent, digest } = event.origin
  const origin = toCanonicalJson({ salt, ip, user_agent, digest })
  const personal = toCanonicalJson({ ...event.personal })
  return `{"event":${event.leaf},"index":${index ?? 'null'},"origin":${origin},"personal":${personal}}\n`
}

/** The text of an export: a line that says what it is, then one line for each event. */
export async function* exportLog(client: AdminClient, now: Date): AsyncGenerator<string> {
  await client.query('begin isolation level repeatable read read only')
  try {
    const retentions = await readRetentionNotes(client)
    const tellsGone = retentions.length > 0
    const format = `liaison-audit-export/${tellsGone ? 3 : 2}`
    yield `${JSON.stringify({ format, exported_at: now.toISOString(), ...(tellsGone && { retentions }) })}\n`
    for await (const page of readLog(client))
      yield page.map((entry) => toExportLine(entry, tellsGone)).join('')
  } finally {
    await client.query('commit')
  }
}

/** Writes a file whole or not at all, and never over something that is there: an export is evidence. */
async function writeWhole(path: string, text: AsyncIterable<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function runExport(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { output: { type: 'string' }, reason: { type: 'string' } },
  })
  const reason = values.reason?.trim() ?? ''
  if (reason === '') throw new AuditUsageError('Say why with --reason, without naming anybody.')
  await context.record({ action: 'platform.audit.export', reason })
  const text = exportLog(await context.connect(), context.now)
  if (values.output === undefined) {
    for await (const line of text) context.write(line)
    return 0
  }
  await writeWhole(values.output, text)
  return 0
}

/** Reads the proof in a file. Throws an AuditCommandError where it holds something else. */
async function readProof(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AuditCommandError(`${path} holds no proof: it is not JSON.`, { cause })
  }
}

async function runProve(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { check: { type: 'string' }, key: { type: 'string' }, reason: { type: 'string' } },
  })
  if (values.check !== undefined) {
    const { fault, leavesOpen } = checkAnyProof(
      await readProof(values.check),
      (await readKeyOption(values.key)) ?? context.verifierKey,
    )
    const held = leavesOpen === null ? 'The proof holds.' : `The proof holds. ${leavesOpen}`
    context.write(fault === null ? `${held}\n` : `THE PROOF DOES NOT HOLD. ${fault}\n`)
    return fault === null ? 0 : 1
  }
  const [named = '', ...rest] = positionals
  const eventId = decodeId('audit_event', named)
  if (eventId === null || rest.length > 0)
    throw new AuditUsageError('Name one event by its id (evt_…), or a file with --check.')
  await context.record({
    action: 'platform.audit.prove',
    eventId,
    ...(values.reason !== undefined && { reason: values.reason }),
  })
  const proof = await makeProof(await context.connect(), eventId)
  if (proof === null) throw new AuditCommandError('There is no sealed event with this id.')
  context.write(toText(proof))
  return 0
}

/** Refuses whatever a command is given that takes nothing, such as `--json`. */
function takeNothing(args: readonly string[]): void {
  parseArgs({ args: [...args], options: {} })
}

/** The commands `liaison audit NAME`. Errors of input and of the connection are thrown. */
export const auditCommands: readonly AuditCommand[] = [
  {
    name: 'verify',
    help: 'verify [--checkpoints FILE] [--key KEY] [--export FILE] [--json]\n  Recomputes the whole log, in the database or in an export, and compares it with the signed checkpoints.',
    run: runVerify,
  },
  {
    name: 'export',
    help: 'export --reason TEXT [--output FILE]\n  Writes the whole log as JSON Lines, for verify --export or offline-verify.ts on another machine. That it was is an event.',
    run: runExport,
  },
  {
    name: 'retention',
    help: 'retention [--json]\n  Tells of each month how many events of each class it holds, and what is past its time.',
    run: runRetention,
  },
  {
    name: 'retain',
    help: 'retain --export FILE --reason TEXT [--json]\n  Takes out of the log what is past its time: after three years all but money, agreements, delegations, exports and administration, after seven the whole month.\n  FILE is an export that holds it. The log must hold before and holds after; what was taken is an event.',
    run: runRetain,
  },
  {
    name: 'prove',
    help: 'prove EVENT [--reason TEXT] | prove --check FILE [--key KEY]\n  Prints the proof that one event stands in the signed log; --check checks such a proof, or one that a reader of the log took from the API, without the database.',
    run: runProve,
  },
  {
    name: 'checkpoints',
    help: 'checkpoints\n  Prints the signed checkpoints that are kept outside the database.',
    async run(args, context) {
      takeNothing(args)
      for (const note of await readNotes(checkpointFileIn(context.dataDir))) context.write(`${note}\n`)
      return 0
    },
  },
  {
    name: 'key',
    help: 'key\n  Prints the verifier key or, once it was rotated, every key with the sizes of the checkpoints it signed: KEY AFTER UNTIL.\n  Give it to those who verify, on another way than the log. KEY of the other commands is such a key or a file with the list.',
    run(args, context) {
      takeNothing(args)
      context.write(`${context.verifierKey}\n`)
      return Promise.resolve(0)
    },
  },
]
