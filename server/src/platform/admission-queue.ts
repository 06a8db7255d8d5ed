import { runBatch } from './batch.ts'
import { acquire, databaseCodeOf, isUnavailable } from './database.ts'
import type { Database } from './database.ts'
import type { LimitName, LimitPolicy } from './limit-policies.ts'
import type { Statement, StatementResult } from './statement.ts'

/** One admission that is asked for. */
export interface Asked {
  readonly name: LimitName
  readonly key: string
  /** The partner whose configuration bounds the calls further, and for whom of it; strictest of both. */
  readonly bound?: { readonly partnerId: string; readonly by: 'staff' | 'clients' }
}

/** A read that was done and waits to be told: what proves whose it was, and what is to be recorded of it. */
export interface DoneRead {
  /** The ticket that it stood on, which the database signed. */
  readonly ticket: string
  /** Who reads where: with route and event the order in which all processes record. */
  readonly subject: string
  /** Which request it was. */
  readonly request: Readonly<Record<string, unknown>>
  readonly event: unknown
  readonly isDurable: boolean
}

/** What goes together: the admissions of one call, and the read that is recorded if all are given. */
export interface Entry {
  readonly asked: readonly Asked[]
  readonly read: DoneRead | null
}

/** The answer about one admission. */
export interface Taken {
  readonly admitted: boolean
  readonly remaining: number
  readonly retryMs: number
  /** How many calls the key may make in the window. */
  readonly allowed: number
}

/** What the platform allows, and what it was multiplied with. */
export interface Allowances {
  readonly policyOf: (name: LimitName) => LimitPolicy
  readonly scale: number
}

interface Waiting extends Entry {
  readonly resolve: (taken: readonly Taken[]) => void
  readonly reject: (cause: unknown) => void
}

const MAXIMUM_BATCH = 64

/** The name under which an admission is counted. */
export const fullKey = ({ name, key }: Asked): string => `${name}:${key}`

/** Whether the database said no to what was asked, so that all of it was taken back. */
const isRefusedByDatabase = (cause: unknown): boolean =>
  databaseCodeOf(cause) !== undefined && !isUnavailable(cause)

/**
 * One round trip at a time, one transaction of its own: what is asked for meanwhile waits and goes together. Where the
 * database refuses what went together each goes alone, so that what fails is told to whom it concerns.
 */
export function makeAdmissionQueue(
  database: Database,
  allowances: Allowances,
): (entry: Entry) => Promise<readonly Taken[]> {
  const waiting: Waiting[] = []
  let isTaking = false
  const takeAll = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const taken = await takeFromDatabase(database, batch, allowances)
      for (const [index, { resolve }] of batch.entries()) resolve(taken[index] ?? [])
    } catch (cause) {
      if (batch.length > 1 && isRefusedByDatabase(cause)) for (const one of batch) await takeAll([one])
      else for (const { reject } of batch) reject(cause)
    }
  }
  const run = async (): Promise<void> => {
    isTaking = true
    while (waiting.length > 0) await takeAll(waiting.splice(0, MAXIMUM_BATCH))
    isTaking = false
  }
  return (entry) =>
    new Promise((resolve, reject) => {
      waiting.push({ ...entry, resolve, reject })
      if (!isTaking) void run()
    })
}

/** One place in the statement: the nth admission that the call asks for. */
interface Place {
  readonly call: number
  readonly step: number
  readonly asked: Asked
}

function compare(left: Place, right: Place): number {
  const [one, other] = [fullKey(left.asked), fullKey(right.asked)]
  if (left.step !== right.step || one === other) return left.step - right.step
  return one < other ? -1 : 1
}

const RELAX: Statement = { text: `select set_config('synchronous_commit', 'off', true)`, values: [] }

const BOUND = 'b as materialized (select access.bound_calls($2, $3, $5, $6, $7) as allowed)'
const TAKEN = `t as materialized (
  select t.*, b.allowed[t.n] as allowed
  from b cross join access.take($1, b.allowed, $3, $4) with ordinality t(admitted, remaining, retry_microseconds, n))`
