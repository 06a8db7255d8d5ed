import { createHash } from 'node:crypto'
import { encodeId, idFromUuid } from '@liaison/access'
import type { PartnerId, SubscriberId, TenantId } from '@liaison/access'
import { allRoutes } from '../src/app.ts'
import { TestWorld } from './world.ts'
import type { Caller } from './world.ts'

/** A world with every route of the product: an account concerns many of them. */
export function startWholeWorld(): Promise<TestWorld> {
  return TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }))
}

/** Puts a subscriber into a tenant. */
export async function seedSubscriber(
  world: TestWorld,
  tenant: TenantId,
  name: string,
): Promise<{ uuid: SubscriberId; id: string }> {
  const [row] = await world.seed<{ id: string }>(
    `insert into subscriber (tenant_id, name, status) values ($1, $2, 'active') returning id`,
    [tenant, name],
    tenant,
  )
  const uuid = idFromUuid('subscriber', row?.id ?? '')
  return { uuid, id: encodeId('subscriber', uuid) }
}

/** Makes a subscriber an account of a partner, as the tenant would; `endsAt` may lie in the past. */
export async function seedAccount(
  world: TestWorld,
  account: {
    readonly tenant: TenantId
    readonly partner: PartnerId
    readonly subscriber: SubscriberId
    readonly status?: 'active' | 'ended'
    readonly endsAt?: Date | null
  },
): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into partner_account (tenant_id, partner_id, tenant_name, partner_name, subscriber_id, subscriber_name, engagement, status,
       initiated_by, requested_by, requested_by_name, attached_by, attached_by_name, attached_at, ends_at, ended_at, ended_by_side)
     select $1, $2, 'Tenant', 'Partner', s.id, s.name, 'sales', $4, 'tenant', uuidv7(), 'An admin', uuidv7(), 'An admin', now() - interval '1 year', $5,
       case when $4 = 'ended' then now() end, case when $4 = 'ended' then 'tenant' end
     from subscriber s where s.tenant_id = $1 and s.id = $3 returning id`,
    [account.tenant, account.partner, account.subscriber, account.status ?? 'active', account.endsAt ?? null],
    account.tenant,
  )
  return row?.id ?? ''
}

/** Runs plain SQL as a login, in the access context that a request of this caller would have; nothing of it is kept. */
export async function inContext(
  world: TestWorld,
  as: {
    readonly login: 'liaison_delegate' | 'liaison_program' | 'liaison_tenant'
    readonly caller: Caller
    readonly permission: string
    readonly tenant?: TenantId
  },
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = await world.database.pool(as.login).connect()
  try {
    await client.query('begin')
    const session_hash = createHash('sha256')
      .update(as.caller.cookie?.split('=')[1] ?? '')
      .digest('hex')
    const entering = { session_hash, tenant_id: as.tenant, permission: as.permission, writes: false }
    await client.query('select access.enter_person($1)', [entering])
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}
