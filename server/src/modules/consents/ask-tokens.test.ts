import { encodeId } from '@liaison/access'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AskingWorld } from '#testing/access-request-acts.ts'
import { TOLD_WHY } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const CONSENT = 'urn:liaison:params:oauth:token-type:consent'
const ORDERS = '/api/v1/customers/BAN-1001/orders'

let asking: AskingWorld
beforeAll(async () => {
  asking = await AskingWorld.start({ usesRealDesk: true })
})
afterAll(() => asking[Symbol.asyncDispose]())

/** A customer that allowed what a member of the partner asked for in the portal. */
async function allowed() {
  const { world, acts, oauth } = asking
  const cast = await oauth.cast({ accounts: 2 })
  const ana = await world.person('Ana Ruiz')
  await world.partnerMember(cast.partner, ana.id, 'PARTNER_OWNER')
  const owner = await world.signIn(ana.id)
  const admin = await world.signIn(cast.admin.id, { tenantId: cast.tenant })
  const people: ConsentCast = {
    tenant: cast.tenant,
    partner: cast.partner,
    clientId: cast.client,
    owner,
    admin,
    adminId: cast.admin.id,
    accounts: cast.accounts.map(({ id, ban }) => ({ id, ban, publicId: encodeId('billing_account', id) })),
  }
  const [tenant] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [cast.tenant])
  const sent = await world.call(owner, 'POST', '/api/v1/partner/consent-asks', {
    body: {
      to: tenant?.slug,
      client_id: cast.app.clientId,
      actions: ['order.read', 'order.create'],
      purpose: TOLD_WHY,
    },
  })
  const { consent_ask_id: id } = sent.json()
  const begun = await acts.post(`/consent-asks/${id}/decide`, [], { as: admin })
  const key = /^\/consent\/([^/]+)\//.exec(String(begun.headers['location']))?.[1] ?? ''
  const done = await acts.allow(people, key, { actions: ['order.read'] })
  expect(done.statusCode, done.body).toBe(303)
  const { items } = (await world.call(owner, 'GET', '/api/v1/partner/consent-asks')).json()
  return { cast, people, owner, consent: String(items[0].consent_id) }
}

const exchange = ({ app }: Pick<OAuthCast, 'app'>, consent: string, more: Record<string, string> = {}) =>
  app.token(EXCHANGE, { subject_token: consent, subject_token_type: CONSENT, ...more })

describe('a client whose partner asked in the portal (C1, A6)', () => {
  test('takes its token for the consent with its own key, for exactly what was allowed', async () => {
    const { cast, consent } = await allowed()
    const answer = await exchange(cast, consent)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body['refresh_token']).toBeUndefined()
    const token = String(answer.body['access_token'])
    expect(decodeJwt(token)).toMatchObject({
      access: 'delegated',
      delegation_id: consent,
      customer_ban: 'BAN-1001',
      scope: 'orders.read',
      act: { sub: `client:${cast.app.clientId}` },
      may_act: { client_id: cast.app.clientId },
    })
    expect((await cast.app.call(token, 'GET', ORDERS)).status).toBe(200)
    expect((await cast.app.call(token, 'POST', ORDERS)).status).toBe(403)
  })

  test('gets nothing more than was allowed, of no other account, and for nobody else', async () => {
    const { cast, consent } = await allowed()
    const other = await asking.oauth.cast()
    const detail = (entry: object) => ({
      authorization_details: JSON.stringify([{ type: 'partner_access', ...entry }]),
    })
    expect(await exchange(cast, consent, { scope: 'orders.write' })).toMatchObject({
      body: { error: 'invalid_scope' },
    })
    expect(await exchange(cast, consent, detail({ customer_ban: 'BAN-1002' }))).toMatchObject({
      body: { error: 'invalid_authorization_details' },
    })
    expect(await exchange(cast, consent, detail({ actions: ['order.create'] }))).toMatchObject({
      body: { error: 'invalid_authorization_details' },
    })
    const foreign = await exchange(other, consent)
    expect(foreign).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    expect((await exchange(other, encodeId('consent', other.tenant as never))).text).toBe(foreign.text)
    expect((await exchange(other, 'nothing')).text).toBe(foreign.text)
  })

  test('a consent that came through a browser is not taken past its own grant', async () => {
    const { world } = asking
    const { cast } = await allowed()
    const [made] = await world.sql<{ id: string }>(
      `select d.id from delegation d where d.partner_id = $1 and d.kind = 'consent'`,
      [cast.partner],
    )
    await world.seed(`update consent_ask set status = 'withdrawn', consent_id = null where consent_id = $1`, [
      made?.id,
    ])
    expect(await exchange(cast, encodeId('consent', (made?.id ?? '') as never))).toMatchObject({
      status: 400,
      body: { error: 'invalid_target' },
    })
  })

  test('gets no token once the customer stopped it, and the one it has is dead on the next call', async () => {
    const { cast, people, consent } = await allowed()
    const token = String((await exchange(cast, consent)).body['access_token'])
    await asking.world.call(people.admin, 'POST', `/api/v1/tenant/consents/${consent}/revoke`, { body: {} })
    expect((await cast.app.call(token, 'GET', ORDERS)).status).toBe(401)
    expect((await exchange(cast, consent)).status).toBe(400)
  })

  test('gets no token when its approver has left and the organisation’s rule stops it then (attack 40)', async () => {
    const { cast, consent } = await allowed()
    await asking.world.seed(
      `update consent set approver_leaves = 'suspend' where id = (select consent_id from consent_ask where client_id = $1)`,
      [cast.client],
      cast.tenant,
    )
    expect((await exchange(cast, consent)).status).toBe(200)
    await asking.world.seed(
      `update tenant_member set status = 'inactive' where person_id = $1`,
      [cast.admin.id],
      cast.tenant,
    )
    expect(await exchange(cast, consent)).toMatchObject({ body: { error: 'invalid_grant' } })
  })

  test('names the member who acts with the token that came of it, and not before', async () => {
    const { cast, consent } = await allowed()
    const early = await exchange(cast, consent, {
      actor_token: 'anything',
      actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    })
    expect(early).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})