const TAKE = `with ${BOUND}, ${TAKEN} select admitted, remaining, retry_microseconds, allowed from t order by n`
// Whatever was taken is there before the reads are recorded, which are those that got all they asked for.
const TAKE_AND_RECORD = `with ${BOUND}, ${TAKEN},
  r as materialized (select audit.record_reads(array(select admitted from t order by n), $8, $9, $10, $11))
  select admitted, remaining, retry_microseconds, allowed from t cross join r order by n`
const RECORD = `select audit.record_reads('{}', $1, $2, $3, $4)`

/** The places of all calls: all processes lock the rows in one order, so that none waits for another that waits for it. */
const placesOf = (batch: readonly Entry[]): Place[] =>
  batch
    .flatMap(({ asked }, call) => asked.map((one, step): Place => ({ call, step, asked: one })))
    .toSorted(compare)

const placeOf = ({ subject, request, event }: DoneRead): string =>
  `${subject} ${String(request['route'])} ${JSON.stringify(event)}`

function statementFor(
  batch: readonly Entry[],
  places: readonly Place[],
  { policyOf, scale }: Allowances,
): Statement {
  const positions = new Map(places.map(({ call, step }, index) => [`${call} ${step}`, index + 1]))
  const positionOf = (call: number, step: number): number => positions.get(`${call} ${step}`) ?? 0
  const policies = places.map(({ asked }) => policyOf(asked.name))
  const reads = batch
    .flatMap(({ read, asked }, call) =>
      read ? [{ ...read, needs: positionOf(call, asked.length - 1), place: placeOf(read) }] : [],
    )
    .toSorted((left, right) => (left.place < right.place ? -1 : 1))
  const toTake = [
    places.map(({ asked }) => fullKey(asked)),
    policies.map(({ allowed }) => allowed),
    policies.map(({ windowSeconds }) => windowSeconds * 1_000_000),
    places.map(({ call, step }) => positionOf(call, step - 1)),
    places.map(({ asked }) => asked.bound?.partnerId ?? null),
    places.map(({ asked }) => asked.bound?.by === 'clients'),
    scale,
  ]
  if (reads.length === 0) return { text: TAKE, values: toTake }
  const toRecord = [
    reads.map(({ needs }) => needs),
    reads.map(({ ticket }) => ticket),
    reads.map(({ request }) => request),
    reads.map(({ event }) => event),
  ]
  if (places.length === 0) return { text: RECORD, values: toRecord }
  return { text: TAKE_AND_RECORD, values: [...toTake, ...toRecord] }
}

/** What each call of the batch got, from the rows in the order of the places. */
function readTaken(
  batch: readonly Entry[],
  places: readonly Place[],
  result: StatementResult | undefined,
): Taken[][] {
  const taken: Taken[][] = batch.map(() => [])
  for (const [index, row] of (result?.rows ?? []).entries()) {
    const { call = -1, step = -1 } = places[index] ?? {}
    const mine = taken[call]
    if (mine)
      mine[step] = {
        admitted: row['admitted'] === true,
        remaining: Number(row['remaining'] ?? 0),
        retryMs: Number(row['retry_microseconds'] ?? 0) / 1000,
        allowed: Number(row['allowed'] ?? 0),
      }
  }
  return taken
}

async function takeFromDatabase(
  database: Database,
  batch: readonly Entry[],
  allowances: Allowances,
): Promise<Taken[][]> {
  const places = placesOf(batch)
  const statement = statementFor(batch, places, allowances)
  const relax = batch.some(({ read }) => read?.isDurable) ? [] : [RELAX]
  // On a connection of its own: a rollback of the request must not give the admission back.
  const client = await acquire(database, 'liaison_guard')
  let isBroken = false
  try {
    const results = await runBatch(client, [...relax, statement])
    return readTaken(batch, places, results.at(-1))
  } catch (error) {
    isBroken = isUnavailable(error)
    throw error
  } finally {
    // The next who waits must not get a connection that is gone.
    client.release(isBroken)
  }
}
