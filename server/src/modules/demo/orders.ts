import { makeDemoOrders } from '#modules/orders/index.ts'
import { addPerson, tenantMemberRow } from './people.ts'
import type { DemoPeople, DemoPerson, Making } from './people.ts'
import { addDays } from './dice.ts'
import type { DemoRows } from './store.ts'

/** What the demo world holds of wholesale, orders and the sandbox; written after everything else. */
export interface DemoTrade {
  readonly rows: readonly DemoRows[]
  /** Orders to be completed once they are there. */
  readonly completed: readonly string[]
  /** Those who can sign in for the organisations that were added. */
  readonly signIns: readonly DemoPerson[]
  readonly tenantIds: readonly string[]
  readonly partnerIds: readonly string[]
}

const MEMBER_DAYS = 300

function accountsOf({ ledger }: Making, people: DemoPeople) {
  const names = new Map([...people.tenants.values()].map(({ id, name }) => [id, name]))
  const accounts = ledger.rowsOf('billing_account').map((row) => ({
    id: String(row['id']),
    tenantId: String(row['tenant_id']),
    tenantName: names.get(String(row['tenant_id'])) ?? '',
    ban: String(row['ban']),
    currency: String(row['currency']),
  }))
  const [first, ...others] = accounts
  if (!first) throw new Error('The demo world has no billing account.')
  return [first, ...others] as const
}

/** Adds a wholesaler with its end customer, the sandbox, who pays for what, and orders; and the people who work there. */
export function addTrade(making: Making, people: DemoPeople): DemoTrade {
  const { dice, now } = making
  const [provider] = people.platformAdmins
  if (!provider) throw new Error('The demo world has no provider.')
  const { rows, parties, completed } = makeDemoOrders({
    now,
    uuid: (at) => dice.uuid(at),
    provider,
    accounts: [...accountsOf(making, people)],
  })
  const person = (name: string, domain: string, role: string) => addPerson(making, { name, domain, role })
  const wholesale = person('Wilma Brandt', 'westwire.example', 'Owner of Westwire Wholesale')
  const home = person('Otto Keller', 'westwire.example', 'Admin of Westwire Carrier')
  const harbour = person('Hanna Vogt', 'harbour.example', 'Admin of Harbour Logistics')
  const tester = person('Sandra Fields', 'sandbox.example', 'Admin of the sandbox')
  const admin = (tenantId: string, { id }: DemoPerson) =>
    tenantMemberRow(making, { tenantId, personId: id, role: 'TENANT_ADMIN' })
  const at = addDays(now, -MEMBER_DAYS)
  const owner = {
    id: dice.uuid(at),
    partner_id: parties.wholesaler.partnerId,
    person_id: wholesale.id,
    role: 'PARTNER_OWNER',
    status: 'active',
    created_at: at,
    updated_at: at,
  }
  const members = [
    admin(parties.wholesaler.homeTenantId, home),
    admin(parties.managed.tenantId, harbour),
    admin(parties.sandbox.tenantId, tester),
  ]
  return {
    rows: [
      ...rows.map(([table, list]) => ({ table, rows: list })),
      { table: 'partner_member', rows: [owner] },
      { table: 'tenant_member', rows: members },
    ],
    completed,
    signIns: [wholesale, home, harbour, tester],
    tenantIds: [parties.wholesaler.homeTenantId, parties.managed.tenantId, parties.sandbox.tenantId],
    partnerIds: [parties.wholesaler.partnerId],
  }
}
