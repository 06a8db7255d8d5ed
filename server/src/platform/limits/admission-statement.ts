import type { LimitName, LimitPolicy } from './limit-policies.ts'
import type { Row, Statement } from '../statement.ts'

/** One admission that is asked for. */
export interface Asked {
  readonly name: LimitName
  readonly key: string
  /** The partner whose configuration bounds the calls further, and for whom of it; strictest of both. */
  readonly bound?: { readonly partnerId: string; readonly by: 'staff' | 'clients' }
}

/** A read that was done and waits to be told: what proves whose it was, and what is to be recorded of it. */
export interface DoneRead {
  /** The id of the ticket that it stood on, whose row says whose read it was. */
  readonly ticket: string
  /** Who reads where: with route and event the order in which all processes record. */
  readonly subject: string
  /** Which request it was. */
  readonly request: Readonly<Record<string, unknown>>
  readonly event: unknown
  readonly isDurable: boolean
  /** Whether the use of its session is noted as well. */
  readonly isUse: boolean
}

/** A call whose decision is kept: it may be allowed, and is recorded, only if the database says that the decision still holds. */
export interface KeptCall {
  /** The ticket of the decision, which the database signed. */
  readonly ticket: string
  /** What is asked, which must be what the ticket was made for. */
  readonly question: Readonly<Record<string, unknown>>
  /** Who calls where, the same for all calls that are counted together: the order in which all processes record. */
  readonly subject: string
  /** Which request it is. */
  readonly request: Readonly<Record<string, unknown>>
  /** What the gateway's own door was decided on, as `access.enter_gateway` told it. */
  readonly ofGateway: unknown
  readonly event: unknown
}

/** What goes together: the admissions of one call, and what is recorded if all are given. */
export interface Entry {
  readonly asked: readonly Asked[]
  readonly read?: DoneRead
  readonly call?: KeptCall
}

/** The answer about one admission. */
export interface Taken {
  readonly admitted: boolean
  readonly remaining: number
  readonly retryMs: number
  /** How many calls the key may make in the window. */
  readonly allowed: number
}

/** The answer to one entry. */
export interface Outcome {
  readonly taken: readonly Taken[]
  /** Whether its kept call was admitted, still holds, and is recorded. */
  readonly holds: boolean
}

/** What the platform allows, and what it was multiplied with. */
export interface Allowances {
  readonly policyOf: (name: LimitName) => LimitPolicy
  readonly scale: number
}

/** The name under which an admission is counted. */
export const fullKey = ({ name, key }: Asked): string => `${name}:${key}`

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

/** Something that is recorded, and the place whose admission it needs; 0 for none. */
interface Recorded<Kind> {
  readonly what: Kind
  /** The index of its entry. */
  readonly entry: number
  readonly needs: number
}

/** One batch in the order in which the database looks at it, which is the same in all processes: then none waits for another that waits for it. */
export interface Plan {
  readonly entries: number
  readonly places: readonly Place[]
  readonly reads: readonly Recorded<DoneRead>[]
  readonly calls: readonly Recorded<KeptCall>[]
}

const placeOfRead = ({ subject, request, event }: DoneRead): string =>
  `${subject} ${String(request['route'])} ${JSON.stringify(event)}`

/** Puts what waits in order: limits first, then the windows of reads, then those of calls. */
export function planOf(batch: readonly Entry[]): Plan {
  const places = batch
    .flatMap(({ asked }, call) => asked.map((one, step): Place => ({ call, step, asked: one })))
    .toSorted(compare)
  const lastOf = batch.map(() => 0)
  for (const [index, { call, step }] of places.entries())
    if (step === (batch[call]?.asked.length ?? 0) - 1) lastOf[call] = index + 1
  function listed<Kind>(
    pick: (entry: Entry) => Kind | undefined,
    placeOf: (what: Kind) => string,
  ): Recorded<Kind>[] {
    return batch
      .flatMap((entry, index) => {
        const what = pick(entry)
        return what === undefined
          ? []
          : [{ what, entry: index, needs: lastOf[index] ?? 0, place: placeOf(what) }]
      })
      .toSorted((left, right) => (left.place < right.place ? -1 : 1))
  }
  return {
    entries: batch.length,
    places,
    reads: listed(({ read }) => read, placeOfRead),
    calls: listed(
      ({ call }) => call,
      ({ subject }) => subject,
    ),
  }
}

/** What stands at each place before the place of the same call that it depends on; 0 for none. */
function dependencies(places: readonly Place[]): number[] {
  const positions = new Map(places.map(({ call, step }, index) => [`${call} ${step}`, index + 1]))
  return places.map(({ call, step }) => positions.get(`${call} ${step - 1}`) ?? 0)
}

