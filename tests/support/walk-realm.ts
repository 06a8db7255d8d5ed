import type { PartnerId } from '@liaison/access'
import { publicIdOf } from '../../server/src/platform/public-id.ts'
import type { Route } from '../../server/src/platform/route.ts'
import type { Caller, TestWorld } from '../../server/testing/world.ts'
import { fillPath } from './walk.ts'

/** One realm with a record of every kind, each carrying the realm's marker in its text, and who acts in it. */
export interface MarkedRealm {
  readonly partner: PartnerId
  readonly slug: string
  readonly marker: string
  readonly ids: Readonly<Record<string, string>>
  readonly callers: Readonly<Record<'a user' | 'an admin' | 'an owner', Caller>>
}

/** Seeds a realm with a user who has a plan that is held, an identity check and usage, and with an admin and an owner. */
export async function markRealm(world: TestWorld, name: string): Promise<MarkedRealm> {
  const marker = `${name}-marker-${Math.random().toString(36).slice(2, 8)}`
  const partner = await world.partner(`${name} partner`)
  const slug = await world.realm(partner)
  const user = await world.endUser(partner, { name: marker, email: `${marker}@example.test` })
  const admin = await world.endUser(partner, { role: 'realm_admin', name: `${marker} admin` })
  const person = await world.person()
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  const owner = await world.signIn(person.id, { factor: 'phishing_resistant' })
  const made = await world.call(owner, 'POST', '/api/v1/partner/plans', {
    body: {
      code: 'marked',
      name: marker,
      roles: ['basic'],
      terms: {
        price: { amount_minor: 100, currency: 'EUR' },
        period: 'month',
        limits: {},
        benefits: [marker],
      },
    },
  })
  const planId: string = made.json().plan_id
  await world.call(owner, 'POST', `/api/v1/partner/plans/${planId}/offer`, {
    headers: { 'if-match': `"v${made.json().version}"` },
  })
  const caller = await world.signInEndUser(user)
  await world.call(caller, 'POST', '/api/v1/realm/subscription', { body: { plan_id: planId } })
  await world.call(caller, 'POST', '/api/v1/realm/operations', { body: { kind: marker } })
  const one = async (text: string, values: unknown[]) =>
    (await world.seed<{ id: string }>(text, values))[0]?.id ?? ''
  const [subscription] = await world.sql<{ id: string; plan: string }>(
    'select id, first_plan_id as plan from subscription where end_user_id = $1',
    [user],
  )
  const ids = {
    partner,
    end_user: user,
    plan: subscription?.plan ?? '',
    subscription: subscription?.id ?? '',
    subscription_hold: await one(
      `insert into subscription_hold (partner_id, end_user_id, kind, reason) values ($1, $2, 'manual', $3) returning id`,
      [partner, user, marker],
    ),
    identity_check: await one(
      `insert into kyc_case (partner_id, end_user_id, target_role, provider, legal_name) values ($1, $2, 'advanced', 'manual', $3) returning id`,
      [partner, user, marker],
    ),
    usage_consequence: await one(
      `insert into usage_consequence (partner_id, end_user_id, kind, limit_key, limit_value, decided_by, started_at, ends_at)
       values ($1, $2, 'review', 'ops.per_day', 5, 'platform', now(), now() + interval '1 hour') returning id`,
      [partner, user],
    ),
    end_user_session: await one(
      'select id from end_user_session where end_user_id = $1 order by id limit 1',
      [user],
    ),
  }
  return {
    partner,
    slug,
    marker,
    ids,
    callers: { 'a user': caller, 'an admin': await world.signInEndUser(admin), 'an owner': owner },
  }
}

/** A digest of everything that belongs to one realm: an operation that was refused must not change it. */
export async function digestOfRealm(world: TestWorld, { partner }: MarkedRealm): Promise<string> {
  const tables = [
    'realm where partner_id',
    'end_user where partner_id',
    'plan where partner_id',
    'subscription where partner_id',
    'subscription_hold where partner_id',
    'kyc_case where partner_id',
    'usage_consequence where partner_id',
    'usage_bucket where partner_id',
    'limit_override where partner_id',
  ]
  const parts = tables.map((from) => `select to_jsonb(x)::text as t from ${from.replace(' ', ' x ')} = $1`)
  const [row] = await world.sql<{ digest: string }>(
    `select md5(string_agg(t, ',' order by t)) as digest from (${parts.join(' union all ')}) rows`,
    [partner],
  )
  return row?.digest ?? ''
}

/** The paths of a route that name another realm: by its ids under the own address, and under its own address. */
export function pathsInto(route: Route, own: MarkedRealm, other: MarkedRealm): readonly string[] {
  const bases = route.path.includes(':slug') ? [own.slug, other.slug] : [null]
  return bases.map((slug) =>
    fillPath({ ...route, path: slug === null ? route.path : swap(route.path, slug) }, other.ids),
  )
}

const swap = (path: `/${string}`, slug: string): `/${string}` => `/${path.slice(1).replace(':slug', slug)}`

/** The public id of the realm's user. */
export const userOf = ({ ids }: MarkedRealm): string => publicIdOf('end_user', ids['end_user'] ?? '')
