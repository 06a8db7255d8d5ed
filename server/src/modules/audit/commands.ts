import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { decodeId } from '@liaison/access'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import { readNotes } from './checkpoint-file.ts'
import { countOrphanScopes, noteVerification, readAllCheckpoints, readLog } from './log-store.ts'
import type { AdminClient, StoredEntry } from './log-store.ts'
import { verifyExport } from './offline-verify.ts'
import { checkProof, makeProof } from './proof.ts'
import { verifyLog } from './verify.ts'
import type { Report } from './verify.ts'

/** What the operator's machine gives a command of the audit log. */
export interface AuditCommandContext {
  /** A connection as the superuser or the migrating login, in UTC. */
  readonly connect: () => Promise<AdminClient>
  readonly dataDir: string
  /** The verifier key of this installation, or all of them with their sizes (`readAuditKeys(...).list`). */
  readonly verifierKey: string
  readonly now: Date
  readonly write: (text: string) => void
  /** Records what the operator takes out of the log, before it is taken. */
  readonly record: (event: TakenOut) => Promise<void>
}

/** What of the log left the installation by a command. */
export interface TakenOut {
  readonly action: 'platform.audit.export' | 'platform.audit.prove'
  readonly reason?: string
  readonly eventId?: string
}

/** One command of `liaison audit`. Returns the exit status: 0 holds, 1 does not hold, 2 was called wrongly. */
export interface AuditCommand {
  readonly name: string
  readonly help: string
  readonly run: (args: readonly string[], context: AuditCommandContext) => Promise<number>
}

/** The file beside the database in which the server keeps its checkpoints. */
export function checkpointFileIn(dataDir: string): string {
  return join(dataDir, 'audit-checkpoints.txt')
}

const toText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** Verifies the log in a database against its own checkpoints and those kept outside. */
export async function verifyDatabase(
  client: AdminClient,
  outside: readonly string[] | null,
  verifierKey: string,
): Promise<Report> {
  // One snapshot, so that events which are sealed meanwhile are not taken for faults.
  await client.query('begin isolation level repeatable read read only')
  try {
    const checkpoints = { ...(await readAllCheckpoints(client)), outside }
    const report = await verifyLog(readLog(client), checkpoints, verifierKey)
    const orphans = await countOrphanScopes(client)
    if (orphans === 0) return report
    const fault = {
      code: 'SCOPE_WITHOUT_EVENT' as const,
      at: report.sealed,
      detail: `${orphans} scope rows show an event that does not exist.`,
    }
    return { ...report, ok: false, fault_count: report.fault_count + 1, faults: [...report.faults, fault] }
  } finally {
    await client.query('commit')
  }
}

function sayReport(
  report: Pick<
    Report,
    'ok' | 'events' | 'sealed' | 'checkpoints' | 'beyond_last_checkpoint' | 'unsealed' | 'root'
  >,
  faults: readonly string[],
): string {
  const lines = [
    report.ok ? 'The log holds.' : 'THE LOG DOES NOT HOLD.',
    ...faults.map((fault) => `  ${fault}`),
    `${report.events} events, ${report.sealed} proved by ${report.checkpoints} checkpoints; root ${report.root}`,
    `${report.beyond_last_checkpoint} sealed beyond the last checkpoint, ${report.unsealed} wait for their seal`,
  ]
  return `${lines.join('\n')}\n`
}

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
  const client = await context.connect()
  const report = await verifyDatabase(client, await readNotes(file), verifierKey)
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

function toExportLine({ index, event }: StoredEntry): string {
  if (event === null) return ''
  const { salt, ip, user_agent, digest } = event.origin
  const origin = toCanonicalJson({ salt, ip, user_agent, digest })
  const personal = toCanonicalJson({ ...event.personal })
  return `{"event":${event.leaf},"index":${index ?? 'null'},"origin":${origin},"personal":${personal}}\n`
}

/** The text of an export: a line that says what it is, then one line for each event. */
export async function* exportLog(client: AdminClient, now: Date): AsyncGenerator<string> {
  yield `${JSON.stringify({ format: 'liaison-audit-export/2', exported_at: now.toISOString() })}\n`
  await client.query('begin isolation level repeatable read read only')
  try {
    for await (const page of readLog(client)) yield page.map(toExportLine).join('')
  } finally {
    await client.query('commit')
  }
}

async function runExport(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { output: { type: 'string' }, reason: { type: 'string' } },
  })
  const reason = values.reason?.trim() ?? ''
  if (reason === '') {
    context.write('Say why with --reason, without naming anybody.\n')
    return 2
  }
  await context.record({ action: 'platform.audit.export', reason })
  const text = exportLog(await context.connect(), context.now)
  if (values.output === undefined) {
    for await (const line of text) context.write(line)
    return 0
  }
  // Never over something that is there: an export is evidence.
  const file = await open(values.output, 'wx', 0o600)
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
  return 0
}

async function runProve(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { check: { type: 'string' }, key: { type: 'string' }, reason: { type: 'string' } },
  })
  if (values.check !== undefined) {
    const fault = checkProof(
      JSON.parse(await readFile(values.check, 'utf8')),
      (await readKeyOption(values.key)) ?? context.verifierKey,
    )
    context.write(fault === null ? 'The proof holds.\n' : `THE PROOF DOES NOT HOLD. ${fault}\n`)
    return fault === null ? 0 : 1
  }
  const eventId = decodeId('audit_event', positionals[0] ?? '')
  if (eventId === null) {
    context.write('Name one event by its id (evt_…), or a file with --check.\n')
    return 2
  }
  await context.record({
    action: 'platform.audit.prove',
    eventId,
    ...(values.reason !== undefined && { reason: values.reason }),
  })
  const proof = await makeProof(await context.connect(), eventId)
  context.write(proof === null ? 'There is no sealed event with this id.\n' : toText(proof))
  return proof === null ? 1 : 0
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
    name: 'prove',
    help: 'prove EVENT [--reason TEXT] | prove --check FILE [--key KEY]\n  Prints the proof that one event stands in the signed log; --check checks such a proof without the database.',
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
