import { getConstructionPlans, PgBoss } from 'pg-boss'
import type { Job, JobResult } from 'pg-boss'
import type pg from 'pg'
import { untilReachable } from './database.ts'
import type { Database } from './database.ts'

const SCHEMA = 'job'
/** Where work ends up that failed every time. */
const DEAD = 'dead'
const DISPATCH_INTERVAL_MS = 500
const DISPATCH_BATCH = 100
/** While processes of two versions run side by side, a topic of the newer one waits so long for a process that knows it. */
const UNKNOWN_WAITS = '1 hour'
/** Tried nine times within some ten minutes: as the database is up while it is asked, only a mistake of ours lasts longer. */
const TRIED_BRIEFLY = { retryLimit: 8, retryDelay: 2, retryBackoff: true }
/** Tried for three days, at last each hour. */
const TRIED_LONG = { retryLimit: 83, retryDelay: 2, retryBackoff: true, retryDelayMax: 3600 }
/** Times that passed while no server ran are made up for by one run: a server that is stopped at night has nightly work, too. */
const MISSED = 'once'

/** Does the work that transactions put into the outbox under one topic. May run more than once for one message. */
export type TopicHandler = (payload: Record<string, unknown>, messageId: string) => Promise<void>

/** It will never succeed: it is given up at once. */
export class HopelessError extends Error {
  override name = 'HopelessError'
}

/** Work that comes back by the clock. Its effect must not depend on how often or how late it runs. */
export interface Schedule {
  readonly name: string
  /** Five-field cron in UTC. */
  readonly cron: string
  readonly run: () => Promise<void>
}

export interface JobsOptions {
  readonly database: Database
  /** Each with a queue and a worker of its own. */
  readonly topics: Readonly<Record<string, TopicHandler>>
  /** Many topics of one kind behind one queue and one worker, by the queue's name: a worker asks the database twice a second. */
  readonly sharedQueues?: Readonly<Record<string, Readonly<Record<string, TopicHandler>>>>
  /** Those that wait for what is not ours, such as a mail server, which may be away for long. */
  readonly patientTopics?: readonly string[]
  readonly schedules: readonly Schedule[]
  readonly onError: (error: Error, where: string) => void
}

export interface Jobs {
  /** Moves what waits in the outbox into the queues at once. */
  dispatch(): Promise<number>
  stop(): Promise<void>
}

/** Creates the tables of the job queue, owned by nobody who logs in; the job login alone may use them. */
export async function installJobs(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query(`select 1 from pg_namespace where nspname = '${SCHEMA}'`)
  if (rows.length === 0) {
    const client = await pool.connect()
    try {
      await client.query(`create schema ${SCHEMA} authorization liaison_owner`)
      await client.query('set role liaison_owner')
      await client.query(getConstructionPlans(SCHEMA, { createSchema: false }))
    } finally {
      await client.query('reset role')
      client.release()
    }
  }
  await pool.query(`
    grant usage on schema ${SCHEMA} to liaison_job, liaison_authz;
    grant select on ${SCHEMA}.queue, ${SCHEMA}.schedule to liaison_authz;
    grant select (name, state, start_after, completed_on, output) on ${SCHEMA}.job to liaison_authz;
    grant select, insert, update, delete on all tables in schema ${SCHEMA} to liaison_job;
    grant execute on all functions in schema ${SCHEMA} to liaison_job`)
}

interface Waiting {
  readonly id: string
  readonly topic: string
  readonly payload: Record<string, unknown>
}

/** A message may name the time before which its work makes no sense; without one it is done at once. */
function startOf({ payload }: Waiting): { startAfter?: string } {
  const time = payload['start_after']
  return typeof time === 'string' ? { startAfter: time } : {}
}

function patienceFor({ patientTopics = [] }: JobsOptions, topic: string) {
  return patientTopics.includes(topic) ? TRIED_LONG : TRIED_BRIEFLY
}

/** What lies in a queue. */
interface Queued {
  readonly topic: string
  readonly payload: Record<string, unknown>
  readonly message_id: string
}

interface Queue {
  readonly name: string
  readonly topics: Readonly<Record<string, TopicHandler>>
}

function listQueues({ topics, sharedQueues = {} }: JobsOptions): Queue[] {
  return [
    ...Object.entries(topics).map(([topic, handle]) => ({ name: topic, topics: { [topic]: handle } })),
    ...Object.entries(sharedQueues).map(([name, shared]) => ({ name, topics: shared })),
  ]
}

