import type { ClientPermission } from '@liaison/access'
import { publicIdOf } from '#platform/public-id.ts'
import type { DemoConsented } from './consents.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoPeople, DemoTenant, Making } from './people.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before there were clients. */
const SEED = 20_261_131
const ADDRESS = '198.51.100.23'
const BASE = '/api/v1/customers/:customer_ban'

interface Call {
  readonly action: string
  readonly permission: ClientPermission
  readonly route: string
  readonly rows: number
}

const SERVICES: Call = {
  action: 'services.list',
  permission: 'api.services.read',
  route: `${BASE}/services`,
  rows: 14,
}
const ORDERS: Call = {
  action: 'orders.list',
  permission: 'api.orders.read',
  route: `${BASE}/orders`,
  rows: 2,
}
const INVOICES: Call = {
  action: 'invoices.list',
  permission: 'api.invoices.read',
  route: `${BASE}/invoices`,
  rows: 25,
}

/** What the application reads at each tenant, and how many days ago it stopped. */
const HABITS: readonly (readonly [tenant: string, calls: readonly Call[], untilDaysAgo: number])[] = [
  ['lakeside-cable', [SERVICES, ORDERS], 0.03],
  ['acme-fiber', [INVOICES, SERVICES], 0.4],
  ['cascade-broadband', [SERVICES, ORDERS], 3.1],
]

interface Doing extends Pick<Making, 'ledger'> {
  readonly dice: Dice
  readonly consented: DemoConsented
  readonly tenant: DemoTenant
}

interface Told {
  readonly at: Date
  readonly call: Call
  readonly code?: string
}

function addCall({ dice, ledger, consented, tenant }: Doing, { at, call, code }: Told): void {
  const { client, partner, consents } = consented
  const id = dice.uuid(at)
  const rowCount = code === undefined ? call.rows : null
  ledger.add('audit_event', {
    id,
    occurred_at: at,
    plane: 'delegation',
    action: call.action,
    outcome: code === undefined ? 'allowed' : 'denied',
    code,
    actor_type: 'client',
    actor_id: client.id,
    actor_name: client.name,
    ip: ADDRESS,
    source: 'api',
    partner_id: partner.id,
    partner_name: partner.name,
    tenant_id: tenant.id,
    tenant_name: tenant.name,
    delegation_id: consents.get(tenant.slug),
    delegation_epoch: 1,
    role: 'delegated',
    permission: call.permission,
    row_count: rowCount,
    billing_party: publicIdOf('tenant', tenant.id),
    repeats: 1,
    request_id: `req_${id.replaceAll('-', '').slice(10)}`,
    method: 'GET',
    route: call.route,
  })
  const scope = { occurred_at: at, event_id: id, row_count: rowCount }
  ledger.add('audit_scope', { kind: 'partner', scope_id: partner.id, ...scope })
  ledger.add('audit_scope', { kind: 'tenant', scope_id: tenant.id, ...scope })
}

/** Tells what a partner's application read under its consents, once a day of the past two weeks, and what it was refused. */
export function addClientActivity(
  { now, ledger }: Making,
  people: DemoPeople,
  consented: DemoConsented,
): void {
  const dice = new Dice(SEED)
  for (const [slug, calls, until] of HABITS) {
    const tenant = people.tenants.get(slug)
    if (!tenant) continue
    const doing = { dice, ledger, consented, tenant }
    for (let day = 14; day >= 0; day -= 1) {
      const at = addDays(now, -(day + until + dice.next() / 12))
      if (day + until < 14) addCall(doing, { at, call: dice.pick(calls) })
    }
    // What was suspended three days ago was asked for once more.
    if (until > 3)
      addCall(doing, { at: addDays(now, -(until - 0.4)), call: SERVICES, code: 'DELEGATION_SUSPENDED' })
  }
}
