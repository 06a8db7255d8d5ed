import { FIRST_NAMES, LAST_NAMES } from './cast.ts'
import { addDays, startOfMonth, toDay } from './dice.ts'
import type { DemoTenant, Making } from './people.ts'

export interface DemoSubscriber {
  readonly id: string
  readonly name: string
}

/** How an invoice of the demo world stands, and how long ago its due day was. */
type Standing = {
  readonly status: 'paid' | 'finalized' | 'partially_paid' | 'draft' | 'cancelled'
  readonly dueDaysAgo: number
}

/** Every tenant owes in every age, so that no bucket of the ageing is empty. Negative: due in the future. */
const UNPAID: readonly Standing[] = [
  { status: 'finalized', dueDaysAgo: -21 },
  { status: 'finalized', dueDaysAgo: -9 },
  { status: 'finalized', dueDaysAgo: -2 },
  { status: 'partially_paid', dueDaysAgo: -5 },
  { status: 'finalized', dueDaysAgo: 6 },
  { status: 'partially_paid', dueDaysAgo: 17 },
  { status: 'finalized', dueDaysAgo: 29 },
  { status: 'finalized', dueDaysAgo: 41 },
  { status: 'finalized', dueDaysAgo: 75 },
  { status: 'finalized', dueDaysAgo: 118 },
  { status: 'cancelled', dueDaysAgo: 60 },
  { status: 'draft', dueDaysAgo: -30 },
]

const METHODS: readonly string[] = ['bank_transfer', 'card', 'direct_debit']
const TERM_DAYS = 30
const HISTORY_MONTHS = 12

/** Where a customer's reminders go; the demo's mails stay in its own outbox. */
function mailOf(name: string): string {
  return `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@customer.example`
}

function addSubscribers({ dice, ledger, now }: Making, tenant: DemoTenant): DemoSubscriber[] {
  return Array.from({ length: tenant.subscribers }, (_, index) => {
    const activatedAt = addDays(now, -dice.between(20, 900))
    const status = index % 17 === 16 ? 'closed' : index % 11 === 10 ? 'suspended' : 'active'
    const subscriber = {
      id: dice.uuid(activatedAt),
      name: `${dice.pick(FIRST_NAMES)} ${dice.pick(LAST_NAMES)}`,
    }
    ledger.add('subscriber', {
      tenant_id: tenant.id,
      id: subscriber.id,
      name: subscriber.name,
      billing_email: index % 9 === 8 ? null : mailOf(subscriber.name),
      status,
      plan: dice.pick(['Fiber 100', 'Fiber 500', 'Fiber 1000']),
      city: tenant.city,
      postal_code: String(dice.between(10_000, 99_999)),
      activated_on: toDay(activatedAt),
      closed_on: status === 'closed' ? toDay(addDays(now, -dice.between(1, 19))) : null,
      created_at: activatedAt,
      updated_at: activatedAt,
    })
    return subscriber
  })
}

function addAccounts({ dice, ledger, now }: Making, tenant: DemoTenant): string[] {
  const names = tenant.plan === 'enterprise' ? ['Main', 'Wholesale'] : ['Main']
  return names.map((name, index) => {
    const at = addDays(now, -400)
    const id = dice.uuid(at)
    ledger.add('billing_account', {
      tenant_id: tenant.id,
      id,
      ban: `${index + 4}-${dice.between(100, 999)}-${dice.between(100, 999)}`,
      name,
      currency: tenant.currency,
      status: 'active',
      created_at: at,
    })
    return id
  })
}

interface Billing {
  readonly tenant: DemoTenant
  readonly accounts: readonly string[]
  readonly subscribers: readonly DemoSubscriber[]
  count: number
}

function addPayment(
  { dice, ledger }: Making,
  payment: { tenant: DemoTenant; invoiceId: string; amount: number; at: Date },
): void {
  ledger.add('payment', {
    tenant_id: payment.tenant.id,
    id: dice.uuid(payment.at),
    invoice_id: payment.invoiceId,
    amount_minor: payment.amount,
    currency: payment.tenant.currency,
    received_at: payment.at,
    method: dice.pick(METHODS),
    created_at: payment.at,
  })
}

function paidPart(dice: Making['dice'], standing: Standing, total: number): number {
  if (standing.status === 'paid') return total
  return standing.status === 'partially_paid' ? Math.round((total * dice.between(2, 6)) / 10) : 0
}

