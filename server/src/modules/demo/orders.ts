import { makeDemoOrders } from '#modules/orders/index.ts'
import type { DemoConsented } from './consents.ts'
import { addDays, Dice } from './dice.ts'
import { addLinks } from './links.ts'
import type { LinkPlot } from './link-plots.ts'
import { addPerson, Ledger, tenantMemberRow } from './people.ts'
import type { DemoMember, DemoPeople, DemoPerson, Making } from './people.ts'
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

/** A customer in which the wholesaler's people order for the customer's own bill. */
const RESELLING: LinkPlot = {
  partner: 'westwire-wholesale',
  tenant: 'lakeside-cable',
  role: 'reseller',
  type: 'reseller_channel',
  status: 'active',
  initiatedBy: 'partner',
  startsInDays: -150,
  endsInDays: 215,
  people: { 'Wilma Brandt': null },
  message: 'We order lines for you, on your own bill.',
}

const LINK_TABLES = [
  'delegation',
  'link',
  'link_request_sent',
  'link_news',
  'link_member',
  'delegation_history',
] as const

/** The rows of the wholesaler's link; they are written after the wholesaler, and leave what comes by chance elsewhere as it was. */
function linkRows(
  { now }: Making,
  people: DemoPeople,
  wholesaler: { readonly id: string; readonly member: DemoMember },
): DemoRows[] {
  const ledger = new Ledger()
  const partner = {
    id: wholesaler.id,
    slug: RESELLING.partner,
    name: 'Westwire Wholesale',
    legalName: 'Westwire Wholesale GmbH',
    support: null,
    members: [wholesaler.member],
  }
  const making = { now, dice: new Dice(20_261_128), ledger }
  addLinks(making, { partners: new Map([[partner.slug, partner]]), tenants: people.tenants }, [RESELLING])
  return LINK_TABLES.map((table) => ({ table, rows: ledger.rowsOf(table) }))
}

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

/** What the application of a partner ordered at a tenant that let it. */
function underConsent(
  { partner, client, consents }: DemoConsented,
  accounts: ReturnType<typeof accountsOf>,
  tenant = { slug: 'lakeside-cable', name: 'Lakeside Cable' },
) {
  const account = accounts.find(({ tenantName }) => tenantName === tenant.name)
  const delegationId = consents.get(tenant.slug)
  if (!account || delegationId === undefined) throw new Error(`${tenant.name} gave no consent.`)
  return { account, partner, client, delegationId }
}

/** Who belongs to the organisations that were added, each as an admin. */
function memberRows(
  making: Making,
  parties: ReturnType<typeof makeDemoOrders>['parties'],
  people: Readonly<Record<'wholesale' | 'home' | 'harbour' | 'tester', DemoPerson>>,
) {
  const admin = (tenantId: string, { id }: DemoPerson, by = making) =>
    tenantMemberRow(by, { tenantId, personId: id, role: 'TENANT_ADMIN' })
  const home = parties.wholesaler.homeTenantId
  return [
    admin(home, people.home),
    // Whoever orders for customers orders for the own organisation too.
    admin(home, people.wholesale, { ...making, dice: new Dice(20_261_129) }),
    admin(parties.managed.tenantId, people.harbour),
    admin(parties.sandbox.tenantId, people.tester),
  ]
}

/** That the wholesaler and its own organisation are one: said by one admin, confirmed by the other, who accepts as an owner. */
function homeRow(
  { now }: Making,
  { wholesaler }: ReturnType<typeof makeDemoOrders>['parties'],
  { home, wholesale }: Readonly<Record<'home' | 'wholesale', DemoPerson>>,
) {
  const at = addDays(now, -MEMBER_DAYS)
  return {
    id: new Dice(20_261_214).uuid(at),
    tenant_id: wholesaler.homeTenantId,
    partner_id: wholesaler.partnerId,
    tenant_name: 'Westwire Carrier',
    partner_name: 'Westwire Wholesale',
    status: 'active',
    asked_by: home.id,
    asked_by_name: home.name,
    asked_at: at,
    answer_by: addDays(at, 14),
    confirmed_by: wholesale.id,
    confirmed_by_name: wholesale.name,
    offered_at: at,
    accepted_by: wholesale.id,
    accepted_by_name: wholesale.name,
    accepted_at: at,
  }
}

/** Adds a wholesaler with its end customer, the sandbox, who pays for what, and orders; and the people who work there. */
export function addTrade(making: Making, people: DemoPeople, consented: DemoConsented): DemoTrade {
  const { dice, now } = making
  const [provider] = people.platformAdmins
  if (!provider) throw new Error('The demo world has no provider.')
  const accounts = accountsOf(making, people)
  const { rows, parties, completed } = makeDemoOrders({
    now,
    uuid: (at) => dice.uuid(at),
    provider,
    accounts,
    underConsent: underConsent(consented, accounts),
  })
  const person = (name: string, domain: string, role: string) => addPerson(making, { name, domain, role })
  const wholesale = person(
    'Wilma Brandt',
    'westwire.example',
    'Owner of Westwire Wholesale, admin of Westwire Carrier',
  )
  const home = person('Otto Keller', 'westwire.example', 'Admin of Westwire Carrier')
  const harbour = person('Hanna Vogt', 'harbour.example', 'Admin of Harbour Logistics')
  const tester = person('Sandra Fields', 'sandbox.example', 'Admin of the sandbox')
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
  const members = memberRows(making, parties, { wholesale, home, harbour, tester })
  return {
    rows: [
      ...consented.rows,
      ...rows.map(([table, list]) => ({ table, rows: list })),
      { table: 'partner_member', rows: [owner] },
      { table: 'tenant_member', rows: members },
      { table: 'partner_home', rows: [homeRow(making, parties, { home, wholesale })] },
      ...linkRows(making, people, {
        id: parties.wholesaler.partnerId,
        member: { ...wholesale, memberId: owner.id },
      }),
    ],
    completed,
    signIns: [wholesale, home, harbour, tester],
    tenantIds: [parties.wholesaler.homeTenantId, parties.managed.tenantId, parties.sandbox.tenantId],
    partnerIds: [parties.wholesaler.partnerId],
  }
}
