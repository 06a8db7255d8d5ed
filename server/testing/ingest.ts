import { createHash, randomBytes } from 'node:crypto'
import type { TenantId } from '@liaison/access'
import { makeIngestKey } from '#modules/ingest/index.ts'
import type { Caller, TestWorld } from './world.ts'

/** Somebody without a session: the provider's own systems come with a key only. */
export const STRANGER: Caller | null = null

let serial = 0

/** A source of its own for each test, with a key and a way to hand items in. */
export async function seedSource(world: TestWorld) {
  const source = `source-${(serial += 1)}`
  const { text } = makeIngestKey(randomBytes(32))
  await world.seed(
    `insert into ingest_key (name, source, key_hash, key_hint) values ('Test', $1, $2, 'hint')`,
    [source, createHash('sha256').update(text).digest()],
  )
  const send = async (kind: string, items: unknown[], extra: object = {}) => {
    const options = { body: { source, items, ...extra }, headers: { authorization: `Bearer ${text}` } }
    const response = await world.call(STRANGER, 'POST', `/api/v1/ingest/${kind}`, options)
    return { status: response.statusCode, body: response.json() }
  }
  return { source, key: text, send }
}

export const usd = (amount: number) => ({ amount_minor: amount, currency: 'USD' })

export function tenantItem(id: string, source: string) {
  return { external_id: id, name: `Tenant ${id}`, slug: `${source}-${id}`, status: 'active', currency: 'USD' }
}

/** An invoice of 10.80 on the account `ba1` of the tenant `t1`. */
export const invoiceItem = (id: string, more: object = {}) => ({
  tenant: 't1',
  external_id: id,
  billing_account: 'ba1',
  number: `N-${id}`,
  issued_on: '2026-01-01',
  due_on: '2026-01-31',
  status: 'sent',
  subtotal: usd(1000),
  tax: usd(80),
  ...more,
})

/** A ticket of the tenant `t1`. */
export const ticketItem = (id: string, more: object = {}) => ({
  tenant: 't1',
  external_id: id,
  subject: 'Slow',
  status: 'inProgress',
  created_at: '2026-01-01T10:00:00Z',
  ...more,
})

/** A source with two tenants, `t1` and `t2`, and the account `ba1` of the first. */
export async function seedTenants(world: TestWorld) {
  const seeded = await seedSource(world)
  await seeded.send('tenants', [tenantItem('t1', seeded.source), tenantItem('t2', seeded.source)])
  const account = { tenant: 't1', external_id: 'ba1', ban: '4-1', name: 'Main', currency: 'USD' }
  await seeded.send('billing_accounts', [account])
  const query = 'select id from tenant where source = $1 order by external_id'
  const rows = await world.sql<{ id: TenantId }>(query, [seeded.source])
  return { ...seeded, tenantIds: rows.map((row) => row.id) }
}

/** The answer to items of which so many were created, updated and unchanged. */
export const tally = (created: number, updated: number, unchanged: number) => ({
  status: 200,
  body: { received: created + updated + unchanged, created, updated, unchanged, errors: [] },
})
