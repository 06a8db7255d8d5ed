import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'
import { readBlastRadius } from './index.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { allow, ask, consent, outcome } = acts

const both = { choose: { actions: ['order.read', 'order.create', 'service.read'] } }
const tenantPath = (id: string, rest = '') => `/api/v1/tenant/consents/${id}${rest}`

type Made = Awaited<ReturnType<typeof consent>>

async function wide(): Promise<Made> {
  const people = await acts.cast()
  const uid = await ask(people)
  await allow(people, uid, { ...both.choose, accounts: people.accounts.map(({ publicId }) => publicId) })
  const { delegation } = await outcome(people, uid)
  return {
    ...people,
    uid,
    id: delegation.id,
    publicId: publicIdOf('consent', delegation.id),
  }
}

async function change(made: Made, body: object, caller: Caller = made.admin) {
  const shown = await world.call(caller, 'GET', tenantPath(made.publicId))
  return world.call(caller, 'PATCH', tenantPath(made.publicId), {
    body,
    headers: { 'if-match': String(shown.headers['etag']) },
  })
}

const epochOf = async ({ id }: Made) =>
  (await world.sql<{ epoch: number }>('select epoch from delegation where id = $1', [id]))[0]?.epoch ?? 0

/** A call under a consent, as the log keeps it. */
function logUse({ id, tenant, partner, clientId }: Made, action = 'api.orders.read') {
  return world.sql(
    `with e as (insert into audit_event (plane, action, outcome, actor_type, actor_id, source, partner_id, tenant_id, delegation_id) values ('delegation', $5, 'allowed', 'client', $4, 'api', $3, $2, $1) returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) select 'tenant', $2::uuid, occurred_at, id, 3 from e union all select 'partner', $3::uuid, occurred_at, id, 3 from e`,
    [id, tenant, partner, clientId, action],
  )
}

