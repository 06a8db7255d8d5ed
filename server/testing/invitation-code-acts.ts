import type { TenantId } from '@liaison/access'
import { expect } from 'vitest'
import { partnerPath, REQUEST } from './link-acts.ts'
import type { Cast } from './link-acts.ts'
import type { TestWorld } from './world.ts'

/** Where a tenant finds its invitation codes. */
export const CODES = '/api/v1/tenant/partner-access/invitation-codes'

/** A code as it was made. */
export interface Made {
  readonly code: string
  readonly code_id: string
  readonly hint: string
}

/** What both sides do with invitation codes, through the API. */
export function makeCodeActs(worldOf: () => TestWorld) {
  async function make({ admin }: Cast, body: object = {}): Promise<Made> {
    const made = await worldOf().call(admin, 'POST', CODES, { body })
    expect(made.statusCode, made.body).toBe(201)
    return made.json()
  }

  const withdraw = ({ admin }: Cast, { code_id: id }: Made) =>
    worldOf().call(admin, 'POST', `${CODES}/${id}/withdraw`)
  const use = ({ owner }: Cast, code: string, over: object = {}) =>
    worldOf().call(owner, 'POST', '/api/v1/partner/links', {
      body: { invitation_code: code, ...REQUEST, ...over },
    })
  const rowsOf = async ({ owner }: Cast) =>
    (await worldOf().call(owner, 'GET', '/api/v1/partner/links')).json().items
  const stateOf = async ({ admin }: Cast, { code_id: id }: Made) =>
    (await worldOf().call(admin, 'GET', `${CODES}/${id}`)).json()
  const arrived = ({ tenant }: { tenant: TenantId }) =>
    worldOf().sql<{ id: string; partner_id: string; status: string }>(
      'select id, partner_id, status from delegation where tenant_id = $1 order by created_at',
      [tenant],
    )
  const setRules = ({ tenant }: Cast, rules: string, values: unknown[] = []) =>
    worldOf().seed(`insert into tenant_partner_policy (tenant_id, ${rules})`, [tenant, ...values], tenant)
  const setEnd = ({ tenant }: Cast, { hint }: Made) =>
    worldOf().seed(
      `update tenant_invitation_code set made_at = now() - interval '2 days', expires_at = now() - interval '1 second' where tenant_id = $1 and hint = $2`,
      [tenant, hint],
      tenant,
    )

  /** What a partner reads of a request, without what differs between any two. */
  async function shapeOf(people: Cast, index = 0): Promise<unknown> {
    const item = (await rowsOf(people))[index]
    const detail = await worldOf().call(people.owner, 'GET', partnerPath(item.link_id))
    const {
      link_id: _id,
      tenant_name: _n,
      tenant_slug: _s,
      partner_id: _p,
      partner_slug: _c,
      ...rest
    } = detail.json()
    return JSON.parse(JSON.stringify(rest).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'at'))
  }

  return { arrived, make, rowsOf, setEnd, setRules, shapeOf, stateOf, use, withdraw }
}
