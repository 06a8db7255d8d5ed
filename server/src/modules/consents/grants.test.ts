import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meetAt } from '#testing/meet.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { allow, ask, cast, consent, decide, look, outcome } = acts

const tenantPath = (id: string, rest = '') => `/api/v1/tenant/consents/${id}${rest}`

const epochOf = async ({ id }: Awaited<ReturnType<typeof consent>>) =>
  (await world.sql<{ epoch: number }>('select epoch from delegation where id = $1', [id]))[0]?.epoch ?? 0

describe('grant management', () => {
  test('merge shows what there is, and adds what was chosen to it when it is allowed (A4)', async () => {
    const made = await consent({ choose: { actions: ['order.read'] } })
    const uid = await ask(made, {
      grantAction: 'merge',
      delegationId: made.id,
      actions: ['order.create'],
      scopes: ['orders.write'],
    })
    const review = await look(made, uid)
    expect(review.body).toContain('What it has now')
    const before = await epochOf(made)
    const done = await allow(made, uid, { accounts: [made.accounts[1]?.publicId ?? ''] })
    expect(done.statusCode, done.body).toBe(303)
    const { delegation } = await outcome(made, uid)
    expect(delegation).toMatchObject({
      id: made.id,
      actions: ['order.create', 'order.read'],
      scopes: ['orders.read', 'orders.write'],
      bans: made.accounts.map(({ ban }) => ban),
    })
    expect(await epochOf(made)).toBeGreaterThan(before)
    expect(await world.sql(`select id from delegation where tenant_id = $1`, [made.tenant])).toHaveLength(1)
    const told = await world.sql(
      `select topic from outbox where topic = 'consent.changed' and payload ->> 'delegation_id' = $1`,
      [made.id],
    )
    expect(told).toHaveLength(1)
  })

  test('declining a merge leaves everything as it is', async () => {
    const made = await consent()
    const uid = await ask(made, { grantAction: 'merge', delegationId: made.id })
    const before = await epochOf(made)
    await decide(made, uid)
    expect([await epochOf(made), (await outcome(made, made.uid)).state]).toEqual([before, 'approved'])
  })

  test('replace ends the old consent in the transaction that makes the new one (A4)', async () => {
    const made = await consent()
    const uid = await ask(made, {
      grantAction: 'replace',
      delegationId: made.id,
      actions: ['order.read'],
      scopes: ['orders.read'],
    })
    expect((await look(made, uid)).body).toContain('takes the place of what it has')
    await allow(made, uid)
    const rows = await world.sql(
      'select id = $2 as is_old, status, xmin::text as xmin from delegation where tenant_id = $1 order by id',
      [made.tenant, made.id],
    )
    expect(rows).toMatchObject([
      { is_old: true, status: 'revoked' },
      { is_old: false, status: 'active' },
    ])
    expect(rows[0]?.['xmin']).toBe(rows[1]?.['xmin'])
    expect((await outcome(made, made.uid)).state).toBe('ended')
    // The authorization server asks once more before it goes on.
    const again = await ask(made, { uid, grantAction: 'replace', delegationId: made.id })
    expect([again, (await outcome(made, uid)).state]).toEqual([uid, 'approved'])
    expect(
      await world.sql(`select id from consent_request where person_id = $1`, [made.adminId]),
    ).toHaveLength(2)
  })

  test('with two approvers a merge and a replace take effect with the second approval and not before', async () => {
    for (const grantAction of ['merge', 'replace'] as const) {
      const made = await consent({ choose: { actions: ['order.read'] } })
      await acts.setPolicy(made, { dual_approval: true })
      const uid = await ask(made, { grantAction, delegationId: made.id })
      expect((await allow(made, uid, { actions: ['service.read'] })).statusCode).toBe(303)
      expect((await outcome(made, made.uid)).delegation.actions).toEqual(['order.read'])
      const { caller } = await acts.colleague(made)
      const { path, consent_request_id: key } = (
        await world.call(caller, 'GET', '/api/v1/tenant/consent-requests')
      ).json().items[0]
      const page = await world.call({ cookie: caller.cookie }, 'GET', path)
      const done = await decide(made, key, { page: page.body, as: caller })
      expect(done.statusCode, done.body).toBe(303)
      expect((await outcome(made, uid)).delegation.actions).toEqual(
        grantAction === 'merge' ? ['order.read', 'service.read'] : ['service.read'],
      )
      expect((await outcome(made, made.uid)).state).toBe(grantAction === 'merge' ? 'approved' : 'ended')
    }
  })

  test('attack 80: a consent of another client, or one that has ended, cannot be named: the same answer as for none', async () => {
    const [made, others] = [await consent(), await consent()]
    const ended = await consent()
    await world.call(ended.admin, 'POST', tenantPath(ended.publicId, '/revoke'), { body: {} })
    for (const [people, delegationId] of [
      [made, others.id],
      [ended, ended.id],
      [made, made.tenant],
    ] as const) {
      await expect(ask(people, { grantAction: 'merge', delegationId })).rejects.toThrow('CONSENT_NOT_FOUND')
    }
  })

  test('a consent of another organisation of the same administrator is not mixed into this one', async () => {
    const made = await consent()
    const beta = await world.tenant('Beta')
    await world.tenantMember(beta, made.adminId)
    await acts.account(beta, 'Beta main')
    const uid = await ask(made, { grantAction: 'merge', delegationId: made.id })
    const review = await look({ ...made, tenant: beta }, uid)
    expect([review.statusCode, review.body.includes('is not one of Beta')]).toEqual([409, true])
  })
})

