import type { IdOf, LinkId, PartnerId, PersonId, TenantId } from '@liaison/access'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Caller, TestWorld } from './world.ts'

export const SIDES = ['partner', 'tenant', 'provider', 'clock'] as const
export type Side = (typeof SIDES)[number]

/** A partner and a tenant with one person on each side, and somebody of the provider. */
export interface Scene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly people: Readonly<Record<Exclude<Side, 'clock'>, { id: PersonId; caller: Caller }>>
  readonly stranger: PersonId
  readonly member: IdOf<'member'>
}

/** Seeds a scene of its own. */
export async function openScene(world: TestWorld): Promise<Scene> {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const [owner, admin, staff, stranger] = [
    await world.person(),
    await world.person(),
    await world.person(),
    await world.person(),
  ]
  const member = await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  // No link begins before its partner has somebody with a second factor.
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    owner.id,
  ])
  await world.platformAdmin(staff.id)
  const known = async (id: PersonId) => ({ id, caller: await world.signIn(id) })
  return {
    partner,
    tenant,
    member,
    stranger: stranger.id,
    people: {
      partner: await known(owner.id),
      tenant: await known(admin.id),
      provider: await known(staff.id),
    },
  }
}

/** The database login of each side. */
export const LOGINS = {
  partner: 'liaison_program',
  tenant: 'liaison_tenant',
  provider: 'liaison_platform',
  clock: 'liaison_job',
} as const

/** Puts the context of one side's person, or of the clock, into the open transaction. */
export async function enter(client: pg.PoolClient, side: Side, scene: Scene): Promise<void> {
  if (side === 'clock') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return
  }
  const token = String(scene.people[side].caller.cookie).split('=')[1] ?? ''
  const argument = {
    session_hash: createHash('sha256').update(token).digest('hex'),
    tenant_id: side === 'tenant' ? scene.tenant : null,
    permission: 'partner_org.links.read',
    writes: false,
    source: 'api',
  }
  await client.query('select access.enter_person($1)', [argument])
}

/** Works as one side's login with that person's context, in a transaction that is rolled back. */
export async function asSide<Result>(
  { world, side, scene }: { world: TestWorld; side: Side; scene: Scene },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(LOGINS[side]).connect()
  try {
    await client.query('begin')
    await enter(client, side, scene)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The constraint or message that refused a statement; `done` when it was carried out on one row at least. */
export async function attempt(client: pg.PoolClient, text: string, values: unknown[] = []): Promise<string> {
  await client.query('savepoint before')
  try {
    const { rowCount } = await client.query(text, values)
    return rowCount === 0 ? 'nothing' : 'done'
  } catch (error) {
    return (error as pg.DatabaseError).constraint ?? (error as Error).message
  } finally {
    await client.query('rollback to savepoint before')
  }
}

export const otherSide = (side: Side): 'partner' | 'tenant' => (side === 'partner' ? 'tenant' : 'partner')

/** A link in one state, begun by the other side and suspended by this one, whose time is ripe for the clock. */
export async function seedLink(
  world: TestWorld,
  scene: Scene,
  { status, side }: { status: string; side: Side },
): Promise<LinkId> {
  const endsAt =
    side === 'clock'
      ? new Date(Date.parse('2026-01-01'))
      : status === 'expired'
        ? null
        : new Date('2099-01-01')
  const link = await world.link(scene.partner, scene.tenant, {
    role: 'msp_support',
    status: 'lapsed',
    endsAt,
  })
  await world.seed(
    `update link set initiated_by = $2, review_due_at = case when $3 = 'clock' then now() - interval '40 days' end, request_expires_at = case when $3 = 'clock' then now() - interval '1 day' else now() + interval '1 day' end where id = $1`,
    [link, otherSide(side), side],
    scene.tenant,
  )
  await world.seed(
    `update delegation set status = $2, status_changed_by_side = $3, requested_by = $4,
       ends_at = case when $2 = 'expired' and $3 <> 'clock' then now() - interval '3 days' else ends_at end where id = $1`,
    [link, status, side, scene.stranger],
    scene.tenant,
  )
  return link
}
