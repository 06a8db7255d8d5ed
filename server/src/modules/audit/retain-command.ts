import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { databaseCodeOf } from '#platform/database.ts'
import { readNotes } from './checkpoint-file.ts'
import { AuditCommandError, AuditUsageError, checkpointFileIn, toText } from './command.ts'
import type { AuditCommandContext } from './command.ts'
import type { AdminClient } from './log-store.ts'
import { findNotExported, planRetention } from './retain.ts'
import type { RetentionStep } from './retain.ts'
import { keptAt } from './retention-class.ts'
import { countClasses, countRemoved, readMonths, retire } from './retention-store.ts'
import { sayReport, verifyDatabase } from './verify-database.ts'

const ATTEMPTS = 5
const PAUSE_MS = 2000
const LOCK_NOT_AVAILABLE = '55P03'

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10)

/** Tells of each month what it holds and what is past its time. */
export async function runRetention(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } })
  const client = await context.connect()
  const removed = await countRemoved(client)
  const months = []
  for (const month of await readMonths(client)) {
    const classes = await countClasses(client, month)
    const kept = keptAt(month.until, context.now)
    const counts = Object.values(classes).reduce((sum, n) => sum + n, 0)
    months.push({
      from: month.from.toISOString(),
      until: month.until.toISOString(),
      events: counts,
      classes,
      removed: removed.get(month.from.getTime()) ?? 0,
      past_retention: kept === null ? 0 : kept === 'nothing' ? counts : (classes.rest ?? 0),
    })
  }
  const lines = months.map(
    (month) =>
      `${month.from.slice(0, 10)}  ${month.events} events (${Object.entries(month.classes)
        .map(([name, n]) => `${name} ${n}`)
        .toSorted()
        .join(', ')}), ${month.removed} taken out, ${month.past_retention} past their time\n`,
  )
  context.write(values.json ? toText(months) : lines.join(''))
  return 0
}

async function inTransaction(client: AdminClient, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

interface Task {
  readonly context: AuditCommandContext
  readonly client: AdminClient
  readonly reason: string
  readonly size: number
}

/** One month, with its event in one transaction. Gives way to whoever works on the log, and comes again. */
async function carryOut(step: RetentionStep, { context, client, reason, size }: Task): Promise<void> {
  const { from, until, kept, removing } = step
  const note = step.sign(context.signer, size)
  const event = {
    action: 'platform.audit.retain',
    resource_type: 'audit_month',
    resource_label: dayOf(from),
    row_count: removing,
    changes: { from: from.toISOString(), until: until.toISOString(), kept, removed: removing },
    reason,
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await inTransaction(client, async () => {
        await context.recordWithin(client, event)
        await retire(client, { from, kept, removing, note })
      })
      return
    } catch (error) {
      if (databaseCodeOf(error) !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS) throw error
      await pause(PAUSE_MS)
    }
  }
}

/** Throws an AuditCommandError that says why where the log does not hold. */
async function requireHolding(client: AdminClient, context: AuditCommandContext): Promise<void> {
  const outside = await readNotes(checkpointFileIn(context.dataDir))
  const report = await verifyDatabase(client, outside, context.verifierKey)
  const faults = report.faults.map(({ code, detail }) => `${code} ${detail}`)
  if (!report.ok) throw new AuditCommandError(sayReport(report, faults).trimEnd())
}

async function retainAll(task: Omit<Task, 'size'>, file: string): Promise<readonly RetentionStep[]> {
  const { client, context } = task
  await requireHolding(client, context)
  const { steps, size } = await planRetention(client, context.now)
  const missing = await findNotExported(steps, file)
  if (missing.length > 0)
    throw new AuditCommandError(
      `The export does not hold all that would go of ${missing.map(({ from }) => dayOf(from)).join(', ')}. Nothing was taken out.`,
    )
  for (const step of steps) await carryOut(step, { ...task, size })
  await requireHolding(client, context)
  return steps
}

/** Takes out what is past its time, once it was exported. */
export async function runRetain(args: readonly string[], context: AuditCommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { export: { type: 'string' }, reason: { type: 'string' }, json: { type: 'boolean' } },
  })
  const reason = values.reason?.trim() ?? ''
  if (reason === '' || values.export === undefined)
    throw new AuditUsageError(
      'Name the export that holds what goes with --export, and say why with --reason.',
    )
  const client = await context.connect()
  const steps = await retainAll({ context, client, reason }, values.export)
  const done = steps.map(({ from, kept, removing }) => ({ month: dayOf(from), kept, removed: removing }))
  const lines = done.map(
    ({ month, kept, removed }) =>
      `${month}: ${removed} events taken out, ${kept === 'long' ? 'those that are kept seven years stay' : 'the month is gone'}\n`,
  )
  context.write(values.json ? toText(done) : lines.join('') || 'Nothing is past its time.\n')
  return 0
}
