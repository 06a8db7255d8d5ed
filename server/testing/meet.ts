import type { TenantId } from '@liaison/access'
import type { TestWorld } from './world.ts'

/** A lock that all who are to meet need, as a statement that takes it. */
export interface Meeting {
  readonly text: string
  readonly values: unknown[]
  /** Whose event stands for it when the statement changes something. */
  readonly tenant?: TenantId
}

/** Lets all of them come as far as a lock that is held here, or to their end, then lets go of it: none is there before another. */
export async function meetAt<Answer>(
  world: TestWorld,
  lock: Meeting,
  acts: readonly (() => Promise<Answer>)[],
): Promise<Answer[]> {
  const holder = await world.database.pool('liaison_guard').connect()
  const waiting = async () => {
    const [row] = await world.sql<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    return row?.n ?? 0
  }
  try {
    await holder.query('begin')
    await holder.query(`select pg_advisory_xact_lock(hashtextextended('the meeting', 0))`)
    const gate = world.seed(
      `with held as materialized (${lock.text}) select pg_advisory_xact_lock(hashtextextended('the meeting', 0)) from held`,
      lock.values,
      lock.tenant,
    )
    while ((await waiting()) < 1);
    let ended = 0
    const answers = acts.map((act) => act().finally(() => (ended += 1)))
    while ((await waiting()) < 1 + acts.length - ended);
    await holder.query('commit')
    await gate
    return await Promise.all(answers)
  } finally {
    holder.release()
  }
}

/** The lock under which one partner's people are assigned to its links. */
export const assignmentsOf = (partner: string): Meeting => ({
  text: `select pg_advisory_xact_lock(access.lock_key('derive', $1))`,
  values: [partner],
})
