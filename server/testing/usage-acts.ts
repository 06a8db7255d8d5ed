import { encodeId } from '@liaison/access'
import type { IdOf, PartnerId, RealmRole } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type { Caller, TestWorld } from './world.ts'

/** A white-label partner with an owner and one end user who is signed in. */
export interface UsageScene {
  readonly partner: PartnerId
  readonly slug: string
  readonly owner: Caller
  readonly user: IdOf<'end_user'>
  readonly userId: string
  readonly caller: Caller
}

/** Seeds a realm of its own; `limits` is what its configuration says for the role. */
export async function openUsageScene(
  world: TestWorld,
  { role = 'basic', configuration }: { role?: RealmRole; configuration?: object } = {},
): Promise<UsageScene> {
  const partner = await world.partner('Lumen')
  const slug = await world.realm(partner)
  const person = await world.person()
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  if (configuration) await configure(world, partner, configuration)
  const user = await world.endUser(partner, { role })
  return {
    partner,
    slug,
    owner: await world.signIn(person.id),
    user,
    userId: encodeId('end_user', user),
    caller: await world.signInEndUser(user),
  }
}

/** Puts a configuration of a partner in force. */
export async function configure(world: TestWorld, partner: PartnerId, document: object): Promise<void> {
  const nobody = '01900000-0000-7000-8000-000000000001'
  const [saved] = await world.seed<{ version: number }>(
    `insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, $2, $3, 'A test') returning version`,
    [partner, JSON.stringify(document), nobody],
  )
  await world.seed(
    `insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name)
     values ($1, $2, 'activate', 'for a test', $3, 'A test')
     on conflict (partner_id) do update set active_version = excluded.active_version`,
    [partner, saved?.version, nobody],
  )
}

/** What the configuration says about the limits of users of one role. */
export const limitsOf = (role: RealmRole, limits: object): object => ({
  limits: { end_users: { [role]: limits } },
})

/** One operation as the end user. */
export function operate(
  world: TestWorld,
  caller: Caller,
  options: { access?: 'read' | 'write'; key?: string } = {},
): Promise<LightMyRequestResponse> {
  return world.call(caller, 'POST', '/api/v1/realm/operations', {
    body: { kind: 'message', ...(options.access && { access: options.access }) },
    ...(options.key !== undefined && { headers: { 'idempotency-key': options.key } }),
  })
}

/** As many operations, one after the other; the status of each. */
export async function operateTimes(world: TestWorld, caller: Caller, times: number): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < times; time += 1) statuses.push((await operate(world, caller)).statusCode)
  return statuses
}

/** What the end user has done, by the buckets. */
export async function countOf(
  world: TestWorld,
  user: string,
): Promise<{ operations: number; counted: number; beyond: number }> {
  const [row] = await world.sql<{ operations: number; counted: number; beyond: number }>(
    `select coalesce(sum(operations), 0)::integer as operations, coalesce(sum(counted), 0)::integer as counted, coalesce(sum(beyond), 0)::integer as beyond
     from usage_bucket where end_user_id = $1`,
    [user],
  )
  return row ?? { operations: 0, counted: 0, beyond: 0 }
}