function addInvoice(making: Making, billing: Billing, standing: Standing): void {
  const { dice, ledger, now } = making
  const { tenant } = billing
  const dueAt = addDays(now, -standing.dueDaysAgo)
  const issuedAt = addDays(dueAt, -TERM_DAYS)
  const subscriber = dice.pick(billing.subscribers)
  const subtotal = tenant.monthlyMinor * dice.between(1, 4)
  const tax = Math.round(subtotal * 0.08)
  const paid = paidPart(dice, standing, subtotal + tax)
  const paidAt = addDays(dueAt, -dice.between(3, 12))
  const id = dice.uuid(issuedAt)
  billing.count += 1
  ledger.add('invoice', {
    tenant_id: tenant.id,
    id,
    billing_account_id: dice.pick(billing.accounts),
    number: `INV-${issuedAt.getUTCFullYear()}-${String(1000 + billing.count)}`,
    subscriber_id: subscriber.id,
    customer_name: subscriber.name,
    issued_on: toDay(issuedAt),
    due_on: toDay(dueAt),
    status: standing.status,
    currency: tenant.currency,
    subtotal_minor: subtotal,
    tax_minor: tax,
    total_minor: subtotal + tax,
    paid_minor: paid,
    paid_on: standing.status === 'paid' ? toDay(paidAt < now ? paidAt : now) : null,
    created_at: issuedAt,
    updated_at: paid > 0 && paidAt < now ? paidAt : issuedAt,
  })
  if (paid > 0)
    addPayment(making, { tenant, invoiceId: id, amount: paid, at: paidAt < now ? paidAt : addDays(now, -1) })
}

/** Adds accounts, subscribers, a year of invoices and their payments; returns the subscribers. */
export function addBusiness(making: Making, tenant: DemoTenant): DemoSubscriber[] {
  const subscribers = addSubscribers(making, tenant)
  const billing: Billing = { tenant, accounts: addAccounts(making, tenant), subscribers, count: 0 }
  const perMonth = Math.ceil(tenant.subscribers / 10)
  for (let month = HISTORY_MONTHS; month >= 1; month -= 1) {
    const dueAt = addDays(startOfMonth(making.now, -month), TERM_DAYS)
    const dueDaysAgo = Math.floor((making.now.getTime() - dueAt.getTime()) / 86_400_000)
    for (let count = 0; count < perMonth; count += 1)
      addInvoice(making, billing, { status: 'paid', dueDaysAgo: dueDaysAgo - making.dice.between(0, 5) })
  }
  for (const standing of UNPAID) addInvoice(making, billing, standing)
  if (tenant.slug === 'acme-fiber') addInvoice(making, billing, { status: 'finalized', dueDaysAgo: 3 })
  return subscribers
}

/** Adds ninety days of usage and the outages of that time, for a tenant whose network reports them. */
export function addMonitoring({ dice, ledger, now }: Making, tenant: DemoTenant): void {
  if (!tenant.isMonitored) return
  for (let day = 90; day >= 1; day -= 1) {
    const active = Math.round(tenant.subscribers * (0.9 + dice.next() * 0.08))
    ledger.add('usage_day', {
      tenant_id: tenant.id,
      day: toDay(addDays(now, -day)),
      active_subscribers: active,
      data_gb: Math.round(active * (9 + dice.next() * 6) * 1000) / 1000,
      peak_mbps: Math.round(active * (40 + dice.next() * 20)),
      average_mbps: Math.round(active * (9 + dice.next() * 4)),
    })
  }
  const outages = tenant.slug === 'beta-networks' ? 4 : 2
  for (let count = 0; count < outages; count += 1) {
    const startedAt = addDays(now, -dice.between(1, 80) - dice.next())
    const isOpen = tenant.slug === 'cascade-broadband' && count === 0
    const from = isOpen ? addDays(now, -0.05) : startedAt
    ledger.add('outage', {
      tenant_id: tenant.id,
      id: dice.uuid(from),
      service: dice.pick(['access network', 'core router', 'DNS', 'billing portal']),
      started_at: from,
      ended_at: isOpen ? null : addDays(from, dice.between(10, 190) / 1440),
      is_planned: count % 2 === 1,
      affected_subscribers: dice.between(3, tenant.subscribers),
      created_at: from,
    })
  }
}
