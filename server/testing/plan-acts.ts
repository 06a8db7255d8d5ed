import { decodeId } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type pg from 'pg'
import { createHash } from 'node:crypto'
import { digestRealmSecret, realmCookieName } from '#platform/credentials/realm-evidence.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Caller, TestWorld } from './world.ts'

/** A white-label partner with an owner, somebody of the provider, and a basic user of its realm. */
export interface PlanScene {
  readonly partner: PartnerId
  readonly slug: string
  readonly owner: Caller
  readonly admin: Caller
  readonly user: IdOf<'end_user'>
  readonly caller: Caller
}

/** Seeds a scene of its own. */
export async function openPlanScene(
  world: TestWorld,
  role: 'basic' | 'advanced' | 'company' | 'guest' | 'realm_admin' = 'basic',
): Promise<PlanScene> {
  const partner = await world.partner('Lumen', ['white_label'])
  const slug = await world.realm(partner)
  const [owner, admin] = [await world.person('Olga Brandt'), await world.person('Sam Ortiz')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.platformAdmin(admin.id)
  const user = await world.endUser(partner, { role })
  return {
    partner,
    slug,
    owner: await world.signIn(owner.id),
    admin: await world.signIn(admin.id),
    user,
    caller: await world.signInEndUser(user),
  }
}

export const MONTHLY = {
  price: { amount_minor: 1900, currency: 'EUR' },
  period: 'month',
  limits: { 'ops.per_day': 100 },
  benefits: ['A hundred operations a day'],
} as const

/** Asks to put a draft on offer as it is now. */
export async function askToOffer(
  world: TestWorld,
  caller: Caller,
  path: string,
): Promise<LightMyRequestResponse> {
  const read = await world.call(caller, 'GET', path)
  return world.call(caller, 'POST', `${path}/offer`, {
    headers: { 'if-match': String(read.headers['etag']) },
  })
}

/** A plan of the partner on offer to these roles; answers its public id. */
export async function offerPlan(
  world: TestWorld,
  scene: PlanScene,
  plan: {
    readonly code: string
    readonly roles?: readonly string[]
    readonly terms?: object
    readonly requires_flag?: string
  },
): Promise<string> {
  const made = await world.call(scene.owner, 'POST', '/api/v1/partner/plans', {
    body: { name: `Plan ${plan.code}`, roles: ['basic'], terms: MONTHLY, ...plan },
  })
  if (made.statusCode !== 201) throw new Error(made.body)
  const id: string = made.json().plan_id
  const offered = await askToOffer(world, scene.owner, `/api/v1/partner/plans/${id}`)
  if (offered.statusCode !== 200) throw new Error(offered.body)
  return id
}

/** Takes a plan as the scene's end user. */
export const takePlan = (world: TestWorld, caller: Caller, planId: string): Promise<LightMyRequestResponse> =>
  world.call(caller, 'POST', '/api/v1/realm/subscription', { body: { plan_id: planId } })

/** Puts policies of the partner's configuration in force. */
export async function setPolicies(
  world: TestWorld,
  partner: PartnerId,
  policies: Readonly<Record<string, unknown>>,
): Promise<void> {
  await world.seed(
    `with v as (insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, $2, uuidv7(), 'Test') returning partner_id, version)
     insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name) select partner_id, version, 'activate', 'Test', uuidv7(), 'Test' from v
     on conflict (partner_id) do update set active_version = excluded.active_version`,
    [partner, JSON.stringify({ policies })],
  )
}

/** Moves the instants of a subscription, as time would. */
export async function passTime(world: TestWorld, subscriptionId: string, change: string): Promise<void> {
  await world.seed(`update subscription set ${change} where id = $1`, [
    decodeId('subscription', subscriptionId),
  ])
}

export const PLAN_SIDES = ['end_user', 'partner', 'provider', 'clock'] as const
export type PlanSide = (typeof PLAN_SIDES)[number]

const LOGIN_OF_SIDE = {
  end_user: 'liaison_realm',
  partner: 'liaison_program',
  provider: 'liaison_platform',
  clock: 'liaison_job',
} as const

const hashOf = (caller: Caller) => {
  const token = String(caller.cookie).split('=')[1] ?? ''
  return createHash('sha256').update(token).digest('hex')
}

async function enterSide(client: pg.PoolClient, side: PlanSide, scene: PlanScene): Promise<void> {
  if (side === 'clock') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return
  }
  if (side === 'end_user') {
    const token = String(scene.caller.cookie).slice(realmCookieName(scene.slug).length + 1)
    const argument = {
      slug: scene.slug,
      session_hash: digestRealmSecret(scene.slug, token).toString('hex'),
      permission: 'realm.subscription.change',
    }
    await client.query('select access.enter_end_user($1)', [argument])
    return
  }
  const caller = side === 'partner' ? scene.owner : scene.admin
  const permission = side === 'partner' ? 'partner_org.subscriptions.manage' : 'platform.realms.manage'
  await client.query('select access.enter_person($1)', [
    { session_hash: hashOf(caller), permission, writes: true, source: 'api' },
  ])
}

/** Works as one side's login with that person's context, in a transaction that is kept or rolled back. */
export async function asPlanSide<Result>(
  {
    world,
    side,
    scene,
    keep = false,
  }: { world: TestWorld; side: PlanSide; scene: PlanScene; keep?: boolean },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(LOGIN_OF_SIDE[side]).connect()
  try {
    await client.query('begin')
    await enterSide(client, side, scene)
    const result = await work(client)
    if (keep) {
      await client.query(`select audit.record('{"action":"test.moved"}')`)
      await client.query('commit')
    }
    return result
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The public id of a subscription. */
export const subscriptionIdOf = (uuid: string): string => publicIdOf('subscription', uuid)
