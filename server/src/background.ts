import { randomUUID } from 'node:crypto'
import { checkpointFileIn, makeAuditKey, startSealer } from '#modules/audit/index.ts'
import { runConsentClock } from '#modules/consents/index.ts'
import { sweepIdentity } from '#modules/identity/index.ts'
import { runLinkClock } from '#modules/links/index.ts'
import { sweepAuthorizationServer } from '#modules/oauth/index.ts'
import { sweepApplications } from '#modules/onboarding/index.ts'
import { runFulfilment, runResaleClock, SimulatedFulfilment } from '#modules/orders/index.ts'
import type { App } from './app.ts'
import type { Config } from '#platform/config.ts'
import type { Database } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { startJobs } from '#platform/jobs.ts'
import type { Jobs } from '#platform/jobs.ts'
import { makeMailHandler } from '#platform/mail.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'

/** The work of a process that no request waits for. */
export interface Background {
  readonly jobs: Jobs
  readonly sealerLag: () => { seconds: number; unsealed: number }
  stop(): Promise<void>
}

export interface BackgroundOptions {
  readonly config: Config
  readonly installation: Installation
  readonly database: Database
  readonly app: App
  readonly onError: (error: Error, where: string) => void
}

const SEAL_INTERVAL_MS = 500

/** What happened to consents, resales and orders. */
const UNREAD_TOPICS = [
  'consent.granted',
  'consent.changed',
  'consent.ended',
  'resale.attested',
  'resale.suspended',
  'resale.resumed',
  'resale.revoked',
  'resale.ended',
  'resale.expired',
  'order.created',
  'order.changed',
  'order.completed',
  'order.cancelled',
] as const

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

/** Starts the sealer of the audit log and the jobs: mails, the clock of links, housekeeping. */
export async function startBackground({
  config,
  database,
  app,
  onError,
}: BackgroundOptions): Promise<Background> {
  const sealer = await startSealer({
    database,
    key: makeAuditKey(app.services.vault, config.auditOrigin),
    checkpointFile: checkpointFileIn(config.dataDir),
    intervalMs: SEAL_INTERVAL_MS,
    onError: (error) => onError(error, 'sealer'),
  })
  const ignore = () => Promise.resolve()
  const jobs = await startJobs({
    database,
    topics: {
      mail: makeMailHandler({ database, smtpUrl: config.secrets.smtpUrl, from: config.mailFrom }),
      // Kept for subscribers that do not exist yet: webhooks read these topics when they arrive.
      'link.expiring': ignore,
      'ticket.notify': ignore,
      ...Object.fromEntries(UNREAD_TOPICS.map((topic) => [topic, ignore])),
    },
    schedules: [
      { name: 'link-clock', cron: '* * * * *', run: () => runLinkClock(database).then(() => undefined) },
      {
        name: 'consent-clock',
        cron: '* * * * *',
        run: () => runConsentClock(database).then(() => undefined),
      },
      { name: 'resale-clock', cron: '* * * * *', run: () => runResaleClock(database).then(() => undefined) },
      {
        name: 'fulfilment',
        cron: '* * * * *',
        run: () =>
          runFulfilment(database, new SimulatedFulfilment(), { onlySandbox: !config.isDemo }).then(
            () => undefined,
          ),
      },
      {
        name: 'authorization-server-sweep',
        cron: '*/5 * * * *',
        run: () => sweepAuthorizationServer(database).then(() => undefined),
      },
      { name: 'identity-sweep', cron: '17 3 * * *', run: () => sweep(database) },
      { name: 'housekeeping', cron: '* * * * *', run: () => housekeep(database) },
    ],
    onError,
  })
  return {
    jobs,
    sealerLag: () => sealer.lag(),
    async stop() {
      await jobs.stop()
      await sealer.stop()
    },
  }
}