test('the mail to the partner leads to where it reads its consents (A10)', async () => {
  const made = await consent()
  const [mail] = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'text' like '%' || $1 || '%' and payload ->> 'text' like '%/partner/%'`,
    [made.publicId],
  )
  expect(mail?.text).toContain(`/partner/${encodeId('partner', made.partner)}/granted`)
})

test('attack 31, A4: once the first person is no administrator any more, the next one is the first of the same choice', async () => {
  const people = await cast()
  await acts.setPolicy(people, { dual_approval: true })
  await allow(people, await ask(people))
  const second = (await acts.colleague(people)).caller
  const [waiting] = (await world.call(second, 'GET', '/api/v1/tenant/consent-requests')).json().items
  const scene = { ...people, second, waiting }
  const key = scene.waiting.consent_request_id
  expect(waiting).toMatchObject({ first_approved_by_name: 'Dana Kim', first_approval_counts: true })
  const before = await world.call({ cookie: second.cookie }, 'GET', waiting.path)
  const leaving = {
    text: `update tenant_member set role = 'TENANT_USER' where tenant_id = $1 and person_id = $2 returning 1`,
    values: [scene.tenant, scene.adminId],
    tenant: scene.tenant,
  }
  // Nor does the second one open it alone at the very moment at which the first one leaves.
  const [late] = await meetAt(world, leaving, [() => decide(scene, key, { page: before.body, as: second })])
  expect(late?.statusCode, late?.body).toBeLessThan(500)
  const [left] = (await world.call(second, 'GET', '/api/v1/tenant/consent-requests')).json().items
  expect(left).toMatchObject({ first_approved_by_name: 'Dana Kim', first_approval_counts: false })
  const page = await world.call({ cookie: scene.second.cookie }, 'GET', scene.waiting.path)
  expect(page.body).toContain('you would be the first')
  const done = await decide(scene, key, { page: page.body, as: scene.second })
  expect(done.statusCode, done.body).toBe(303)
  const stateOf = () =>
    world.sql(
      'select d.status, c.first_approved_by_name, r.status as request from delegation d join consent c on c.id = d.id join consent_request r on r.result_id = d.id where d.tenant_id = $1',
      [scene.tenant],
    )
  expect(await stateOf()).toEqual([
    { status: 'requested', first_approved_by_name: 'Priya Nair', request: 'waiting' },
  ])
  const alone = await decide(scene, key, { page: page.body, as: scene.second })
  expect(alone.statusCode).toBe(409)
  const third = (await acts.colleague(scene, 'Tom Bay')).caller
  const theirs = await world.call({ cookie: third.cookie }, 'GET', scene.waiting.path)
  expect(theirs.body).toContain('Priya Nair has approved this')
  expect((await decide(scene, key, { page: theirs.body, as: third })).statusCode).toBe(303)
  expect(await stateOf()).toMatchObject([{ status: 'active', request: 'approved' }])
  const [event] = await world.sql<{ reason: string }>(
    `select reason from audit_event where tenant_id = $1 and reason like '%counts no more%'`,
    [scene.tenant],
  )
  expect(event?.reason).toContain('by Dana Kim')
})
