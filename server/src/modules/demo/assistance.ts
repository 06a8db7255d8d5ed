import { addDays } from './dice.ts'
import type { DemoPeople, DemoPerson, Making } from './people.ts'
import { HOUR_OF_DAY } from './running-elevation.ts'

interface Plot {
  /** Fixed, so that what the dice give the rest of the world stays what it is. */
  readonly id: string
  readonly tenant: string
  /** The partner whose work there the case is about. */
  readonly partner?: string
  /** Which of the provider's people asks. */
  readonly asks: 'first' | 'second'
  readonly caseNumber: string
  readonly reason: string
  readonly minutes: number
  readonly hoursAgo: number
  readonly status: 'requested' | 'active' | 'ended' | 'declined'
  /** Why the tenant's administrator ended or declined it; without words its time ran out. */
  readonly endReason?: string
}

const PLOTS: readonly Plot[] = [
  {
    id: '01940f3c-7a10-7c41-9d2e-5b8f0c6a2e11',
    tenant: 'acme-fiber',
    asks: 'second',
    caseNumber: 'CASE-20418',
    reason: 'You wrote that an invoice you paid is shown as overdue; I want to see it as you do',
    minutes: 30,
    hoursAgo: 0.6,
    status: 'requested',
  },
  {
    id: '01940f3c-7a10-7c41-9d2e-5b8f0c6a2e12',
    tenant: 'beta-networks',
    partner: 'northwind-msp',
    asks: 'first',
    caseNumber: 'CASE-20397',
    reason: 'Marcus asked us to find out why credits of last month are missing',
    minutes: 480,
    hoursAgo: 0.3,
    status: 'active',
  },
  {
    id: '01940f3c-7a10-7c41-9d2e-5b8f0c6a2e13',
    tenant: 'acme-fiber',
    asks: 'first',
    caseNumber: 'CASE-19822',
    reason: 'Two orders have stood still since Monday and the reason is not in the export',
    minutes: 120,
    hoursAgo: 450,
    status: 'ended',
    endReason: 'Solved on the phone, thank you.',
  },
  {
    id: '01940f3c-7a10-7c41-9d2e-5b8f0c6a2e14',
    tenant: 'acme-fiber',
    asks: 'second',
    caseNumber: 'CASE-19377',
    reason: 'A reported fault cannot be found again by its number',
    minutes: 60,
    hoursAgo: 1100,
    status: 'ended',
  },
  {
    id: '01940f3c-7a10-7c41-9d2e-5b8f0c6a2e15',
    tenant: 'beta-networks',
    asks: 'second',
    caseNumber: 'CASE-18104',
    reason: 'Looking for tickets that are like one of another customer',
    minutes: 60,
    hoursAgo: 1900,
    status: 'declined',
    endReason: 'This is about somebody else and not about us.',
  },
]

/** When it ran, and how it ended. */
function courseOf({ status, minutes, endReason }: Plot, at: Date, admin: DemoPerson) {
  const isAllowed = status === 'active' || status === 'ended'
  const end = new Date(at.getTime() + minutes * 60_000)
  const run = {
    decided_by: isAllowed ? admin.id : null,
    decided_by_name: isAllowed ? admin.name : null,
    decided_at: isAllowed ? at : null,
    started_at: isAllowed ? at : null,
    ends_at: isAllowed ? end : null,
    ended_at: null,
    ended_by_side: null,
    ended_by_name: null,
    end_reason: endReason ?? null,
  }
  if (status === 'requested' || status === 'active') return run
  if (endReason === undefined) return { ...run, ended_at: end, ended_by_side: 'clock' }
  // Somebody who ends it does so before its time.
  return { ...run, ended_at: addDays(at, HOUR_OF_DAY), ended_by_side: 'tenant', ended_by_name: admin.name }
}

/** Support that looks into tenants for a case: asked for, looking now, and over. */
export function addAssistance({ now, ledger }: Making, people: DemoPeople): void {
  const [first, second] = people.platformAdmins
  for (const plot of PLOTS) {
    const tenant = people.tenants.get(plot.tenant)
    const person = plot.asks === 'first' ? first : second
    if (!tenant || !person) throw new Error('The cast is not complete.')
    const at = addDays(now, -plot.hoursAgo * HOUR_OF_DAY)
    ledger.add('assisted_access', {
      id: plot.id,
      tenant_id: tenant.id,
      partner_id: people.partners.get(plot.partner ?? '')?.id ?? null,
      person_id: person.id,
      person_name: person.name,
      case_number: plot.caseNumber,
      reason: plot.reason,
      duration_minutes: plot.minutes,
      status: plot.status,
      requested_at: at,
      answer_by: addDays(at, 1),
      ...courseOf(plot, at, tenant.adminPerson),
    })
  }
}