async function dispatchOnce(
  boss: PgBoss,
  options: JobsOptions,
  queueOf: ReadonlyMap<string, string>,
): Promise<number> {
  const client = await options.database.pool('liaison_job').connect()
  try {
    await client.query('begin')
    // Bounded by the oldest running transaction: rows become visible in an order that ids do not follow.
    const { rows } = await client.query<Waiting>(
      `select id, topic, payload from outbox
       where xid < pg_snapshot_xmin(pg_current_snapshot()) and (topic = any($1) or created_at < now() - interval '${UNKNOWN_WAITS}')
       order by xid, id limit ${DISPATCH_BATCH} for update skip locked`,
      [[...queueOf.keys()]],
    )
    const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
    for (const message of rows) {
      const { id, topic, payload } = message
      const queue = queueOf.get(topic)
      if (queue !== undefined)
        await boss.send(
          queue,
          { topic, payload, message_id: id },
          { db, id, ...startOf(message), ...patienceFor(options, topic) },
        )
      else options.onError(new Error(`No handler for the outbox topic ${topic}`), 'outbox')
    }
    await client.query('delete from outbox where id = any($1)', [rows.map((row) => row.id)])
    await client.query('commit')
    return rows.length
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

/** What servers before this one have made: a start makes only what is new, each of it would be a round trip. */
interface Made {
  readonly queues: ReadonlySet<string>
  readonly crons: ReadonlyMap<string, string>
}

async function readMade(boss: PgBoss): Promise<Made> {
  const [queues, schedules] = await Promise.all([boss.getQueues(), boss.getSchedules()])
  return {
    queues: new Set(queues.map(({ name }) => name)),
    crons: new Map(
      schedules.filter(({ options }) => options?.missed === MISSED).map(({ name, cron }) => [name, cron]),
    ),
  }
}

async function carryOut({ data }: Job<Queued>, topics: Queue['topics']): Promise<void> {
  const handle = topics[data.topic]
  if (!handle) throw new Error(`No handler for the topic ${data.topic}`)
  await handle(data.payload, data.message_id)
}

/** Does what was fetched together, each for itself: what fails neither keeps the others back nor repeats them. */
async function carryOutAll(
  jobs: readonly Job<Queued>[],
  topics: Queue['topics'],
  onError: JobsOptions['onError'],
): Promise<JobResult[]> {
  const results: JobResult[] = []
  for (const job of jobs) {
    // Their time is over, and each of them may be another process's by now.
    if (job.signal.aborted) break
    try {
      await carryOut(job, topics)
      results.push({ id: job.id, status: 'completed' })
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      onError(failure, job.data.topic)
      const status = failure instanceof HopelessError ? 'deadletter' : 'failed'
      results.push({ id: job.id, status, output: failure })
    }
  }
  return results
}

async function workOnQueues(
  boss: PgBoss,
  { queues, made, onError }: { queues: readonly Queue[]; made: Made; onError: JobsOptions['onError'] },
): Promise<void> {
  for (const { name, topics } of queues) {
    if (!made.queues.has(name))
      await boss.createQueue(name, {
        ...TRIED_BRIEFLY,
        expireInSeconds: 120,
        deadLetter: DEAD,
      })
    await boss.work<Queued>(
      name,
      { pollingIntervalSeconds: 0.5, batchSize: 10, perJobResults: true },
      (jobs) => carryOutAll(jobs, topics, onError),
    )
  }
}

/** Runs work by the clock; what went wrong is told, and kept with the job. */
async function runTold({ name, run }: Schedule, onError: JobsOptions['onError']): Promise<void> {
  try {
    await run()
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)), name)
    throw error
  }
}

async function workOnSchedules(
  boss: PgBoss,
  { schedules, made, onError }: Pick<JobsOptions, 'schedules' | 'onError'> & { made: Made },
): Promise<void> {
  for (const schedule of schedules) {
    const { name, cron } = schedule
    if (!made.queues.has(name))
      await boss.createQueue(name, { policy: 'singleton', retryLimit: 0, expireInSeconds: 300 })
    await boss.work(name, { pollingIntervalSeconds: 2 }, () => runTold(schedule, onError))
    if (made.crons.get(name) !== cron) await boss.schedule(name, cron, null, { tz: 'UTC', missed: MISSED })
  }
}

/** Starts the workers of this process: the outbox dispatcher, the topics and the clock. */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const pool = options.database.pool('liaison_job')
  let isStarting = true
  const boss = new PgBoss({
    db: {
      executeSql: (text, values) => {
        const work = () => pool.query(text, values)
        return isStarting ? untilReachable(work) : work()
      },
    },
    schema: SCHEMA,
    migrate: false,
    createSchema: false,
  })
  boss.on('error', (error) => options.onError(error, 'queue'))
  await boss.start()
  const made = await readMade(boss)
  if (!made.queues.has(DEAD)) await boss.createQueue(DEAD)
  const queues = listQueues(options)
  const queueOf = new Map(
    queues.flatMap(({ name, topics }) => Object.keys(topics).map((topic) => [topic, name])),
  )
  await workOnQueues(boss, { queues, made, onError: options.onError })
  await workOnSchedules(boss, { schedules: options.schedules, made, onError: options.onError })
  isStarting = false
  let isStopping = false
  let running: Promise<number> = Promise.resolve(0)
  const dispatch = () =>
    (running = running.catch(() => 0).then(() => (isStopping ? 0 : dispatchOnce(boss, options, queueOf))))
  const timer = setInterval(
    () => void dispatch().catch((error: Error) => options.onError(error, 'outbox')),
    DISPATCH_INTERVAL_MS,
  )
  timer.unref()
  return {
    dispatch,
    async stop() {
      isStopping = true
      clearInterval(timer)
      await running.catch(() => 0)
      await boss.stop({ graceful: true, timeout: 5000 })
    },
  }
}
