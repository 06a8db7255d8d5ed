import type { PartnerId, TenantId } from '@liaison/access'
import { expect } from 'vitest'
import type { Caller, TestWorld } from './world.ts'

/** A partner with its owner and a tenant with its admin, signed in. */
export interface Cast {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly slug: string
  readonly partnerSlug: string
  readonly owner: Caller
  readonly admin: Caller
}

/** What a usual request says. */
export const REQUEST = {
  relationship_type: 'msp_managed',
  access_role: 'msp_support',
  message: 'To answer your tickets.',
  duration_days: 90,
}

/** Where a tenant finds a link. */
export const tenantPath = (id: string, rest = '') => `/api/v1/tenant/partner-access/links/${id}${rest}`
/** Where a partner finds a link. */
export const partnerPath = (id: string, rest = '') => `/api/v1/partner/links/${id}${rest}`

/** What both sides of a link do, through the API, in the world that a test file starts. */
export function makeLinkActs(worldOf: () => TestWorld) {
  async function slugOf(relation: 'tenant' | 'partner', id: string): Promise<string> {
    const [row] = await worldOf().sql<{ slug: string }>(`select slug from ${relation} where id = $1`, [id])
    return row?.slug ?? ''
  }

  async function strengthen(personId: string): Promise<void> {
    await worldOf().seed(
      `insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`,
      [personId],
    )
  }

  async function cast(): Promise<Cast> {
    const [partner, tenant] = [await worldOf().partner('Northwind'), await worldOf().tenant('Acme Fiber')]
    const [owner, admin] = [await worldOf().person('Ana Ruiz'), await worldOf().person('Dana Kim')]
    await worldOf().partnerMember(partner, owner.id, 'PARTNER_OWNER')
    await worldOf().tenantMember(tenant, admin.id)
    await strengthen(owner.id)
    return {
      partner,
      tenant,
      slug: await slugOf('tenant', tenant),
      partnerSlug: await slugOf('partner', partner),
      owner: await worldOf().signIn(owner.id),
      admin: await worldOf().signIn(admin.id, { tenantId: tenant }),
    }
  }

  async function ask({ owner, slug }: Cast, over: object = {}) {
    return worldOf().call(owner, 'POST', '/api/v1/partner/links', {
      body: { tenant_slug: slug, ...REQUEST, ...over },
    })
  }

  async function newestLink({
    owner,
  }: Cast): Promise<{ link_id: string; version: number; status: string; tenant_id: string | null }> {
    const response = await worldOf().call(owner, 'GET', '/api/v1/partner/links')
    return response.json().items[0]
  }

  async function approve(people: Cast, id: string, accept: object = {}) {
    const shown = await worldOf().call(people.admin, 'GET', tenantPath(id))
    return worldOf().call(people.admin, 'POST', tenantPath(id, '/approve'), {
      body: { accept, snapshot_token: shown.json().snapshot_token },
    })
  }

  async function makeLink(over: object = {}): Promise<Cast & { readonly id: string }> {
    const people = await cast()
    expect((await ask(people, over)).statusCode).toBe(202)
    const { link_id: id } = await newestLink(people)
    const approved = await approve(people, id)
    expect(approved.statusCode, approved.body).toBe(200)
    return { ...people, id }
  }

  async function etagOf(caller: Caller, path: string): Promise<string> {
    const response = await worldOf().call(caller, 'GET', path)
    return String(response.headers['etag'])
  }

  /** Changes what stands at this address, in the version that it has now. */
  async function put(caller: Caller, path: string, body: object) {
    return worldOf().call(caller, 'PUT', path, {
      body,
      headers: { 'if-match': await etagOf(caller, path) },
    })
  }

  /** Changes a part of what stands at this address, in the version that it has now. */
  async function patch(caller: Caller, path: string, body: object) {
    return worldOf().call(caller, 'PATCH', path, {
      body,
      headers: { 'if-match': await etagOf(caller, path) },
    })
  }

  /** A move of the partner with the version as it is now. */
  async function partnerMove(people: Cast & { id: string }, move: string, body: object = {}) {
    const etag = await etagOf(people.owner, partnerPath(people.id))
    return worldOf().call(people.owner, 'POST', partnerPath(people.id, `/${move}`), {
      body,
      headers: { 'if-match': etag },
    })
  }

  function tenantMove(people: Cast & { id: string }, move: string, body: object = {}) {
    return worldOf().call(people.admin, 'POST', tenantPath(people.id, `/${move}`), { body })
  }

  return { approve, ask, cast, etagOf, makeLink, newestLink, partnerMove, patch, put, slugOf, tenantMove }
}
