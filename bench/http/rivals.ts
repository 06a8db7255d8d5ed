import type { Request } from 'autocannon'
import type { Cluster } from '../cluster.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import type { LoadOrder, LoadReport } from './load.ts'
import type { ServerKind, ServerOrder } from './server.ts'

/** A server under measurement and what it is asked. */
export interface Rival {
  readonly name: string
  readonly url: string
  readonly child: Child
  readonly requests: readonly Request[]
}

/** One measurement; processor times in microseconds per request. */
export interface Round extends LoadReport {
  readonly serverMicroseconds: number
  readonly databaseMicroseconds: number | undefined
}

/** Where and how to measure. */
export interface Course {
  readonly cluster: Cluster
  readonly load: Child
  readonly connections: number
  readonly seconds: number
}

/** The process that makes the load; one serves a whole benchmark. */
export const startLoad = (): Child => startChild(new URL('load.ts', import.meta.url))

/** Starts a server of one kind on a database. */
export async function startRival(
  kind: ServerKind,
  connection: ConnectionSettings,
  requests: readonly Request[],
): Promise<Rival> {
  const child = startChild(new URL('server.ts', import.meta.url))
  const order: ServerOrder = { open: kind, connection }
  return { name: kind, url: await child.ask<string>(order), child, requests }
}

async function answerOf({ url, name }: Rival, { path, headers }: Request): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers: { ...headers, connection: 'close' } })
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${name} answers ${path} with ${response.status}: ${body}`)
  return body
}

const SAMPLES = 20

/** Refuses unless all rivals give the same answers: only then is it fair to compare their speed. */
export async function requireSameAnswers(rivals: readonly Rival[]): Promise<void> {
  for (const request of rivals[0]?.requests.slice(0, SAMPLES) ?? []) {
    const answers = await Promise.all(rivals.map((rival) => answerOf(rival, request)))
    if (new Set(answers).size > 1)
      throw new Error(`The rivals answer ${request.path} differently: ${answers.join(' ')}`)
  }
}

const cpuOf = (child: Child): Promise<number> => child.ask<number>({ cpu: true } satisfies ServerOrder)

/** Puts load on one rival for a while. */
export async function measure(course: Course, rival: Rival): Promise<Round> {
  const { cluster, load, connections, seconds } = course
  const [serverBefore, databaseBefore] = [await cpuOf(rival.child), await cluster.cpuMicroseconds()]
  const order: LoadOrder = { url: rival.url, connections, seconds, requests: rival.requests }
  const report = await load.ask<LoadReport>(order)
  const [serverAfter, databaseAfter] = [await cpuOf(rival.child), await cluster.cpuMicroseconds()]
  return {
    ...report,
    serverMicroseconds: (serverAfter - serverBefore) / report.count,
    databaseMicroseconds:
      databaseBefore === undefined || databaseAfter === undefined
        ? undefined
        : (databaseAfter - databaseBefore) / report.count,
  }
}

const WARM_REQUESTS = 6000
const WARM_SECONDS = 15

/** Until just-in-time compilation, prepared plans and caches have settled, which takes requests rather than time. */
async function warmUp(course: Course, rival: Rival): Promise<void> {
  let count = 0
  for (let seconds = 0; seconds < WARM_SECONDS && count < WARM_REQUESTS; seconds += course.seconds)
    count += (await measure(course, rival)).count
}

/**
 * Measures all rivals in each round, so that whatever disturbs the machine disturbs all. The first one leads the odd
 * rounds and comes last in the even ones.
 */
export async function measureInRounds(
  course: Course,
  rivals: readonly Rival[],
  rounds: number,
): Promise<Map<string, Round[]>> {
  const results = new Map<string, Round[]>(rivals.map(({ name }) => [name, []]))
  for (const rival of rivals) await warmUp(course, rival)
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? rivals : rivals.toReversed()
    for (const rival of order) results.get(rival.name)?.push(await measure(course, rival))
  }
  return results
}