describe('the organisation', () => {
  test('sees active and past consents, by account and partner, page by page (A10)', async () => {
    const people = await acts.cast()
    for (let index = 0; index < 3; index += 1)
      await allow(people, await ask(people), { accounts: [people.accounts[index % 2]?.publicId ?? ''] })
    const first = await world.call(people.admin, 'GET', '/api/v1/tenant/consents?limit=2&state=active')
    expect(first.statusCode, first.body).toBe(200)
    const { items, next_cursor: cursor } = first.json()
    const rest = await world.call(
      people.admin,
      'GET',
      `/api/v1/tenant/consents?limit=2&state=active&cursor=${cursor}`,
    )
    expect([items.length, rest.json().items.length, rest.json().next_cursor]).toEqual([2, 1, null])
    await world.call(people.admin, 'POST', tenantPath(items[0].consent_id, '/revoke'), { body: {} })
    const past = await world.call(people.admin, 'GET', '/api/v1/tenant/consents?state=past')
    expect(past.json().items).toMatchObject([
      { consent_id: items[0].consent_id, status: 'revoked', status_changed_by: 'tenant' },
    ])
    const byAccount = await world.call(
      people.admin,
      'GET',
      `/api/v1/tenant/consents?billing_account_id=${people.accounts[1]?.publicId}`,
    )
    expect(byAccount.json().items).toHaveLength(1)
    const altered = await world.call(
      people.admin,
      'GET',
      `/api/v1/tenant/consents?state=past&cursor=${cursor}`,
    )
    expect(altered.statusCode).toBe(400)
  })

  test('reads what a consent may do, on which accounts, who pays, who allowed it, what was shown, and its last use (A10)', async () => {
    const made = await wide()
    await logUse(made)
    const response = await world.call(made.admin, 'GET', tenantPath(made.publicId))
    expect(response.statusCode, response.body).toBe(200)
    expect(response.json()).toMatchObject({
      partner_name: 'Northwind',
      client: { name: 'Northwind Fleet' },
      actions: ['order.create', 'order.read', 'service.read'],
      can: ['See orders', 'See the services that are in use', 'Place orders, which cost money'],
      approved_by_name: 'Dana Kim',
      approver_is_here: true,
      accounts: made.accounts.map(({ ban }) => ({
        ban,
        who_pays: 'You pay: orders go on the bill of this account.',
      })),
      history: [{ event: 'approved', by: 'tenant', name: 'Dana Kim' }],
      shown: { partner: 'Northwind' },
    })
    expect(response.json().last_used_at).not.toBeNull()
  })

  test('stops a consent with one call; it holds at once, for both sides, and the partner is told (A9)', async () => {
    const made = await wide()
    const before = await epochOf(made)
    const stopped = await world.call(made.admin, 'POST', tenantPath(made.publicId, '/revoke'), {
      body: { reason: 'Contract ended' },
    })
    expect([stopped.statusCode, stopped.json().status]).toEqual([200, 'revoked'])
    expect(await epochOf(made)).toBe(before + 1)
    expect(await outcome(made, made.uid)).toEqual({ state: 'ended', delegation: null })
    const events = await world.sql(
      `select partner_id, tenant_id from audit_event where action = 'consents.revoke' and delegation_id = $1`,
      [made.id],
    )
    expect(events).toEqual([{ partner_id: made.partner, tenant_id: made.tenant }])
    const told = await world.sql(
      `select topic from outbox where topic like 'consent.%' and payload ->> 'delegation_id' = $1 order by id`,
      [made.id],
    )
    expect(told).toEqual([{ topic: 'consent.granted' }, { topic: 'consent.ended' }])
    const again = await world.call(made.admin, 'POST', tenantPath(made.publicId, '/revoke'), { body: {} })
    expect([again.statusCode, again.json().code]).toEqual([409, 'CONSENT_STATE_CONFLICT'])
  })

  test('narrows actions, accounts and end at once, and every narrowing makes older tokens stale (A4, A10)', async () => {
    const made = await wide()
    const epochs = [await epochOf(made)]
    for (const body of [
      { actions: ['order.read', 'service.read'] },
      { billing_account_ids: [made.accounts[1]?.publicId] },
      { ends_at: new Date(Date.now() + 86_400_000).toISOString() },
    ]) {
      const response = await change(made, body)
      expect(response.statusCode, response.body).toBe(200)
      epochs.push(await epochOf(made))
    }
    expect(epochs.every((epoch, index) => index === 0 || epoch > (epochs[index - 1] ?? 0))).toBe(true)
    const { delegation } = await outcome(made, made.uid)
    expect(delegation).toMatchObject({
      bans: [made.accounts[1]?.ban],
      actions: ['order.read', 'service.read'],
      scopes: ['orders.read', 'services.read'],
    })
    const [row] = await world.sql(
      'select get_bit(mask, 76) as creates, get_bit(mask, 77) as reads from delegation where id = $1',
      [made.id],
    )
    expect(row).toEqual({ creates: 0, reads: 1 })
  })

  test('cannot widen it: every place that would give more is told, and nothing changes', async () => {
    const made = await wide()
    const other = await acts.account(made.tenant, 'Third')
    const before = await epochOf(made)
    const response = await change(made, {
      actions: ['order.read', 'order.cancel'],
      billing_account_ids: [other.publicId],
      ends_at: '2099-01-01T00:00:00Z',
    })
    expect([response.statusCode, response.json().code]).toEqual([422, 'CONSENT_WIDENS'])
    expect(response.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/body/actions/1',
      '/body/billing_account_ids/0',
      '/body/ends_at',
    ])
    expect(await epochOf(made)).toBe(before)
  })

  test('a change over a version that was read before another change is refused', async () => {
    const made = await wide()
    const headers = { 'if-match': '"v1"' }
    const first = await world.call(made.admin, 'PATCH', tenantPath(made.publicId), {
      body: { actions: ['order.read'] },
      headers,
    })
    expect(first.statusCode, first.body).toBe(200)
    const second = await world.call(made.admin, 'PATCH', tenantPath(made.publicId), {
      body: { actions: ['order.read'] },
      headers,
    })
    expect(second.statusCode).toBe(412)
    const without = await world.call(made.admin, 'PATCH', tenantPath(made.publicId), {
      body: { actions: ['order.read'] },
    })
    expect(without.statusCode).toBe(428)
  })

  test('suspends and resumes; resuming needs the second factor again', async () => {
    const made = await wide()
    const rested = await world.call(made.admin, 'POST', tenantPath(made.publicId, '/suspend'), { body: {} })
    expect(rested.json().status).toBe('suspended')
    const old = await world.signIn(made.adminId, { tenantId: made.tenant, factorAgeSeconds: 3600 })
    const refused = await world.call(old, 'POST', tenantPath(made.publicId, '/resume'), { body: {} })
    expect([refused.statusCode, refused.json().code]).toEqual([401, 'STEP_UP_REQUIRED'])
    const resumed = await world.call(made.admin, 'POST', tenantPath(made.publicId, '/resume'), { body: {} })
    expect(resumed.json().status).toBe('active')
  })

  test('sees nothing of the consents of others', async () => {
    const [made, others] = [await wide(), await wide()]
    for (const [method, path, body] of [
      ['GET', tenantPath(made.publicId), undefined],
      ['POST', tenantPath(made.publicId, '/revoke'), {}],
      ['POST', tenantPath(made.publicId, '/suspend'), {}],
    ] as const) {
      const response = await world.call(others.admin, method, path, body && { body })
      expect([response.statusCode, response.json().code]).toEqual([404, 'CONSENT_NOT_FOUND'])
    }
    const list = await world.call(others.admin, 'GET', '/api/v1/tenant/consents')
    expect(list.json().items.map(({ consent_id: id }: { consent_id: string }) => id)).toEqual([
      others.publicId,
    ])
  })
})

