import { decodeId, encodeId, NO_CONDITIONS } from '@liaison/access'
import type { PersonId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEarningScene, payment } from '#testing/earning-acts.ts'
import { actOnElevation, askElevation, openElevationScene } from '#testing/elevation-acts.ts'
import { act as actOnCheck, openRealmScene, readBack, submit } from '#testing/identity-check-acts.ts'
import { makeLinkActs, tenantPath } from '#testing/link-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { buildPayout, movePayout, openPayoutScene, seedEarning } from '#testing/payout-acts.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeLinkActs(() => world)
const ACCESS = '/api/v1/tenant/partner-access'

interface Admin {
  readonly id: PersonId
  readonly caller: Caller
}

/** Three administrators of an organisation that asks for two. */
async function admins(tenant: TenantId): Promise<readonly [Admin, Admin, Admin]> {
  const one = async (name: string): Promise<Admin> => {
    const { id } = await world.person(name)
    await world.tenantMember(tenant, id)
    return { id, caller: await world.signIn(id, { tenantId: tenant }) }
  }
  await world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true) on conflict (tenant_id) do update set dual_approval = true',
    [tenant],
    tenant,
  )
  return [await one('Ada Gone'), await one('Bea Next'), await one('Cid Last')]
}

const leaves = (tenant: TenantId, { id }: Admin, how = `status = 'inactive'`) =>
  world.seed(`update tenant_member set ${how} where tenant_id = $1 and person_id = $2`, [tenant, id], tenant)

/** Nobody administers the provider from here on who did before, but these. */
const onlyStaff = (...ids: readonly PersonId[]) =>
  world.seed(
    `update platform_staff set status = case when person_id = any ($1) then 'active' else 'inactive' end`,
    [[...ids]],
  )

const eventsOf = async (action: string, tenant: TenantId) =>
  (
    await world.sql<{ reason: string | null }>(
      'select reason from audit_event where action = $1 and tenant_id = $2 order by occurred_at, id',
      [action, tenant],
    )
  ).map(({ reason }) => reason ?? '')

