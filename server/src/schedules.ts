import { randomUUID } from 'node:crypto'
import { runAgencyClock } from '#modules/agencies/index.ts'
import { runAgreementClock } from '#modules/agreements/index.ts'
import { addComingMonths, tellNewestCheckpoint } from '#modules/audit/index.ts'
import { compareSums, moveInvoiceAges } from '#modules/billing/index.ts'
import { evaluateAlerts, tellAlerts } from '#modules/alerts/index.ts'
import { runAssistanceClock } from '#modules/assistance/index.ts'
import { sweepApplications } from '#modules/applications/index.ts'
import { remindOfConsents, runConsentClock } from '#modules/consents/index.ts'
import { runEarningClock } from '#modules/earnings/index.ts'
import { forgetExplanations } from '#modules/delegations/index.ts'
import { runElevationClock } from '#modules/elevations/index.ts'
import { sweepExports } from '#modules/exports/index.ts'
import { runFeatureClock } from '#modules/features/index.ts'
import { sweepIdentity } from '#modules/identity/index.ts'
import { runIdentityCheckClock } from '#modules/kyc/index.ts'
import { runSubscriptionClock } from '#modules/plans/index.ts'
import { runLinkClock, sendDigests } from '#modules/links/index.ts'
import { sweepRealms } from '#modules/realms/index.ts'
import { sweepAuthorizationServer } from '#modules/oauth/index.ts'
import { runFulfilment, runResaleClock, SimulatedFulfilment } from '#modules/orders/index.ts'
import { forgetPersonalData } from '#modules/privacy/index.ts'
import { runDealClock } from '#modules/deals/index.ts'
import { runLeaderboardClock } from '#modules/leaderboard/index.ts'
import { sweepClicks, sweepContacts } from '#modules/referrals/index.ts'
import { comparePromises, joinPromises } from '#modules/reports/index.ts'
import { runTeamClock } from '#modules/portfolio/index.ts'
import { runSlaClock } from '#modules/support/index.ts'
import { runVoucherClock } from '#modules/vouchers/index.ts'
import type { Config } from '#platform/config.ts'
import type { Database } from '#platform/database.ts'
import type { JobsOptions } from '#platform/jobs.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'

async function housekeep(database: Database): Promise<void> {
  const pool = database.pool('liaison_job')
  await pool.query('select audit.close_read_windows()')
  await pool.query('select access.forget_idle_limits()')
  await pool.query('select access.forget_embed_tickets()')
  await pool.query('select access.forget_stamps()')
  await pool.query('select access.count_partner_use()')
  await pool.query(`delete from idempotency_record where created_at < now() - interval '24 hours'`)
  await forgetExplanations(database)
}

async function sweep(database: Database): Promise<void> {
  const { mandate, transaction } = await openForSystem(database, 'identity-sweep', `job_${randomUUID()}`)
  try {
    await sweepIdentity(mandate)
    await sweepApplications(mandate)
    await sweepRealms(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

const EACH_MINUTE = '* * * * *'

/** What is done by the clock. Each may be done twice, or late, without harm: access never waits for any of it. */
export function listSchedules(
  database: Database,
  config: Config,
  publicOrigin: () => string,
): JobsOptions['schedules'] {
  const onlySandbox = !config.isDemo
  const letterhead = () => ({ origin: publicOrigin(), phone: config.help.phone })
  const works: readonly (readonly [name: string, cron: string, work: () => Promise<unknown>])[] = [
    ['agreement-clock', EACH_MINUTE, () => runAgreementClock(database, publicOrigin())],
    ['link-clock', EACH_MINUTE, () => runLinkClock(database)],
    ['alert-clock', EACH_MINUTE, () => evaluateAlerts(database)],
    ['alert-mails', EACH_MINUTE, () => tellAlerts(database, publicOrigin())],
    ['link-digest', '*/15 * * * *', () => sendDigests(database, { origin: publicOrigin() })],
    ['elevation-clock', EACH_MINUTE, () => runElevationClock(database)],
    ['assistance-clock', EACH_MINUTE, () => runAssistanceClock(database)],
    [
      'identity-check-clock',
      EACH_MINUTE,
      () => runIdentityCheckClock({ database, publicOrigin: publicOrigin() }),
    ],
    ['subscription-clock', EACH_MINUTE, () => runSubscriptionClock(database)],
    ['earning-clock', EACH_MINUTE, () => runEarningClock(database)],
    ['team-clock', EACH_MINUTE, () => runTeamClock(database)],
    ['sla-clock', EACH_MINUTE, () => runSlaClock(database)],
    ['consent-clock', EACH_MINUTE, () => runConsentClock(database, letterhead())],
    ['consent-reminders', '41 6 * * *', () => remindOfConsents(database, letterhead())],
    ['resale-clock', EACH_MINUTE, () => runResaleClock(database)],
    ['fulfilment', EACH_MINUTE, () => runFulfilment(database, new SimulatedFulfilment(), { onlySandbox })],
    ['authorization-server-sweep', '*/5 * * * *', () => sweepAuthorizationServer(database)],
    ['invoice-ages', EACH_MINUTE, () => moveInvoiceAges(database)],
    ['billing-sums', '41 2 * * *', () => compareSums(database)],
    ['promises', '*/5 * * * *', () => joinPromises(database)],
    ['promise-sums', '47 2 * * *', () => comparePromises(database)],
    ['identity-sweep', '17 3 * * *', () => sweep(database)],
    ['feature-clock', EACH_MINUTE, () => runFeatureClock(database)],
    ['agency-clock', EACH_MINUTE, () => runAgencyClock(database)],
    ['voucher-clock', '7 * * * *', () => runVoucherClock(database)],
    ['personal-data', '29 3 * * *', () => forgetPersonalData(database, config.personalDataDays)],
    ['deal-clock', EACH_MINUTE, () => runDealClock(database, publicOrigin())],
    ['leaderboard', '53 2 * * *', () => runLeaderboardClock(database)],
    ['referral-clicks', '23 3 * * *', () => sweepClicks(database)],
    ['referral-contacts', '29 * * * *', () => sweepContacts(database)],
    ['export-sweep', EACH_MINUTE, () => sweepExports(database)],
    ['audit-checkpoints', '13 * * * *', () => tellNewestCheckpoint(database)],
    ['audit-months', '11 2 * * *', () => addComingMonths(database)],
    ['housekeeping', EACH_MINUTE, () => housekeep(database)],
  ]
  return works.map(([name, cron, work]) => ({ name, cron, run: () => work().then(() => undefined) }))
}
