import { maskOf, toBits } from '@liaison/access'
import type { Permission } from '@liaison/access'
import { addAssistance } from './assistance.ts'
import { findLink } from './access-records.ts'
import { addDays } from './dice.ts'
import type { DemoLink } from './links.ts'
import { HOUR_OF_DAY, RUNNING } from './running-elevation.ts'
import type { DemoMember, DemoPeople, DemoPerson, Making } from './people.ts'

interface Plot {
  readonly tenant: string
  readonly person: string
  readonly wanted: readonly Permission[]
  readonly reason: string
  readonly minutes: number
  readonly hoursAgo: number
  readonly status: 'requested' | 'approved' | 'active' | 'ended' | 'denied'
  readonly endReason?: string
}

const PLOTS: readonly Plot[] = [
  {
    tenant: 'acme-fiber',
    person: 'Lee Park',
    wanted: ['partner.billing.summary.read', 'partner.billing.invoices.read'],
    reason: 'A subscriber disputes a bill on the phone and I cannot see it',
    minutes: 60,
    hoursAgo: 0.4,
    status: 'requested',
  },
  {
    tenant: 'acme-fiber',
    person: 'Mia Chen',
    wanted: ['partner.reports.export'],
    reason: 'Acme asked for the service report of the last quarter as a file',
    minutes: 120,
    hoursAgo: 1.5,
    status: 'approved',
  },
  {
    tenant: RUNNING.tenant,
    person: RUNNING.person,
    wanted: RUNNING.wanted,
    reason: 'Checking which invoices the outage of Tuesday is credited on',
    minutes: RUNNING.minutes,
    hoursAgo: RUNNING.startedHoursAgo,
    status: 'active',
  },
  {
    tenant: 'acme-fiber',
    person: 'Lee Park',
    wanted: ['partner.billing.invoices.read'],
    reason: 'Comparing a disputed invoice with the contract, with Dana on the line',
    minutes: 60,
    hoursAgo: 50,
    status: 'ended',
  },
  {
    tenant: 'beta-networks',
    person: 'Tom Okafor',
    wanted: ['partner.support.tickets.read', 'partner.support.tickets.list'],
    reason: 'I want to see whether the late payers have open faults',
    minutes: 480,
    hoursAgo: 100,
    status: 'denied',
    endReason: 'Ask support for a list; eight hours in all tickets is too much.',
  },
]

type Deciders = { readonly owner: DemoMember; readonly admin: DemoPerson }

/** Who decided, as far as the story has come. */
function decisionOf({ status, tenant }: Plot, at: Date, { owner, admin }: Deciders) {
  const isDecided = status !== 'requested'
  const isWanted = tenant === 'acme-fiber' && (status === 'active' || status === 'ended')
  return {
    partner_decided_by: isDecided ? owner.id : null,
    partner_decided_by_name: isDecided ? owner.name : null,
    partner_decided_at: isDecided ? at : null,
    tenant_decided_by: isWanted ? admin.id : null,
    tenant_decided_by_name: isWanted ? admin.name : null,
    tenant_decided_at: isWanted ? at : null,
  }
}

/** When it ran, and how it ended. */
function courseOf({ status, minutes, endReason }: Plot, at: Date, { owner }: Deciders) {
  const isStarted = status === 'active' || status === 'ended'
  const end = new Date(at.getTime() + minutes * 60_000)
  const over = { ended_at: null, ended_by_side: null, ended_by_name: null, end_reason: endReason ?? null }
  const run = { started_at: isStarted ? at : null, ends_at: isStarted ? end : null, ...over }
  if (status === 'ended') return { ...run, ended_at: end, ended_by_side: 'clock' }
  if (status === 'denied')
    return { ...run, ended_at: at, ended_by_side: 'partner', ended_by_name: owner.name }
  return run
}

function addElevation({ now, dice, ledger }: Making, links: readonly DemoLink[], plot: Plot): void {
  const link = findLink(links, 'northwind-msp', plot.tenant)
  const person = link.members.find(({ name }) => name === plot.person)
  const [owner] = link.partner.members
  if (!person || !owner) throw new Error(`${plot.person} is not in the link with ${plot.tenant}.`)
  const at = addDays(now, -plot.hoursAgo * HOUR_OF_DAY)
  const deciders = { owner, admin: link.tenant.adminPerson }
  ledger.add('link_elevation', {
    id: plot.status === 'active' ? RUNNING.id : dice.uuid(at),
    link_id: link.id,
    tenant_id: link.tenant.id,
    partner_id: link.partner.id,
    member_id: person.memberId,
    person_id: person.id,
    person_name: person.name,
    permissions: plot.wanted,
    mask: toBits(maskOf(plot.wanted)),
    reason: plot.reason,
    duration_minutes: plot.minutes,
    status: plot.status,
    requested_at: at,
    answer_by: addDays(at, 0.5),
    ...decisionOf(plot, at, deciders),
    ...courseOf(plot, at, deciders),
  })
}

/** Access for a while: more of Northwind's, asked for, waiting for a tenant that wants to approve, running, and over; and support's. */
export function addElevations(making: Making, links: readonly DemoLink[], people: DemoPeople): void {
  for (const plot of PLOTS) addElevation(making, links, plot)
  addAssistance(making, people)
  const acme = people.tenants.get('acme-fiber')
  if (!acme) throw new Error('The cast is not complete.')
  making.ledger.add('tenant_partner_policy', {
    tenant_id: acme.id,
    who_may_ask: 'any',
    listed_partner_ids: [],
    roles_allowed: [
      'msp_full',
      'msp_billing',
      'msp_support',
      'enterprise_hq',
      'auditor',
      'reseller',
      'delegate',
    ],
    max_duration_days: 730,
    dual_approval: false,
    conditions: { tenant_elevation_approval: true },
    version: 1,
    updated_at: addDays(making.now, -60),
  })
}