describe('a first approval of an organisation is void once whoever gave it decides no more', () => {
  async function asked() {
    const people = await acts.cast()
    const team = await admins(people.tenant)
    await acts.ask(people)
    const { link_id: id } = await acts.newestLink(people)
    const approve = async ({ caller }: Admin) => {
      const { snapshot_token } = (await world.call(caller, 'GET', tenantPath(id))).json()
      return world.call(caller, 'POST', tenantPath(id, '/approve'), { body: { accept: {}, snapshot_token } })
    }
    return { ...people, team, id, approve }
  }

  test.each([
    ['left', `status = 'inactive'`],
    ['administers no more', `role = 'TENANT_USER'`],
  ])(
    'for a request of a partner, when that person %s: the next approval is the first (B1, B10)',
    async (_name, how) => {
      const { team, tenant, id, approve } = await asked()
      const [gone, next, last] = team
      const firstOf = async ({ caller }: Admin) =>
        (await world.call(caller, 'GET', tenantPath(id))).json().first_approval
      expect((await approve(gone)).json()).toMatchObject({ status: 'requested' })
      expect(await firstOf(next)).toMatchObject({ name: 'Ada Gone', counts: true })
      await leaves(tenant, gone, how)
      expect(await firstOf(next)).toMatchObject({ name: 'Ada Gone', counts: false })
      const page = await world.call(
        { cookie: next.caller.cookie },
        'GET',
        `/links/${id}?org=${encodeId('tenant', tenant)}`,
      )
      expect(page.body).toContain('you would be the first')
      const second = await approve(next)
      expect(second.json(), second.body).toMatchObject({ status: 'requested' })
      expect(await firstOf(next)).toMatchObject({ name: 'Bea Next', counts: true })
      expect((await eventsOf('links.approve', tenant)).at(-1)).toContain('by Ada Gone, counts no more')
      expect((await approve(next)).json().code).toBe('SECOND_APPROVER_NEEDED')
      expect((await approve(last)).json().status).toBe('active')
    },
  )

  test('and neither does a freeze of that person, nor the very moment at which it leaves, let one open alone (B10, I7)', async () => {
    const { team, tenant, id, approve } = await asked()
    const [gone, next] = team
    await approve(gone)
    const lock = {
      text: `update tenant_member set status = 'inactive' where tenant_id = $1 and person_id = $2 returning 1`,
      values: [tenant, gone.id],
      tenant,
    }
    const [answer] = await meetAt(world, lock, [() => approve(next)])
    expect([answer?.statusCode, answer?.json().code]).toEqual([409, 'SECOND_APPROVER_NEEDED'])
    const [row] = await world.sql('select status from delegation where id = $1', [decodeId('link', id)])
    expect(row).toEqual({ status: 'requested' })
    expect((await approve(next)).json()).toMatchObject({ status: 'requested' })
    await world.seed(
      `insert into access_freeze (scope, person_id, set_by, set_by_name, set_by_side) values ('person', $1, uuidv7(), 'x', 'provider')`,
      [next.id],
    )
    const [, , last] = team
    expect((await approve(last)).json()).toMatchObject({ status: 'requested' })
  })

  test('for a change that a partner asks for, and for one that a colleague wants (B10)', async () => {
    const people = await acts.makeLink()
    const [gone, next, last] = await admins(people.tenant)
    await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
    const decide = async ({ caller }: Admin) => {
      const [change] = (await world.call(caller, 'GET', `${ACCESS}/changes?status=waiting`)).json().items
      return world.call(caller, 'POST', `${ACCESS}/changes/${change.change_request_id}/approve`, {
        body: { snapshot_token: change.snapshot_token },
      })
    }
    await decide(gone)
    await leaves(people.tenant, gone)
    expect((await decide(next)).json()).toMatchObject({
      status: 'waiting',
      first_approval: { name: 'Bea Next' },
    })
    expect((await decide(last)).json()).toMatchObject({ status: 'approved' })
    const patch = async ({ caller }: Admin, days: number) =>
      world.call(caller, 'PATCH', tenantPath(people.id), {
        body: { ends_at: new Date(Date.UTC(2027, 5, days)).toISOString() },
        headers: { 'if-match': await acts.etagOf(caller, tenantPath(people.id)) },
      })
    expect((await patch(next, 20)).json()).toMatchObject({ waits_for_second: true })
    await leaves(people.tenant, next)
    const [shown] = (await world.call(last.caller, 'GET', `${ACCESS}/changes?status=waiting`)).json().items
    expect(shown).toMatchObject({ request_counts: false, may_approve: false })
    const refused = await decide(last)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'SECOND_APPROVER_NEEDED'])
    expect((await patch(last, 20)).json()).toMatchObject({ waits_for_second: true })
  })

  test('for looser rules, for the end of a freeze and for support (B2, B11, access.md section 1)', async () => {
    const tenant = await world.tenant('Acme Fiber')
    const [gone, next, last] = await admins(tenant)
    const staff = await world.person('Sue Staff')
    await world.platformAdmin(staff.id)
    const support = await world.call(await world.signIn(staff.id), 'POST', '/api/v1/admin/support-access', {
      body: { tenant_id: encodeId('tenant', tenant), case_number: 'C-1', reason: 'A ticket is missing' },
    })
    const supported = ({ caller }: Admin) =>
      world.call(caller, 'POST', `/api/v1/tenant/support-access/${support.json().support_access_id}/approve`)
    const frozen = await world.call(gone.caller, 'POST', `${ACCESS}/freeze`, {
      body: { scope: 'tenant', reason: 'Stop' },
    })
    const lift = ({ caller }: Admin) =>
      world.call(caller, 'DELETE', `${ACCESS}/freeze/${frozen.json().freeze_id}`, {
        body: { reason: 'Over' },
      })
    const save = async ({ caller }: Admin) => {
      const shown = await world.call(caller, 'GET', `${ACCESS}/policy`)
      const { version: _version, ...rules } = shown.json()
      return world.call(caller, 'PUT', `${ACCESS}/policy`, {
        body: { ...rules, conditions: NO_CONDITIONS, dual_approval: false },
        headers: { 'if-match': String(shown.headers['etag']) },
      })
    }
    const confirm = async ({ caller }: Admin, outcome?: string) => {
      const shown = await world.call(caller, 'GET', `${ACCESS}/policy/waiting`)
      return world.call(caller, 'POST', `${ACCESS}/policy/waiting/confirm`, {
        headers: { 'if-match': String(shown.headers['etag']) },
        ...(outcome !== undefined && { body: { outcome } }),
      })
    }
    expect((await supported(gone)).json().status).toBe('requested')
    expect((await lift(gone)).json().in_force).toBe(true)
    expect((await save(gone)).json().waits_for_second).toBe(true)
    const told = async () => [
      (await world.call(next.caller, 'GET', '/api/v1/tenant/support-access')).json().items[0]
        .first_approval_counts,
      (await world.call(next.caller, 'GET', `${ACCESS}/freezes`)).json().items[0].lift_request_counts,
      (await world.call(next.caller, 'GET', `${ACCESS}/policy/waiting`)).json().waiting.counts,
    ]
    expect(await told()).toEqual([true, true, true])
    // A page that was opened while nobody counted says that a second person is asked; nothing holds by that.
    expect((await confirm(next, 'asked')).json().code).toBe('OUTCOME_CHANGED')
    await leaves(tenant, gone)
    expect(await told()).toEqual([false, false, false])
    expect((await confirm(next, 'confirmed')).json().code).toBe('OUTCOME_CHANGED')
    expect(await told()).toEqual([false, false, false])
    // Whoever confirms what was asked by somebody who is gone asks for it from then on.
    expect((await confirm(next)).json()).toMatchObject({ waits_for_second: true, dual_approval: true })
    expect((await eventsOf('tenant.partner_access.policy.ask', tenant)).at(-1)).toContain(
      'by Ada Gone, counts no more',
    )
    expect((await confirm(next)).json().code).toBe('SECOND_APPROVER_NEEDED')
    const again = await supported(next)
    expect(again.json(), again.body).toMatchObject({
      status: 'requested',
      first_approved_by_name: 'Bea Next',
    })
    expect(await eventsOf('assistance.approve_first', tenant)).toEqual([
      '',
      expect.stringContaining('counts no more'),
    ])
    expect((await supported(last)).json().status).toBe('active')
    expect((await lift(next)).json()).toMatchObject({ in_force: true, lift_asked_by_you: true })
    expect((await lift(last)).json().in_force).toBe(false)
    expect((await confirm(last)).json()).toMatchObject({ waits_for_second: false, dual_approval: false })
  })

  test('and of a partner: for more access of its people, and for who somebody is (B13, C8)', async () => {
    const scene = await openElevationScene(world)
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, conditions) values ($1, '{"tenant_elevation_approval": true}')`,
      [scene.tenant],
      scene.tenant,
    )
    const id = String((await askElevation(world, scene)).json().elevation_id)
    const agreed = await actOnElevation(world, scene.owner.caller, { id, step: 'approve' })
    expect(agreed.json()).toMatchObject({ status: 'approved' })
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [scene.owner.id])
    const refused = await actOnElevation(world, scene.admin.caller, { id, step: 'approve' })
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'ELEVATION_STATE_CONFLICT'])
    expect(refused.json().detail).toContain('is no owner of it any more')
    const read = async ({ caller }: { caller: Caller }, path: string) =>
      (await world.call(caller, 'GET', path)).json().items[0]
    const { items } = (await world.call(scene.admin.caller, 'GET', `${ACCESS}/elevations`)).json()
    expect(items[0]).toMatchObject({
      approval_counts: false,
      waits_for: 'partner',
      may: { approve: false, deny: true },
    })
    const other = await world.person('Olu Other')
    await world.partnerMember(scene.partner, other.id, 'PARTNER_OWNER')
    const anew = { caller: await world.signIn(other.id) }
    expect(await read(anew, '/api/v1/partner/elevations')).toMatchObject({
      approval_counts: false,
      may: { approve: true },
    })
    expect((await actOnElevation(world, anew.caller, { id, step: 'approve' })).json()).toMatchObject({
      status: 'approved',
      approved_by_name: 'Olu Other',
      approval_counts: true,
      waits_for: 'tenant',
    })
    expect((await eventsOf('elevations.approve', scene.tenant)).at(-1)).toContain('counts no more')
    expect((await actOnElevation(world, anew.caller, { id, step: 'approve' })).json().code).toBe(
      'ELEVATION_STATE_CONFLICT',
    )
    expect((await actOnElevation(world, scene.admin.caller, { id, step: 'approve' })).json().status).toBe(
      'active',
    )

    const realm = await openRealmScene(world)
    const check = await submit(world, realm.guest.caller)
    await actOnCheck(world, realm.first.caller, `${check}/take`)
    await actOnCheck(world, realm.first.caller, `${check}/approve`)
    await world.seed(`update partner_member set role = 'PARTNER_STAFF' where person_id = $1`, [
      realm.first.id,
    ])
    const given = await actOnCheck(world, realm.second.caller, `${check}/approve`)
    expect(given.json(), given.body).toMatchObject({ status: 'in_review', approvals: 1 })
    expect(await readBack(world, realm, check)).toMatchObject({ role: 'guest' })
  })
})

describe('a first approval of the provider is void once whoever gave it is no admin', () => {
  test('for the end of a partner, for an amount above the limit and for a payout (C1, D6, D7)', async () => {
    const scene = await openPayoutScene(world)
    const third = await world.person('Tom Third')
    await world.platformAdmin(third.id)
    const last = await world.signIn(third.id)
    const earned = await openEarningScene(world)
    await earned.refer('t1')
    await earned.report([payment('i1', { net_minor: 1_000_100 })])
    const [amount] = await world.sql<{ id: string }>('select id from earning where partner_id = $1', [
      earned.partner,
    ])
    const approve = (by: Caller) =>
      world.call(by, 'POST', '/api/v1/admin/earnings/approve', {
        body: { earning_ids: [encodeId('earning', amount?.id as never)] },
      })
    const ended = await world.partner('Two Ltd')
    const path = `/api/v1/admin/partners/${encodeId('partner', ended)}/terminate`
    const asked = await world.call(scene.maker, 'POST', path, { body: { reason: 'Fraud', name: 'Two Ltd' } })
    const confirm = (by: Caller) =>
      world.call(
        by,
        'POST',
        `/api/v1/admin/second-person-requests/partner-terminations/${asked.json().request_id}/decision`,
        { body: { decision: 'confirm' } },
      )
    await seedEarning(world, scene, { amount: 9000 })
    const built = await buildPayout(world, scene.maker, { partner_ids: [encodeId('partner', scene.partner)] })
    const batchId = String(built.json().batch_id)
    expect((await movePayout(world, scene.maker, { batchId, move: 'submit' })).json().state).toBe('submitted')
    expect((await approve(scene.maker)).json()).toMatchObject({ waiting: 1 })
    const tell = async (by: Caller) => [
      (await world.call(by, 'GET', '/api/v1/admin/second-person-requests?state=waiting')).json().items[0]
        .request_counts,
      (await world.call(by, 'GET', `/api/v1/admin/payout-batches/${batchId}`)).json().submission_counts,
      (
        await world.call(by, 'GET', `/api/v1/admin/earnings/${encodeId('earning', amount?.id as never)}`)
      ).json().first_approval_counts,
    ]
    expect(await tell(scene.checker)).toEqual([true, true, true])
    await onlyStaff(scene.checkerId, third.id)
    expect(await tell(scene.checker)).toEqual([false, false, false])

    const refused = await confirm(scene.checker)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'SECOND_PERSON_OUTDATED'])
    expect(refused.json().detail).toContain('no admin any more')
    const unpaid = await movePayout(world, scene.checker, { batchId, move: 'approve' })
    expect([unpaid.statusCode, unpaid.json().code]).toEqual([409, 'PAYOUT_STATE_CONFLICT'])
    expect(unpaid.json().detail).toContain('submit it anew in your own name')
    const anew = await movePayout(world, scene.checker, { batchId, move: 'submit' })
    expect(anew.json(), anew.body).toMatchObject({
      state: 'submitted',
      submission_counts: true,
      is_mine: true,
    })
    const [event] = await world.sql(
      `select reason from audit_event where action = 'program.payout_batch.submitted' order by occurred_at desc, id desc limit 1`,
    )
    expect(event?.['reason']).toContain('counts no more')
    expect((await movePayout(world, last, { batchId, move: 'submit' })).json().code).toBe(
      'PAYOUT_STATE_CONFLICT',
    )
    expect((await movePayout(world, scene.checker, { batchId, move: 'approve' })).json().code).toBe(
      'PAYOUT_SECOND_PERSON',
    )
    expect((await movePayout(world, last, { batchId, move: 'approve' })).json().state).toBe('approved')
    expect((await approve(scene.checker)).json()).toMatchObject({ waiting: 1, done: 0 })
    expect((await approve(scene.checker)).json().items).toMatchObject([{ code: 'EARNING_SECOND_PERSON' }])
    expect((await approve(last)).json()).toMatchObject({ done: 1 })
    const [status] = await world.sql('select status from partner where id = $1', [ended])
    expect(status).toEqual({ status: 'active' })
  })
})
