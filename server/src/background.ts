import { makeAlertTopics } from '#modules/alerts/index.ts'
import { checkpointFileIn, makeAuditKey, startSealer } from '#modules/audit/index.ts'
import type { SealerLag } from '#modules/audit/index.ts'
import { makeTicketTopics } from '#modules/support/index.ts'
import { makeExports } from '#modules/exports/index.ts'
import { HAND_OVER_TOPIC, makeSimulatedVendor, postTo } from '#modules/kyc/index.ts'
import { rotateKeysInTime } from '#modules/oauth/index.ts'
import { OPERATION_TOPIC, runOperations } from '#modules/operations/index.ts'
import { makePayoutSender, makePayoutTopics, runPayoutClock } from '#modules/payouts/index.ts'
import { makeSignals } from '#modules/signals/index.ts'
import { makeWebhooks } from '#modules/webhooks/index.ts'
import { readAllowedNets } from '#platform/outgoing/allowed-nets.ts'
import type { Config } from '#platform/config.ts'
import type { Database } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { startJobs } from '#platform/jobs.ts'
import type { Jobs, JobsOptions } from '#platform/jobs.ts'
import { makeMailHandler } from '#platform/mail.ts'
import type { App } from './app.ts'
import { listSchedules } from './schedules.ts'

/** The work of a process that no request waits for. */
export interface Background {
  readonly jobs: Jobs
  readonly sealerLag: () => SealerLag
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

/** The work on operations that were ordered for many links at once. */
function makeOperationWork({
  database,
  app,
  onError,
}: Pick<BackgroundOptions, 'database' | 'app' | 'onError'>) {
  return () =>
    runOperations({ database, publicOrigin: app.services.publicOrigin, onError }).then(() => undefined)
}

/** The work of the simulated vendor of identity checks, which tells its answers over our own address. */
function makeVendorWork({ database, app }: Pick<BackgroundOptions, 'database' | 'app'>) {
  const { vault, publicOrigin } = app.services
  return makeSimulatedVendor({ database, vault, post: postTo(publicOrigin) })
}

/** Who does what transactions put into the outbox, by topic. */
function listTopics(
  { config, database, app }: Pick<BackgroundOptions, 'config' | 'database' | 'app'>,
  work: () => Promise<void>,
): JobsOptions['topics'] {
  return {
    mail: makeMailHandler({ database, smtpUrl: config.secrets.smtpUrl, from: config.mailFrom }),
    ...makeTicketTopics(database),
    [OPERATION_TOPIC]: work,
    [HAND_OVER_TOPIC]: makeVendorWork({ database, app }),
    ...makeAlertTopics(database),
    ...makePayoutTopics(database, app.services.pdfSealer),
  }
}

/** What tells others of events: webhooks, payouts to the finance system, and signals of access that ended. */
function makeSenders({
  config,
  database,
  app,
  onError,
}: Pick<BackgroundOptions, 'config' | 'database' | 'app' | 'onError'>) {
  const { vault, isDemo, webhookNets } = app.services
  const outgoing = {
    database,
    vault,
    allowsLoopback: isDemo,
    allowedNets: readAllowedNets(webhookNets),
    ...(config.secrets.webhookProxy !== undefined && { proxy: config.secrets.webhookProxy }),
    onError,
  }
  const signals = app.events ? makeSignals({ ...outgoing, issuer: app.events }) : null
  return { webhooks: makeWebhooks(outgoing), payouts: makePayoutSender(outgoing), signals }
}

function payoutClock(database: Database, app: App): JobsOptions['schedules'][number] {
  const run = () => runPayoutClock(database, app.services.pdfSealer).then(() => undefined)
  return { name: 'payout-clock', cron: '7 * * * *', run }
}

function keyRotation(database: Database, app: App, days: number): JobsOptions['schedules'][number] {
  const run = () => rotateKeysInTime(database, { vault: app.services.vault, days }).then(() => undefined)
  return { name: 'signing-keys', cron: '37 4 * * *', run }
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
  const { webhooks, payouts, signals } = makeSenders({ config, database, app, onError })
  const work = makeOperationWork({ database, app, onError })
  const jobs = await startJobs({
    database,
    topics: { ...listTopics({ config, database, app }, work), ...signals?.topics },
    sharedQueues: { webhooks: webhooks.topics },
    patientTopics: ['mail'],
    schedules: [
      ...listSchedules(database, config, app.services.publicOrigin),
      { name: 'operation-sweep', cron: '* * * * *', run: work },
      payoutClock(database, app),
      keyRotation(database, app, config.signingKeyDays),
      { name: 'webhook-sweep', cron: '23 3 * * *', run: () => webhooks.sweep() },
      ...(signals ? [{ name: 'signal-sweep', cron: '27 3 * * *', run: () => signals.sweep() }] : []),
    ],
    onError,
  })
  webhooks.start()
  payouts.start()
  signals?.start()
  const exports = makeExports({ database, publicOrigin: app.services.publicOrigin, onError })
  exports.start()
  return {
    jobs,
    sealerLag: () => sealer.lag(),
    async stop() {
      await exports.stop()
      await jobs.stop()
      await webhooks.stop()
      await payouts.stop()
      await signals?.stop()
      await sealer.stop()
    },
  }
}
