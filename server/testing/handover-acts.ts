import { createHash } from 'node:crypto'
import type { makeLinkActs } from './link-acts.ts'
import { partnerPath, tenantPath } from './link-acts.ts'
import { attempt } from './sides.ts'
import type { TestWorld } from './world.ts'

/** A tenant with one partner, and another partner with an owner, in the world of the acts. */
export async function openHandoverScene(
  world: TestWorld,
  acts: ReturnType<typeof makeLinkActs>,
  role = 'msp_support',
) {
  const people = await acts.makeLink({ access_role: role })
  const next = await acts.cast()
  const body = {
    partner_slug: next.partnerSlug,
    relationship_type: 'msp_managed',
    access_role: role,
    message: 'Please take over our support.',
    ends: 'at_acceptance',
    reason: 'The contract ends.',
  }
  const handOver = (change: object = {}) =>
    world.call(people.admin, 'POST', tenantPath(people.id, '/handover'), { body: { ...body, ...change } })
  const accept = async (id: string) => {
    const etag = await acts.etagOf(next.owner, partnerPath(id))
    return world.call(next.owner, 'POST', partnerPath(id, '/accept'), {
      body: {},
      headers: { 'if-match': etag },
    })
  }
  const statusOf = async (id: string) => (await world.call(people.admin, 'GET', tenantPath(id))).json().status
  /** Tries a statement with the login and the context of the tenant's administrator, and takes it back. */
  const tryAsAdmin = async (text: string, values: unknown[]) => {
    const client = await world.database.pool('liaison_tenant').connect()
    try {
      await client.query('begin')
      const token = String(people.admin.cookie).split('=')[1] ?? ''
      const asked = {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: people.tenant,
        permission: 'tenant.partner_access.approve',
        writes: true,
        source: 'api',
      }
      await client.query('select access.enter_person($1)', [asked])
      return await attempt(client, text, values)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  return { ...people, next, handOver, accept, statusOf, tryAsAdmin }
}
