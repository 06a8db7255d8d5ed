import { maskOfActions, toBits } from '@liaison/access'
import type { Action } from '@liaison/access'
import type { DemoAccount, DemoGround, DemoOrderRows, DemoParties, Row } from './demo-ground.ts'
import { makeOrganisations } from './demo-organisations.ts'
import { CONSENT_STORIES, OWN_STORIES, PRODUCTS, RESALE_STORIES } from './demo-stories.ts'
import type { Story } from './demo-stories.ts'
import { addDays, dayOf, totalsOf } from './rules.ts'
import { scopesOf } from './resale-rules.ts'
import type { BillingMode } from './tables.ts'

const AGREEMENT = 'WSA-2026-014'
const ACTIONS: readonly Action[] = [
  'order.create',
  'order.read',
  'order.update',
  'order.cancel',
  'service.read',
  'account.read',
  'invoice.read',
]

function makeRelationship(
  { now, uuid, provider }: DemoGround,
  account: DemoAccount,
  payer: { readonly account: DemoAccount; readonly sellerId: string | null },
): Row & { readonly id: string } {
  const at = addDays(now, -200)
  return {
    id: uuid(at),
    kind: payer.sellerId === null ? 'direct' : 'resale',
    tenant_id: account.tenantId,
    account_id: account.id,
    seller_partner_id: payer.sellerId,
    payer_tenant_id: payer.account.tenantId,
    payer_account_id: payer.account.id,
    agreement_reference: payer.sellerId === null ? null : AGREEMENT,
    status: 'active',
    starts_at: at,
    ends_at: null,
    version: 1,
    created_by: provider.id,
    created_at: at,
    updated_at: at,
  }
}

interface Sold {
  readonly account: DemoAccount
  readonly partnerId: string
  readonly relationshipId: string
}

function makeDelegation(
  { provider }: DemoGround,
  given: Sold & { readonly id: string; readonly at: Date },
): Row {
  const { id, at, account, partnerId } = given
  const mask = toBits(maskOfActions(ACTIONS))
  return {
    id,
    tenant_id: account.tenantId,
    partner_id: partnerId,
    kind: 'resale',
    status: 'active',
    status_changed_at: at,
    status_changed_by: provider.id,
    status_changed_by_side: 'provider',
    role_mask: mask,
    mask,
    has_timed_overrides: false,
    conditions: {},
    starts_at: at,
    ends_at: addDays(at, 365),
    epoch: 1,
    billing_party: 'partner',
    requested_by: provider.id,
    requested_at: at,
    approved_by: provider.id,
    approved_by_name: provider.name,
    approved_at: at,
    approval_basis: 'operator_attested',
    approval_snapshot: attested(account, at),
    version: 1,
    created_at: at,
    updated_at: at,
  }
}

function attested({ ban }: DemoAccount, at: Date) {
  return { agreement_reference: AGREEMENT, accounts: [ban], actions: ACTIONS, ends_at: addDays(at, 365) }
}

function makeResale(ground: DemoGround, sold: Sold): { readonly id: string; readonly rows: DemoOrderRows } {
  const at = addDays(ground.now, -180)
  const id = ground.uuid(at)
  const { account, partnerId } = sold
  const parties = { tenant_id: account.tenantId, partner_id: partnerId }
  const resale = {
    id,
    ...parties,
    relationship_id: sold.relationshipId,
    agreement_reference: AGREEMENT,
    scopes: scopesOf(ACTIONS),
    actions: ACTIONS,
  }
  const history = {
    delegation_id: id,
    ...parties,
    changed_at: at,
    version: 1,
    event: 'attested',
    detail: { ...attested(account, at), by: 'provider', name: ground.provider.name },
  }
  const rows: DemoOrderRows = [
    ['delegation', [makeDelegation(ground, { ...sold, id, at })]],
    ['resale', [resale]],
    ['delegation_account', [{ delegation_id: id, ...parties, account_id: account.id, position: 1 }]],
    ['delegation_history', [history]],
  ]
  return { id, rows }
}

/** Who orders in a story, on which account, and who pays. */
interface Teller {
  readonly account: DemoAccount
  readonly relationshipId: string
  readonly payer: DemoAccount
  readonly mode: BillingMode
  readonly client: { readonly id: string; readonly name: string }
  readonly partner: { readonly id: string; readonly name: string } | null
  readonly delegationId: string | null
}

function makeItems(
  ground: DemoGround,
  story: Story,
  order: { id: string; at: Date; account: DemoAccount },
): Row[] {
  return story.items.map(([code, quantity], index) => {
    const [, name, once, monthly] = PRODUCTS.find((product) => product[0] === code) ?? PRODUCTS[0]
    return {
      tenant_id: order.account.tenantId,
      id: ground.uuid(order.at),
      account_id: order.account.id,
      order_id: order.id,
      position: index + 1,
      product_code: code,
      product_name: name,
      quantity,
      once_unit_minor: once,
      monthly_unit_minor: monthly,
    }
  })
}