describe('the partner', () => {
  test('sees the same record with account numbers, not the names of accounts, who pays or what the organisation demands', async () => {
    const made = await wide()
    await world.sql('insert into api_client_use (client_id, last_used_at) values ($1, now())', [
      made.clientId,
    ])
    const response = await world.call(made.owner, 'GET', `/api/v1/partner/consents/${made.publicId}`)
    expect(response.statusCode, response.body).toBe(200)
    const body = response.json()
    expect(body.accounts).toEqual(
      made.accounts.map(({ ban, publicId }) => ({
        billing_account_id: publicId,
        ban,
        customer_ref: null,
        currency: 'EUR',
        name: null,
        status: 'active',
        who_pays: null,
      })),
    )
    expect(body.client_last_used_at).not.toBeNull()
    expect(Object.keys(body)).not.toContain('approver_leaves')
    expect((await world.call(made.owner, 'GET', '/api/v1/partner/consents')).json().items).toHaveLength(1)
  })

  test('gives a consent back at once, and cannot touch those of others (A9)', async () => {
    const [made, others] = [await wide(), await wide()]
    const foreign = await world.call(others.owner, 'POST', `/api/v1/partner/consents/${made.publicId}/end`, {
      body: {},
    })
    expect(foreign.statusCode).toBe(404)
    const ended = await world.call(made.owner, 'POST', `/api/v1/partner/consents/${made.publicId}/end`, {
      body: {},
    })
    expect([ended.statusCode, ended.json().status, ended.json().status_changed_by]).toEqual([
      200,
      'revoked',
      'partner',
    ])
    const seen = await world.call(made.admin, 'GET', tenantPath(made.publicId))
    expect(seen.json()).toMatchObject({ status: 'revoked', status_changed_by: 'partner' })
  })
})

test('the operator gets the same report without signing in (A13)', async () => {
  const made = await wide()
  const { mandate, transaction } = await openForSystem(world.database, 'blast-radius', 'req_test')
  try {
    const span = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) }
    const { tenants } = await readBlastRadius(mandate, made.partner, span)
    expect(tenants).toMatchObject([{ delegations: [{ delegation_id: made.publicId }], acts: [] }])
  } finally {
    await transaction.rollback()
  }
})

