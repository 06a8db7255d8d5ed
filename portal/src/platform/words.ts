import { i18n } from '@lingui/core'
import { compileMessage } from '@lingui/message-utils/compileMessage'

import type { accessThen } from '../words/access-then.ts'
import type { activityWhole } from '../words/activity-whole.ts'
import type { accounts } from '../words/accounts.ts'
import { acting } from '../words/acting.ts'
import type { agencies } from '../words/agencies.ts'
import type { agencyReach } from '../words/agency-reach.ts'
import type { alerts } from '../words/alerts.ts'
import { common } from '../words/common.ts'
import type { assistance } from '../words/assistance.ts'
import type { asking } from '../words/asking.ts'
import type { deals } from '../words/deals.ts'
import type { leaderboard } from '../words/leaderboard.ts'
import type { developers } from '../words/developers.ts'
import type { consents } from '../words/consents.ts'
import type { oversight } from '../words/oversight.ts'
import type { customers } from '../words/customers.ts'
import type { configuration } from '../words/configuration.ts'
import type { registry } from '../words/registry.ts'
import type { features } from '../words/features.ts'
import type { identity } from '../words/identity.ts'
import type { grouped } from '../words/grouped.ts'
import type { glance } from '../words/glance.ts'
import type { exports } from '../words/exports.ts'
import type { invitations } from '../words/invitations.ts'
import type { inviting } from '../words/inviting.ts'
import type { linking } from '../words/linking.ts'
import type { stopping } from '../words/stopping.ts'
import type { ticketForms } from '../words/ticket-forms.ts'
import type { invoiceList } from '../words/invoice-list.ts'
import type { rules } from '../words/rules.ts'
import type { endLink } from '../words/end-link.ts'
import type { oneInvoice } from '../words/one-invoice.ts'
import type { extending } from '../words/extending.ts'
import type { explained } from '../words/explained.ts'
import type { linkEvents } from '../words/link-events.ts'
import type { linkTemplates } from '../words/link-templates.ts'
import type { jobs } from '../words/jobs.ts'
import type { keptConditions } from '../words/kept-conditions.ts'
import type { keyPair } from '../words/key-pair.ts'
import { navigation } from '../words/navigation.ts'
import type { billing } from '../words/billing.ts'
import type { services } from '../words/services.ts'
import type { signals } from '../words/signals.ts'
import type { webhooks } from '../words/webhooks.ts'
import type { onboarding } from '../words/onboarding.ts'
import type { org } from '../words/org.ts'
import type { orgMembers } from '../words/org-members.ts'
import { partner } from '../words/partner.ts'
import type { ordering } from '../words/ordering.ts'
import type { portfolio } from '../words/portfolio.ts'
import type { platform } from '../words/platform.ts'
import type { floors } from '../words/floors.ts'
import type { sla } from '../words/sla.ts'
import { status } from '../words/status.ts'
import type { elevations } from '../words/elevations.ts'
import type { rates } from '../words/rates.ts'
import { severalFrames } from '../words/several-frames.ts'
import type { payouts } from '../words/payouts.ts'
import type { pausing } from '../words/pausing.ts'
import type { plans } from '../words/plans.ts'
import type { program } from '../words/program.ts'
import type { recipients } from '../words/recipients.ts'
import type { referralStatus } from '../words/referral-status.ts'
import type { referrals } from '../words/referrals.ts'
import type { realms } from '../words/realms.ts'
import type { payers } from '../words/payers.ts'
import type { requestMore } from '../words/request-more.ts'
import type { reports } from '../words/reports.ts'
import type { earnings } from '../words/earnings.ts'
import type { risk } from '../words/risk.ts'
import type { service } from '../words/service.ts'
import type { secondPerson } from '../words/second-person.ts'
import type { stepUp } from '../words/step-up.ts'
import type { unsaved } from '../words/unsaved.ts'
import type { agreements } from '../words/agreements.ts'
import type { usage } from '../words/usage.ts'
import type { vouchers } from '../words/vouchers.ts'
import type { whoHasAccess } from '../words/who-has-access.ts'
import { ways } from '../words/ways.ts'