function valuesOfPlaces(places: readonly Place[], { policyOf, scale }: Allowances): readonly unknown[] {
  const policies = places.map(({ asked }) => policyOf(asked.name))
  return [
    places.map(({ asked }) => fullKey(asked)),
    policies.map(({ allowed }) => allowed),
    policies.map(({ windowSeconds }) => windowSeconds * 1_000_000),
    dependencies(places),
    places.map(({ asked }) => asked.bound?.partnerId ?? null),
    places.map(({ asked }) => asked.bound?.by === 'clients'),
    scale,
  ]
}

const TAKE = `b as materialized (select access.bound_calls($2, $3, $5, $6, $7) as allowed),
t as materialized (
  select t.*, b.allowed[t.n] as allowed
  from b cross join access.take($1, b.allowed, $3, $4) with ordinality t(admitted, remaining, retry_microseconds, n))`
const TAKE_VALUES = 7
/** What was taken is there before anything is recorded. */
const ADMITTED = 'array(select admitted from t order by n)'

// Whoever writes nothing but admissions and reads does not wait for the disk: a crash of the database loses half a second of them at most.
const RELAX = `set_config('synchronous_commit', 'off', true)`

/** The statement of a batch. There are few texts, so that a connection plans each once. */
function textOf({ places, reads, calls }: Plan): string {
  let used = places.length > 0 ? TAKE_VALUES : 0
  const admitted = places.length > 0 ? ADMITTED : `'{}'`
  const values = (count: number): string =>
    [admitted, ...Array.from({ length: count }, () => `$${(used += 1)}`)].join(', ')
  const isDurable = reads.some(({ what }) => what.isDurable)
  const [steps, sources, columns]: [string[], string[], string[]] = [[], [], isDurable ? [] : [RELAX]]
  if (places.length > 0) {
    steps.push(TAKE)
    sources.push('t')
    columns.push('admitted', 'remaining', 'retry_microseconds', 'allowed')
  }
  if (reads.length > 0) {
    steps.push(`r as materialized (select audit.record_reads(${values(5)}))`)
    sources.push('r')
  }
  if (calls.length > 0) {
    // One after the other: the windows of reads come first.
    const after = reads.length > 0 ? ' from r' : ''
    steps.push(`c as materialized (select audit.record_calls(${values(6)}) as held${after})`)
    sources.push('c')
    columns.push('held')
  }
  const order = places.length > 0 ? ' order by n' : ''
  return `with ${steps.join(', ')} select ${columns.join(', ')} from ${sources.join(' cross join ')}${order}`
}

/** The statement that takes, compares and records all that a batch asks for, in the transaction that it is sent in. */
export function statementOf(plan: Plan, allowances: Allowances): Statement {
  const { places, reads, calls } = plan
  const values: unknown[] = []
  if (places.length > 0) values.push(...valuesOfPlaces(places, allowances))
  if (reads.length > 0)
    values.push(
      reads.map(({ needs }) => needs),
      reads.map(({ what }) => what.ticket),
      reads.map(({ what }) => what.request),
      reads.map(({ what }) => what.event),
      reads.map(({ what }) => what.isUse),
    )
  if (calls.length > 0)
    values.push(
      calls.map(({ needs }) => needs),
      calls.map(({ what }) => what.ticket),
      calls.map(({ what }) => what.question),
      calls.map(({ what }) => what.request),
      calls.map(({ what }) => what.ofGateway),
      calls.map(({ what }) => what.event),
    )
  return { text: textOf(plan), values }
}

/** What each entry of the batch got, from the rows in the order of the places. */
export function outcomesOf({ entries, places, calls }: Plan, rows: readonly Row[]): Outcome[] {
  const taken = Array.from({ length: entries }, (): Taken[] => [])
  for (const [index, { call, step }] of places.entries()) {
    const row = rows[index]
    const mine = taken[call]
    if (row && mine)
      mine[step] = {
        admitted: row['admitted'] === true,
        remaining: Number(row['remaining'] ?? 0),
        retryMs: Number(row['retry_microseconds'] ?? 0) / 1000,
        allowed: Number(row['allowed'] ?? 0),
      }
  }
  const held: unknown = rows[0]?.['held']
  const holding = new Set(
    calls.filter((_, index) => Array.isArray(held) && held[index] === true).map(({ entry }) => entry),
  )
  return taken.map((mine, index) => ({ taken: mine, holds: holding.has(index) }))
}