describe('the provider', () => {
  async function staff() {
    const person = await world.person()
    await world.platformAdmin(person.id)
    return world.signIn(person.id)
  }

  test('sees every consent, suspends and revokes it; what it suspended the organisation cannot resume (A9, A13)', async () => {
    const made = await wide()
    const admin = await staff()
    const list = await world.call(
      admin,
      'GET',
      `/api/v1/admin/consents?partner_id=${encodeId('partner', made.partner)}`,
    )
    expect(list.json().items).toMatchObject([
      { consent_id: made.publicId, accounts: made.accounts.map(({ ban }) => ({ ban })) },
    ])
    const move = (name: string) =>
      world.call(admin, 'POST', `/api/v1/admin/consents/${made.publicId}/${name}`, {
        body: { reason: 'A key was lost' },
      })
    expect((await move('suspend')).json()).toMatchObject({
      status: 'suspended',
      status_reason: 'A key was lost',
    })
    const theirs = await world.call(made.admin, 'POST', tenantPath(made.publicId, '/resume'), { body: {} })
    expect([theirs.statusCode, theirs.json().code]).toEqual([409, 'CONSENT_STATE_CONFLICT'])
    expect((await move('resume')).json().status).toBe('active')
    expect((await move('revoke')).json().status).toBe('revoked')
    const detail = await world.call(admin, 'GET', `/api/v1/admin/consents/${made.publicId}`)
    expect(detail.json().history.map(({ event }: { event: string }) => event)).toEqual([
      'stopped',
      'resumed',
      'suspended',
      'approved',
    ])
  })

  test('learns which organisations a partner could reach within a time, with which rights, and what it did there (A13)', async () => {
    const made = await wide()
    const member = await world.partnerMember(made.partner, (await world.person()).id)
    const linked = await world.tenant('Zeta')
    await world.assign(await world.link(made.partner, linked), member)
    await logUse(made)
    await logUse(made)
    await logUse(made, 'api.orders.create')
    await change(made, { actions: ['order.read'] })
    await world.call(made.admin, 'POST', tenantPath(made.publicId, '/revoke'), { body: {} })
    const admin = await staff()
    const [from, to] = [
      new Date(Date.now() - 3_600_000).toISOString(),
      new Date(Date.now() + 3_600_000).toISOString(),
    ]
    const path = `/api/v1/admin/partners/${encodeId('partner', made.partner)}/blast-radius`
    const response = await world.call(admin, 'GET', `${path}?from=${from}&to=${to}`)
    expect(response.statusCode, response.body).toBe(200)
    const [first, second] = response.json().tenants
    expect(first).toMatchObject({
      tenant_name: 'Acme Fiber',
      delegations: [
        {
          delegation_id: made.publicId,
          kind: 'consent',
          status: 'revoked',
          bans: made.accounts.map(({ ban }) => ban),
          // Narrowed since, but it could have been used for more.
          permissions: ['api.orders.create', 'api.orders.read', 'api.services.read'],
        },
      ],
      acts: [
        { action: 'api.orders.create', outcome: 'allowed', times: 1, row_count: 3 },
        { action: 'api.orders.read', outcome: 'allowed', times: 2, row_count: 6 },
      ],
    })
    expect(first.delegations[0].open_until).not.toBeNull()
    expect(second).toMatchObject({
      tenant_name: 'Zeta',
      delegations: [{ kind: 'link', open_until: '2099-01-01T00:00:00.000Z' }],
      acts: [],
    })
    const earlier = await world.call(
      admin,
      'GET',
      `${path}?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z`,
    )
    expect(
      earlier.json().tenants.map(({ tenant_name: name }: { tenant_name: string }) => name),
    ).not.toContain('Acme Fiber')
    const long = await world.call(admin, 'GET', `${path}?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`)
    expect([long.statusCode, long.json().code]).toEqual([422, 'REPORT_TOO_LONG'])
  })
})
