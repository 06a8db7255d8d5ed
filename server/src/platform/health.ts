import type { FastifyInstance } from 'fastify'
import type { Clock } from './clock.ts'
import { NOT_THE_PRIMARY } from './database.ts'
import type { Database } from './database.ts'

export interface Health {
  readonly database: Database
  /** How long nothing was sealed although something could be: no transaction of somebody else makes a server unready. */
  readonly sealerLag: () => { stalledSeconds: number }
  readonly isStopping: () => boolean
  /** Whether the database has the migrations of this code. */
  readonly hasSchema: () => Promise<boolean>
}

const SEALER_STALL_LIMIT_SECONDS = 60
const PROBE_TIMEOUT_MS = 1000
const STANDING_KEPT_MS = 5000

async function askDatabase({ database, hasSchema }: Health): Promise<string | null> {
  const { rows } = await database
    .pool('liaison_guard')
    .query<{ replica: boolean }>('select pg_is_in_recovery() as replica')
  if (rows[0]?.replica !== false) return NOT_THE_PRIMARY
  // A connection that was open before still works: this process ends with its others, one by one.
  const refused = await database.findRefused?.()
  if (refused) return 'the database no longer takes a password of this process'
  return (await hasSchema()) ? null : 'the database lacks migrations of this version'
}

async function findTrouble(health: Health): Promise<string | null> {
  if (health.isStopping()) return 'stopping'
  if (health.sealerLag().stalledSeconds > SEALER_STALL_LIMIT_SECONDS)
    return 'audit events are not being sealed'
  const probe = askDatabase(health)
  const timeout = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('timeout')), PROBE_TIMEOUT_MS).unref(),
  )
  try {
    return await Promise.race([probe, timeout])
  } catch (error) {
    probe.catch(() => undefined)
    const isStandby = error instanceof Error && error.message.includes(NOT_THE_PRIMARY)
    return isStandby ? NOT_THE_PRIMARY : 'the database cannot be reached'
  }
}

/** Whether the service works, and when that was found out. */
export interface Standing {
  readonly isReady: boolean
  readonly at: Date
}

/**
 * Tells strangers what `/readyz` tells balancers. What was found out is told for five seconds, and whoever asks meanwhile
 * waits for the same probe, so that no number of them asks the database more often.
 */
export function watchStanding(health: Health, now: Clock): () => Promise<Standing> {
  let askedMs = -Infinity
  let standing: Promise<Standing> | undefined
  return () => {
    const at = now()
    // A clock that was set back must not keep an answer for longer.
    if (!standing || Math.abs(at.getTime() - askedMs) >= STANDING_KEPT_MS) {
      askedMs = at.getTime()
      standing = findTrouble(health).then((trouble) => ({ isReady: trouble === null, at }))
    }
    return standing
  }
}

/** `/livez` depends on nothing; `/readyz` on the primary database, its migrations and the sealer (architecture.md section 2). */
export function serveHealth(app: FastifyInstance, health: Health): void {
  const config = {
    access: { public: 'Orchestrators ask without credentials; the answer says nothing of any tenant.' },
    counting: {
      elsewhere:
        'never refused, since a refusal would stop the process; one probe serves all who ask meanwhile',
    },
  }
  app.get('/livez', { config }, () => ({ status: 'alive' }))
  let probe: Promise<string | null> | undefined
  app.get('/readyz', { config }, async (_request, reply) => {
    probe ??= findTrouble(health).finally(() => (probe = undefined))
    const trouble = await probe
    return trouble === null
      ? { status: 'ready' }
      : reply.status(503).header('Retry-After', '1').send({ status: 'not ready', reason: trouble })
  })
}
