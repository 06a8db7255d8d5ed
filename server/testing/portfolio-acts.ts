import { encodeId } from '@liaison/access'
import type { IdOf, PartnerId, TenantId } from '@liaison/access'
import { publicIdOf } from '#platform/public-id.ts'
import type { Caller, TestWorld } from './world.ts'

/** A partner with its owner and a technician, both signed in. */
export interface PartnerCast {
  readonly partner: PartnerId
  readonly owner: Caller
  readonly technician: Caller
  readonly ownerMember: IdOf<'member'>
  readonly technicianMember: IdOf<'member'>
}

/** What a partner does with its teams and groups, through the API, in the world that a test file starts. */
export function makePortfolioActs(worldOf: () => TestWorld) {
  async function cast(): Promise<PartnerCast> {
    const world = worldOf()
    const partner = await world.partner('Northwind')
    const [ana, lee] = [await world.person('Ana Ruiz'), await world.person('Lee Park')]
    return {
      partner,
      ownerMember: await world.partnerMember(partner, ana.id, 'PARTNER_OWNER'),
      technicianMember: await world.partnerMember(partner, lee.id),
      owner: await world.signIn(ana.id),
      technician: await world.signIn(lee.id),
    }
  }

  async function create(caller: Caller, path: string, body: object): Promise<string> {
    const created = await worldOf().call(caller, 'POST', `/api/v1/partner/${path}`, { body })
    const { group_id: groupId, team_id: teamId } = created.json<{ group_id?: string; team_id?: string }>()
    const id = groupId ?? teamId
    if (id === undefined) throw new Error(created.body)
    return id
  }

  /** Changes what is read at this address, in the version that it has now. */
  async function put(caller: Caller, path: string, { readAt, body }: { readAt?: string; body: object }) {
    const read = await worldOf().call(caller, 'GET', readAt ?? path)
    return worldOf().call(caller, 'PUT', path, {
      body,
      headers: { 'if-match': String(read.headers['etag']) },
    })
  }

  const team = (caller: Caller, name: string) => create(caller, 'teams', { name })

  function setMembers(caller: Caller, id: string, members: readonly IdOf<'member'>[]) {
    const path = `/api/v1/partner/teams/${id}`
    return put(caller, `${path}/members`, {
      readAt: path,
      body: { member_ids: members.map((member) => encodeId('member', member)) },
    })
  }

  function setGrants(caller: Caller, id: string, grants: readonly object[]) {
    const path = `/api/v1/partner/teams/${id}`
    return put(caller, `${path}/grants`, { readAt: path, body: { grants } })
  }

  /** The status with which somebody reads a tenant under the link. */
  async function readTenant(caller: Caller, tenant: TenantId): Promise<number> {
    const answer = await worldOf().call(
      caller,
      'GET',
      `/api/v1/partner/customers/${publicIdOf('tenant', tenant)}`,
    )
    return answer.statusCode
  }

  return { cast, create, put, readTenant, setGrants, setMembers, team }
}
