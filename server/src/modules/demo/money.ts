import { addDays, toDay } from './dice.ts'
import type { DemoLink } from './links.ts'
import type { Making } from './people.ts'
import type { DemoRow } from './store.ts'

/** What one unit is worth in euros on the first day, and how far it moves each week. */
const RATES: readonly (readonly [currency: string, rate: number, step: number])[] = [
  ['USD', 0.9231, 0.0013],
  ['GBP', 1.1684, -0.0009],
  ['CAD', 0.6712, 0.0006],
]
const RATE_DAYS = 120
const WEEK_DAYS = 7

/** Rates of working weeks into euros, and back, as a bank's list would have them. */
function addRates({ ledger, now }: Making): void {
  for (let days = RATE_DAYS; days >= 0; days -= WEEK_DAYS) {
    const at = addDays(now, -days)
    for (const [currency, first, step] of RATES) {
      const rate = first + step * ((RATE_DAYS - days) / WEEK_DAYS)
      const row = { day: toDay(at), source: 'billing', created_at: at, updated_at: at }
      ledger.add('fx_rate', { ...row, from_currency: currency, to_currency: 'EUR', rate: rate.toFixed(6) })
      ledger.add('fx_rate', {
        ...row,
        from_currency: 'EUR',
        to_currency: currency,
        rate: (1 / rate).toFixed(6),
      })
    }
  }
}

/** What is disputed of a tenant's overdue invoices, the most overdue first, and what the tenant said. */
const DISPUTES = [
  {
    reason: 'not_delivered',
    explanation: 'The second line at the warehouse was never switched on; see the tickets of that week.',
    daysAgo: 3,
    end: null,
  },
  {
    reason: 'duplicate',
    explanation: 'The same month was invoiced twice, with another number.',
    daysAgo: 18,
    end: { status: 'accepted', note: 'You are right, this was invoiced twice. It will be credited.' },
  },
  {
    reason: 'wrong_amount',
    explanation: 'The agreed discount of ten per cent is missing on this invoice.',
    daysAgo: 25,
    end: { status: 'rejected', note: 'The discount ended in the spring; the amount is correct.' },
  },
] as const

function overdueOf({ ledger, now }: Making, tenantId: string): DemoRow[] {
  const today = toDay(now)
  return ledger
    .rowsOf('invoice')
    .filter((row) => row['tenant_id'] === tenantId && String(row['due_on']) < today)
    .filter((row) => row['status'] === 'finalized')
    .toSorted((left, right) => (String(left['due_on']) < String(right['due_on']) ? -1 : 1))
}

function partnerOf({ partner, members, id }: DemoLink) {
  const [person] = members
  return person === undefined ? null : { partner, person, delegationId: id }
}

function addDispute(making: Making, link: DemoLink, index: number): void {
  const by = partnerOf(link)
  const invoice = overdueOf(making, link.tenant.id)[index]
  const plot = DISPUTES[index % DISPUTES.length]
  if (!by || !invoice || !plot) return
  const at = addDays(making.now, -plot.daysAgo)
  const end =
    plot.end === null
      ? { status: 'open', version: 1 }
      : {
          status: plot.end.status,
          decided_by: by.person.id,
          decided_by_name: `Billing of ${link.tenant.name}`,
          decided_at: addDays(at, 2),
          decision_note: plot.end.note,
          version: 2,
        }
  making.ledger.add('invoice_dispute', {
    tenant_id: link.tenant.id,
    id: making.dice.uuid(at),
    invoice_id: invoice['id'],
    reason: plot.reason,
    explanation: plot.explanation,
    amount_minor: Math.round(Number(invoice['total_minor']) / (index + 1)),
    currency: invoice['currency'],
    billing_party: 'tenant',
    created_by: by.person.id,
    created_by_name: by.person.name,
    created_by_partner_id: by.partner.id,
    created_by_partner_name: by.partner.name,
    delegation_id: by.delegationId,
    decided_by: null,
    decided_by_name: null,
    decided_at: null,
    decision_note: null,
    ...end,
    created_at: at,
    updated_at: at,
  })
}

function addReminder(making: Making, link: DemoLink): void {
  const by = partnerOf(link)
  const invoice = overdueOf(making, link.tenant.id)[1]
  if (!by || !invoice) return
  const at = addDays(making.now, -6)
  const daysOverdue = Math.floor((at.getTime() - Date.parse(String(invoice['due_on']))) / 86_400_000)
  const isReminded = making.ledger
    .rowsOf('invoice_reminder')
    .some((row) => row['invoice_id'] === invoice['id'])
  if (daysOverdue < 1 || isReminded) return
  making.ledger.add('invoice_reminder', {
    tenant_id: link.tenant.id,
    id: making.dice.uuid(at),
    invoice_id: invoice['id'],
    sent_on: toDay(at),
    sent_at: at,
    recipient: 'customer',
    days_overdue: daysOverdue,
    balance_minor: invoice['total_minor'],
    currency: invoice['currency'],
    billing_party: 'tenant',
    sent_by: by.person.id,
    sent_by_name: by.person.name,
    partner_id: by.partner.id,
    partner_name: by.partner.name,
    delegation_id: by.delegationId,
  })
}

const FULL_ENOUGH: ReadonlySet<string> = new Set(['msp_full', 'msp_billing', 'enterprise_hq'])

/** Adds exchange rates, and disputes and reminders of the tenants whose billing a partner looks after. */
export function addMoney(making: Making, links: readonly DemoLink[]): void {
  addRates(making)
  const byTenant = new Map<string, DemoLink>()
  for (const link of links.filter(({ status, role }) => status === 'active' && FULL_ENOUGH.has(role)))
    if (!byTenant.has(link.tenant.id)) byTenant.set(link.tenant.id, link)
  const full = [...byTenant.values()]
  for (const [place, link] of full.entries()) {
    addDispute(making, link, place % DISPUTES.length)
    addReminder(making, link)
  }
  const [first] = full
  if (!first) return
  making.ledger.add('billing_setting', {
    tenant_id: first.tenant.id,
    reminders: 'customer',
    reply_to: `billing@${first.tenant.slug}.example`,
    reminder_note: 'Please pay by bank transfer and name the number of the invoice.',
    version: 1,
    updated_at: addDays(making.now, -30),
  })
}
