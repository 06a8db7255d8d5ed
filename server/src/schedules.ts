import { randomUUID } from 'node:crypto'
import { runConsentClock } from '#modules/consents/index.ts'
import { sweepIdentity } from '#modules/identity/index.ts'
import { runLinkClock } from '#modules/links/index.ts'
import { sweepAuthorizationServer } from '#modules/oauth/index.ts'
import { sweepApplications } from '#modules/onboarding/index.ts'
import { runFulfilment, runResaleClock, SimulatedFulfilment } from '#modules/orders/index.ts'
import type { Config } from '#platform/config.ts'
import type { Database } from '#platform/database.ts'
import type { JobsOptions } from '#platform/jobs.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'

async function housekeep(database: Database): Promise<void> {
  const pool = database.pool('liaison_job')
  await pool.query('select audit.close_read_windows()')
  await pool.query('select access.forget_idle_limits()')
  await pool.query(`delete from idempotency_record where created_at < now() - interval '24 hours'`)
}

async function sweep(database: Database): Promise<void> {
  const { mandate, transaction } = await openForSystem(database, 'identity-sweep', `job_${randomUUID()}`)
  try {
    await sweepIdentity(mandate)
    await sweepApplications(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

const EACH_MINUTE = '* * * * *'

/** What is done by the clock. Each may be done twice, or late, without harm: access never waits for any of it. */
export function listSchedules(database: Database, config: Config): JobsOptions['schedules'] {
  const onlySandbox = !config.isDemo
  const works: readonly (readonly [name: string, cron: string, work: () => Promise<unknown>])[] = [
    ['link-clock', EACH_MINUTE, () => runLinkClock(database)],
    ['consent-clock', EACH_MINUTE, () => runConsentClock(database)],
    ['resale-clock', EACH_MINUTE, () => runResaleClock(database)],
    ['fulfilment', EACH_MINUTE, () => runFulfilment(database, new SimulatedFulfilment(), { onlySandbox })],
    ['authorization-server-sweep', '*/5 * * * *', () => sweepAuthorizationServer(database)],
    ['identity-sweep', '17 3 * * *', () => sweep(database)],
    ['housekeeping', EACH_MINUTE, () => housekeep(database)],
  ]
  return works.map(([name, cron, work]) => ({ name, cron, run: () => work().then(() => undefined) }))
}