const first = {
  ...common,
  ...navigation,
  ...status,
  ...partner,
  ...acting,
  ...ways,
  ...severalFrames,
}

export type WordId =
  | keyof typeof first
  | keyof typeof consents
  | keyof typeof org
  | keyof typeof orgMembers
  | keyof typeof customers
  | keyof typeof platform
  | keyof typeof referrals
  | keyof typeof referralStatus
  | keyof typeof alerts
  | keyof typeof oversight
  | keyof typeof services
  | keyof typeof extending
  | keyof typeof signals
  | keyof typeof webhooks
  | keyof typeof exports
  | keyof typeof glance
  | keyof typeof grouped
  | keyof typeof features
  | keyof typeof floors
  | keyof typeof sla
  | keyof typeof billing
  | keyof typeof onboarding
  | keyof typeof asking
  | keyof typeof assistance
  | keyof typeof deals
  | keyof typeof leaderboard
  | keyof typeof developers
  | keyof typeof ordering
  | keyof typeof portfolio
  | keyof typeof rates
  | keyof typeof payers
  | keyof typeof requestMore
  | keyof typeof reports
  | keyof typeof elevations
  | keyof typeof accounts
  | keyof typeof identity
  | keyof typeof inviting
  | keyof typeof invitations
  | keyof typeof linking
  | keyof typeof stopping
  | keyof typeof explained
  | keyof typeof invoiceList
  | keyof typeof oneInvoice
  | keyof typeof rules
  | keyof typeof endLink
  | keyof typeof ticketForms
  | keyof typeof linkEvents
  | keyof typeof linkTemplates
  | keyof typeof registry
  | keyof typeof payouts
  | keyof typeof program
  | keyof typeof plans
  | keyof typeof pausing
  | keyof typeof realms
  | keyof typeof agreements
  | keyof typeof earnings
  | keyof typeof risk
  | keyof typeof service
  | keyof typeof secondPerson
  | keyof typeof stepUp
  | keyof typeof unsaved
  | keyof typeof configuration
  | keyof typeof jobs
  | keyof typeof keptConditions
  | keyof typeof keyPair
  | keyof typeof usage
  | keyof typeof vouchers
  | keyof typeof whoHasAccess
  | keyof typeof accessThen
  | keyof typeof activityWhole
  | keyof typeof agencies
  | keyof typeof agencyReach
  | keyof typeof recipients
type Values = Record<string, string | number>

const english: Record<string, string> = { ...first }

i18n.setMessagesCompiler(compileMessage)
i18n.load('en', english)
i18n.activate('en')

/** Adds the sentences of a piece that is fetched later; it calls this before it shows anything. */
export function addWords(more: Readonly<Record<string, string>>): void {
  Object.assign(english, more)
  i18n.load('en', more)
}

/** The sentence with this id in the reader's language, with its placeholders filled (ICU MessageFormat). */
export function t(id: WordId, values?: Values): string {
  return i18n._(id, values)
}

/** True when the catalogue has a sentence with this id; for ids that are made from a value of the server. */
export function hasWords(id: string): id is WordId {
  return Object.hasOwn(english, id)
}

const CODE = /^[a-z0-9_.:-]+$/

/** The catalogue's sentence for a server value such as a status; the value in words when there is none, and what a person typed as it was typed. */
export function tValue(prefix: string, value: string): string {
  const id = `${prefix}.${value}`
  if (hasWords(id)) return t(id)
  if (!CODE.test(value)) return value
  const words = value.replaceAll('_', ' ')
  return words.charAt(0).toLocaleUpperCase() + words.slice(1)
}

/** Names joined as one reads them: "Acme, Beta and Corvid". */
export function joinNames(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { style: 'long', type: 'conjunction' }).format(names)
}