function makeOrder(
  ground: DemoGround,
  teller: Teller,
  story: Story,
): { id: string; isCompleted: boolean; order: Row; items: Row[] } {
  const at = addDays(ground.now, -story.daysAgo)
  const { account, payer, client, partner, delegationId, mode } = teller
  const id = ground.uuid(at)
  const items = makeItems(ground, story, { id, at, account })
  const totals = totalsOf(
    story.items.map(([code, quantity]) => {
      const [, , once = 0, monthly = 0] = PRODUCTS.find((product) => product[0] === code) ?? []
      return { product_code: code, quantity, once_unit_minor: once, monthly_unit_minor: monthly }
    }),
  )
  const isCompleted = story.status === 'completed'
  const changedAt = story.status === 'acknowledged' ? at : addDays(at, 1)
  const order = {
    tenant_id: account.tenantId,
    id,
    account_id: account.id,
    ban: account.ban,
    status: isCompleted ? 'in_progress' : story.status,
    status_reason: story.reason,
    status_changed_at: changedAt,
    reference: story.reference,
    requested_on: dayOf(addDays(at, 1)),
    currency: account.currency,
    once_total_minor: totals.once,
    monthly_total_minor: totals.monthly,
    relationship_id: teller.relationshipId,
    billing_mode: mode,
    payer_tenant_id: payer.tenantId,
    payer_account_id: payer.id,
    payer_ban: payer.ban,
    payer_name: payer.tenantName,
    access_mode: delegationId === null ? 'own' : mode === 'resale' ? 'resale' : 'delegated',
    partner_id: partner?.id ?? null,
    partner_name: partner?.name ?? null,
    client_id: client.id,
    client_name: client.name,
    acted_by: `client:${client.name}`,
    delegation_id: delegationId,
    delegation_epoch: delegationId === null ? null : 1,
    version: story.status === 'acknowledged' ? 1 : 2,
    placed_at: at,
    updated_at: changedAt,
  }
  return { id, isCompleted, order, items }
}

function findId(rows: readonly (Row & { readonly id: string })[], account: DemoAccount): string {
  const found = rows.find((row) => row['account_id'] === account.id)
  if (!found) throw new Error(`Nobody pays for ${account.ban}.`)
  return found.id
}

function makeProducts({ now, accounts }: DemoGround, others: readonly DemoAccount[]): Row[] {
  const currencies = new Set([...accounts, ...others].map(({ currency }) => currency))
  return [...currencies].flatMap((currency) =>
    PRODUCTS.map(([code, name, once, monthly]) => ({
      code,
      currency,
      name,
      once_minor: once,
      monthly_minor: monthly,
      status: 'offered',
      version: 1,
      updated_at: addDays(now, -200),
    })),
  )
}

function tellUnderConsent(
  ground: DemoGround,
  direct: readonly (Row & { readonly id: string })[],
): ReturnType<typeof makeOrder>[] {
  const { underConsent } = ground
  if (!underConsent) return []
  const { account } = underConsent
  const teller: Teller = {
    ...underConsent,
    relationshipId: findId(direct, account),
    payer: account,
    mode: 'direct',
  }
  return CONSENT_STORIES.map((story) => makeOrder(ground, teller, story))
}

/** What the demo world is told: the rows, whom they made, and which orders have yet to be completed. */
export interface DemoOrders {
  readonly rows: DemoOrderRows
  readonly parties: DemoParties
  /** Written as in progress; `COMPLETE_DEMO_ORDERS` completes them, which makes their services. */
  readonly completed: readonly string[]
}

/** Completes demo orders by their ids, as the provider would: their services come from the same trigger. */
export const COMPLETE_DEMO_ORDERS = `update service_order set status = 'completed', version = version + 1 where id = any ($1::uuid[])`

/**
 * Dates the services of completed demo orders back to their orders, and ends a few, so that both states are seen; run
 * after `COMPLETE_DEMO_ORDERS` with the same ids.
 */
export const AGE_DEMO_SERVICES = `update service s set started_at = w.placed_at + interval '3 days',
  status = case when w.ends then 'ended' else 'active' end, ended_at = case when w.ends then w.placed_at + interval '30 days' end
  from (select x.tenant_id, x.id, o.placed_at, x.number = 1 and x.product_code in ('VOICE-TRUNK', 'ROUTER-PRO') as ends
    from service x join service_order o on o.tenant_id = x.tenant_id and o.id = x.order_id where o.id = any ($1::uuid[])) w
  where s.tenant_id = w.tenant_id and s.id = w.id`

/**
 * The part of the demo world that is about orders: products, who pays for every account, a wholesaler with a tenant of
 * its own that manages an end customer, a sandbox tenant with two accounts, and orders of the past. Pure.
 */
export function makeDemoOrders(ground: DemoGround): DemoOrders {
  const made = makeOrganisations(ground)
  const { wholesaler, homeAccount, endAccount, sandboxAccounts, clients } = made
  const own = [...ground.accounts, homeAccount, ...sandboxAccounts]
  const direct = own.map((account) => makeRelationship(ground, account, { account, sellerId: null }))
  const payer = { account: homeAccount, sellerId: wholesaler.id }
  const sold = makeRelationship(ground, endAccount, payer)
  const resale = makeResale(ground, {
    account: endAccount,
    partnerId: wholesaler.id,
    relationshipId: sold.id,
  })
  const [account] = ground.accounts
  const reseller: Teller = {
    account: endAccount,
    relationshipId: sold.id,
    payer: homeAccount,
    mode: 'resale',
    client: clients.wholesaler,
    partner: wholesaler,
    delegationId: resale.id,
  }
  const tenant: Teller = {
    account,
    relationshipId: findId(direct, account),
    payer: account,
    mode: 'direct',
    client: clients.tenant,
    partner: null,
    delegationId: null,
  }
  const told = [
    ...RESALE_STORIES.map((story) => makeOrder(ground, reseller, story)),
    ...OWN_STORIES.map((story) => makeOrder(ground, tenant, story)),
    ...tellUnderConsent(ground, direct),
  ]
  return {
    rows: [
      ...made.rows,
      ['product', makeProducts(ground, [homeAccount, ...sandboxAccounts])],
      ['commercial_relationship', [...direct, sold]],
      ...resale.rows,
      ['service_order', told.map(({ order }) => order)],
      ['order_item', told.flatMap(({ items }) => items)],
    ],
    parties: made.parties,
    completed: told.flatMap(({ id, isCompleted }) => (isCompleted ? [id] : [])),
  }
}
