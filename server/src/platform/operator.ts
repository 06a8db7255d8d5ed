import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { ConnectionSettings, Database } from './database.ts'
import { endMandate, issueMandate, takeEvents } from './mandate.ts'
import type { Mandate } from './mandate.ts'
import type { Statement } from './statement.ts'
import { Transaction } from './transaction.ts'

/** The person at the machine, as the operating system knows them. */
export interface Operator {
  /** Stays the same for the same account on the same machine, so that two operators can be told apart. */
  readonly id: string
  readonly name: string
}

/** What a command is about to do. */
export interface OperatorRequest {
  readonly operator: Operator
  /** The command, for the audit log, for example `import invoices`. */
  readonly command: string
  /** Whether everything is checked and then undone. */
  readonly isDryRun?: boolean
}

// A command may take as long as its file is long; a lock that somebody forgot must still end the wait.
// Tables grow a thousandfold within one import, so no plan made at its start is kept.
const SESSION_OPTIONS =
  '-c TimeZone=UTC -c lock_timeout=30s -c statement_timeout=0 -c plan_cache_mode=force_custom_plan'

const ROLE_OF_PLANE = { ingest: 'liaison_ingest', platform: 'liaison_platform' } as const

type OperatorPlane = keyof typeof ROLE_OF_PLANE

function openSingle(admin: ConnectionSettings): Database {
  const pool = new pg.Pool({
    ...admin,
    max: 1,
    options: SESSION_OPTIONS,
    application_name: 'liaison command',
  })
  pool.on('error', () => undefined)
  return { pool: () => pool, directPool: () => pool, close: () => pool.end() }
}

function openingOf(
  plane: OperatorPlane,
  { operator, command }: OperatorRequest,
  requestId: string,
): Statement[] {
  const context = {
    plane,
    actor_id: operator.id,
    actor_name: operator.name,
    route: command,
    request_id: requestId,
  }
  return [
    { text: 'select access.enter_operator($1)', values: [context] },
    { text: `set local role ${ROLE_OF_PLANE[plane]}`, values: [] },
    { text: 'select statement_timestamp() as now', values: [] },
  ]
}

interface Entered {
  readonly transaction: Transaction
  readonly now: Date
  readonly requestId: string
}

async function enter(database: Database, plane: OperatorPlane, request: OperatorRequest): Promise<Entered> {
  const requestId = `req_${randomUUID().replaceAll('-', '')}`
  const [transaction, results] = await Transaction.begin(
    database,
    ROLE_OF_PLANE[plane],
    openingOf(plane, request, requestId),
  )
  const now = results[2]?.rows[0]?.['now']
  if (!(now instanceof Date)) throw new Error('The database told no time.')
  return { transaction, now, requestId }
}

async function finish(mandate: Mandate, transaction: Transaction, isDryRun: boolean): Promise<void> {
  const events = takeEvents(mandate, null)
  if (!isDryRun) {
    await transaction.commit(events, 'durable')
    return
  }
  // What would only be found at the commit is asked for now.
  await transaction.send([...events, { text: 'set constraints all immediate', values: [] }])
  await transaction.rollback()
}

interface Opened<Result> {
  readonly mandate: Mandate
  readonly work: () => Promise<Result>
}

async function run<Result>(
  admin: ConnectionSettings,
  plane: OperatorPlane,
  task: { readonly request: OperatorRequest; readonly open: (entered: Entered) => Opened<Result> },
): Promise<Result> {
  const database = openSingle(admin)
  try {
    const entered = await enter(database, plane, task.request)
    const { mandate, work } = task.open(entered)
    try {
      const result = await work()
      await finish(mandate, entered.transaction, task.request.isDryRun ?? false)
      return result
    } finally {
      endMandate(mandate)
      await entered.transaction.rollback()
    }
  } finally {
    await database.close()
  }
}

function originOf({ now, requestId }: Entered) {
  return { requestId, now, ip: null }
}

/**
 * Hands records in at the machine, under the policies of the ingest plane, in one transaction: it commits with its
 * audit events when the work returns, and leaves nothing behind when it throws.
 */
export function ingestAsOperator<Result>(
  admin: ConnectionSettings,
  request: OperatorRequest & { readonly source: string },
  work: (mandate: Mandate<'ingest'>) => Promise<Result>,
): Promise<Result> {
  const open = (entered: Entered) => {
    const mandate = issueMandate(
      'ingest',
      { keyId: request.operator.id, source: request.source, origin: originOf(entered) },
      { transaction: entered.transaction, facts: null },
    )
    return { mandate, work: () => work(mandate) }
  }
  return run(admin, 'ingest', { request, open })
}

/** Does work of the ingest plane, for a source, within the transaction of a command of the platform plane. */
export type IngestWithin = (
  source: string,
  work: (mandate: Mandate<'ingest'>) => Promise<void>,
) => Promise<void>

const reenter = (plane: OperatorPlane, request: OperatorRequest, { requestId }: Entered): Statement[] => [
  { text: 'reset role', values: [] },
  ...openingOf(plane, request, requestId),
]

function makeIngestWithin(request: OperatorRequest, entered: Entered): IngestWithin {
  const { transaction } = entered
  return async (source, work) => {
    await transaction.send(reenter('ingest', request, entered))
    const inner = issueMandate(
      'ingest',
      { keyId: request.operator.id, source, origin: originOf(entered) },
      { transaction, facts: null },
    )
    try {
      await work(inner)
      await transaction.send([...takeEvents(inner, null), ...reenter('platform', request, entered)])
    } finally {
      endMandate(inner)
    }
  }
}

/** Acts for the provider at the machine, under the policies of the platform plane, in one transaction as above. */
export function actAsOperator<Result>(
  admin: ConnectionSettings,
  request: OperatorRequest,
  work: (mandate: Mandate<'system'>, ingestWithin: IngestWithin) => Promise<Result>,
): Promise<Result> {
  const open = (entered: Entered) => {
    const mandate = issueMandate(
      'system',
      { job: request.command, origin: originOf(entered) },
      { transaction: entered.transaction, facts: null },
    )
    return { mandate, work: () => work(mandate, makeIngestWithin(request, entered)) }
  }
  return run(admin, 'platform', { request, open })
}
