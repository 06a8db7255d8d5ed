import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  act,
  addGuest,
  openRealmScene,
  OWN,
  publicUserId,
  QUEUE,
  readBack,
  setPolicies,
  STATED,
  submit,
  verify,
} from '#testing/identity-check-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityCheckRoutes, runIdentityCheckClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeIdentityCheckRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const clock = () => runIdentityCheckClock({ database: world.database, publicOrigin: 'http://l' })
const WHY = { reasons: ['name_mismatch'], message: 'Write it as on the passport.' }

describe('an identity check by people', () => {
  test('a guest becomes basic with the second of two different approvals, in the transaction that verifies (C8)', async () => {
    const scene = await openRealmScene(world)
    const begun = await world.call(scene.guest.caller, 'GET', OWN)
    expect(begun.json(), begun.body).toEqual({ check: null, verified_until: null, can_start_for: 'basic' })
    const id = await submit(world, scene.guest.caller)
    const { caller } = scene.first
    expect((await act(world, caller, `${id}/approve`)).json().code).toBe('IDENTITY_CHECK_STATE_CONFLICT')
    const taken = await act(world, caller, `${id}/take`)
    expect(taken.json(), taken.body).toMatchObject({
      status: 'in_review',
      taken_by_name: 'Frida First',
      legal_name: 'Ada Example',
      document_number: STATED.document_number,
      birth_date: '1990-05-04',
      approvals: 0,
      approvals_needed: 2,
      may: { take: false, approve: true, ask_again: true, reject: true, revoke: false, redact: false },
    })
    const once = await act(world, caller, `${id}/approve`)
    expect(once.json()).toMatchObject({ status: 'in_review', approvals: 1, may: { approve: false } })
    expect((await act(world, caller, `${id}/approve`)).json().code).toBe('ALREADY_REVIEWED')
    const told = await world.sql(
      `select h.id as to, payload ->> 'subject' as subject from outbox join person h on h.email = payload ->> 'to'
       where topic = 'mail' and payload ->> 'text' like '%users/identity-checks/' || $1 || '%'`,
      [id],
    )
    expect(told).toEqual([{ to: scene.second.id, subject: 'An identity check waits for a second person' }])
    expect(await readBack(world, scene, id)).toMatchObject({ role: 'guest', state: 'in_review' })
    const twice = await act(world, scene.second.caller, `${id}/approve`)
    expect(twice.json(), twice.body).toMatchObject({ status: 'verified', role: 'basic', approvals: 2 })
    const { expires_at: ends, decided_at: decided } = twice.json()
    expect(Date.parse(ends) - Date.parse(decided)).toBe(365 * 86_400_000)
    expect(await readBack(world, scene, id)).toEqual({
      role: 'basic',
      state: 'verified',
      verified_until: new Date(ends),
    })
    const own = await world.call(scene.guest.caller, 'GET', OWN)
    expect(own.json()).toMatchObject({
      verified_until: ends,
      can_start_for: null,
      check: { status: 'verified' },
    })
  })

  test('two approvals at once are counted one after the other, so that exactly one of them verifies (C8)', async () => {
    for (let round = 0; round < 5; round += 1) {
      const scene = await openRealmScene(world)
      const id = await submit(world, scene.guest.caller)
      await act(world, scene.first.caller, `${id}/take`)
      const answers = await Promise.all([
        act(world, scene.first.caller, `${id}/approve`),
        act(world, scene.second.caller, `${id}/approve`),
      ])
      expect(answers.map((answer): string => answer.json().status).toSorted()).toEqual([
        'in_review',
        'verified',
      ])
      expect(await readBack(world, scene, id)).toMatchObject({ role: 'basic', state: 'verified' })
    }
  })

  test('where the partner wants one reviewer, one is enough (C8)', async () => {
    const scene = await openRealmScene(world, { kyc_four_eyes: false, kyc_valid_days: 30 })
    const id = await submit(world, scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    const answer = await act(world, scene.first.caller, `${id}/approve`)
    expect(answer.json(), answer.body).toMatchObject({
      status: 'verified',
      approvals_needed: 1,
      role: 'basic',
    })
  })

  test('the only owner, whose approval waited for a second one, verifies alone once one is enough; with two needed nobody approves twice (C8)', async () => {
    const scene = await openRealmScene(world, { kyc_four_eyes: true, kyc_valid_days: 30 })
    const id = await submit(world, scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    const first = await act(world, scene.first.caller, `${id}/approve`)
    expect(first.json()).toMatchObject({ status: 'in_review', approvals: 1, may: { approve: false } })
    expect((await act(world, scene.first.caller, `${id}/approve`)).json().code).toBe('ALREADY_REVIEWED')
    await setPolicies(world, scene.partner, { kyc_four_eyes: false, kyc_valid_days: 30 })
    const seen = (await world.call(scene.first.caller, 'GET', `${QUEUE}/${id}`)).json()
    expect(seen).toMatchObject({ approvals: 1, approvals_needed: 1, may: { approve: true } })
    const verified = await act(world, scene.first.caller, `${id}/approve`)
    expect(verified.json(), verified.body).toMatchObject({ status: 'verified', approvals: 1, role: 'basic' })
  })

  test('staff of the partner, an old factor, and another partner’s owner decide nothing (C8)', async () => {
    const [scene, other] = [await openRealmScene(world), await openRealmScene(world)]
    const id = await submit(world, scene.guest.caller)
    const staff = await world.person()
    await world.partnerMember(scene.partner, staff.id, 'PARTNER_STAFF')
    const answers = [
      await act(world, await world.signIn(staff.id), `${id}/take`),
      await act(world, await world.signIn(scene.first.id, { factorAgeSeconds: 1000 }), `${id}/take`),
      await act(world, other.first.caller, `${id}/take`),
      await world.call(other.first.caller, 'GET', `${QUEUE}/${id}`),
    ]
    expect(answers.map((answer) => answer.json().code)).toEqual([
      'PERMISSION_DENIED',
      'STEP_UP_REQUIRED',
      'IDENTITY_CHECK_NOT_FOUND',
      'IDENTITY_CHECK_NOT_FOUND',
    ])
    expect(await readBack(world, scene, id)).toMatchObject({ state: 'submitted' })
  })

  test('who is asked again reads why, corrects it, and is reviewed anew: earlier approvals count no more (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    await act(world, scene.second.caller, `${id}/approve`)
    const asked = await act(world, scene.first.caller, `${id}/ask-again`, WHY)
    expect(asked.json(), asked.body).toMatchObject({
      status: 'resubmit',
      reasons: [{ code: 'name_mismatch' }],
    })
    const own = await world.call(scene.guest.caller, 'GET', OWN)
    expect(own.json().check).toMatchObject({
      status: 'resubmit',
      message: WHY.message,
      reasons: [
        { code: 'name_mismatch', todo: 'Enter your full name exactly as it stands on the document.' },
      ],
    })
    const again = await world.call(scene.guest.caller, 'POST', `${OWN}/submit`, {
      body: { ...STATED, legal_name: 'Ada M. Example' },
    })
    expect(again.json().check).toMatchObject({ status: 'submitted', attempt: 2, reasons: [], message: null })
    await act(world, scene.first.caller, `${id}/take`)
    expect((await act(world, scene.first.caller, `${id}/approve`)).json()).toMatchObject({
      status: 'in_review',
      approvals: 1,
    })
    const detail = (await act(world, scene.second.caller, `${id}/approve`)).json()
    expect(detail).toMatchObject({ status: 'verified', attempt: 2 })
    expect(
      detail.reviews.map(
        (review: { decision: string; attempt: number }) => `${review.decision} ${review.attempt}`,
      ),
    ).toEqual(['approve 1', 'resubmit 1', 'approve 2', 'approve 2'])
  })

  test('one rejection is final, a new check can begin, and a second one cannot be open beside it (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    expect((await world.call(scene.guest.caller, 'POST', OWN)).json().code).toBe('IDENTITY_CHECK_OPEN')
    await act(world, scene.first.caller, `${id}/take`)
    expect((await act(world, scene.first.caller, `${id}/reject`, { reasons: [] })).statusCode).toBe(422)
    const rejected = await act(world, scene.first.caller, `${id}/reject`, { reasons: ['suspected_misuse'] })
    expect(rejected.json(), rejected.body).toMatchObject({ status: 'rejected', role: 'guest' })
    expect((await act(world, scene.second.caller, `${id}/approve`)).json().code).toBe(
      'IDENTITY_CHECK_STATE_CONFLICT',
    )
    expect((await world.call(scene.guest.caller, 'POST', OWN)).json().check).toMatchObject({
      status: 'draft',
    })
  })

  test('of many that begin a check at once, one does (C8)', async () => {
    const scene = await openRealmScene(world)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => world.call(scene.guest.caller, 'POST', OWN)),
    )
    expect(answers.map((answer) => String(answer.statusCode)).toSorted()).toEqual([
      '201',
      ...Array.from({ length: 7 }, () => '409'),
    ])
    const rows = await world.sql('select 1 from kyc_case where end_user_id = $1', [scene.guest.id])
    expect(rows).toHaveLength(1)
  })
})

describe('the end of a verification', () => {
  const shift = (id: string, change: string) =>
    world.seed(`update kyc_case set ${change} where id = $1`, [decodeId('identity_check', id)])

  test('a verification that ran out counts as guest at the next request with every job stopped; the clock only notes it (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await verify(world, scene, id)
    const limitsOf = async (user: string) =>
      (await world.sql('select access.effective_limits($1) as limits', [user]))[0]?.['limits']
    const guest = await addGuest(world, scene.partner)
    expect(await limitsOf(scene.guest.id)).not.toEqual(await limitsOf(guest.id))
    await shift(id, `expires_at = now() - interval '1 second'`)
    await world.seed(`update end_user set verified_until = now() - interval '1 second' where id = $1`, [
      scene.guest.id,
    ])
    expect(await limitsOf(scene.guest.id)).toEqual(await limitsOf(guest.id))
    const own = await world.call(scene.guest.caller, 'GET', OWN)
    expect(own.json()).toMatchObject({
      verified_until: null,
      can_start_for: 'basic',
      check: { status: 'expired' },
    })
    expect((await world.call(scene.first.caller, 'GET', `${QUEUE}/${id}`)).json()).toMatchObject({
      status: 'expired',
      may: { revoke: false },
    })
    expect(await readBack(world, scene, id)).toMatchObject({ role: 'basic', state: 'verified' })
    expect(await clock()).toBeGreaterThanOrEqual(1)
    expect(await readBack(world, scene, id)).toEqual({
      role: 'guest',
      state: 'expired',
      verified_until: null,
    })
    expect(await clock()).toBe(0)
  })

  test('a revocation makes the end user a guest at once, and an earlier verification that is in force keeps the role (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await verify(world, scene, id)
    const revoked = await act(world, scene.first.caller, `${id}/revoke`, { reasons: ['suspected_misuse'] })
    expect(revoked.json(), revoked.body).toMatchObject({ status: 'revoked', role: 'guest' })
    expect(await readBack(world, scene, id)).toEqual({
      role: 'guest',
      state: 'revoked',
      verified_until: null,
    })
    const next = await submit(world, scene.guest.caller)
    await verify(world, scene, next)
    await shift(next, `expires_at = now() + interval '10 days'`)
    const renewed = await submit(world, scene.guest.caller)
    await verify(world, scene, renewed)
    await act(world, scene.first.caller, `${renewed}/revoke`, { reasons: ['other'] })
    expect(await readBack(world, scene, renewed)).toMatchObject({ role: 'basic', state: 'revoked' })
  })

  test('what nobody sent in for 30 days is taken back by the clock (C8)', async () => {
    const scene = await openRealmScene(world)
    await world.call(scene.guest.caller, 'POST', OWN)
    await world.seed(`update kyc_case set created_at = now() - interval '31 days' where end_user_id = $1`, [
      scene.guest.id,
    ])
    await clock()
    expect((await world.call(scene.guest.caller, 'GET', OWN)).json().check).toMatchObject({
      status: 'cancelled',
    })
  })

  test('redaction removes name, document and message for good, and keeps the decision and its trail (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    expect((await act(world, scene.first.caller, `${id}/redact`)).json().code).toBe(
      'IDENTITY_CHECK_STATE_CONFLICT',
    )
    await verify(world, scene, id)
    const answer = await act(world, scene.first.caller, `${id}/redact`)
    expect(answer.json(), answer.body).toMatchObject({
      status: 'verified',
      legal_name: null,
      birth_date: null,
      country: null,
      document_kind: null,
      document_number: null,
      message: null,
      redacted_by_name: 'Frida First',
      reviews: [{ decision: 'approve' }, { decision: 'approve' }],
      may: { redact: false, revoke: true },
    })
    const [row] = await world.sql(`select to_jsonb(c)::text as text from kyc_case c where id = $1`, [
      decodeId('identity_check', id),
    ])
    expect(String(row?.['text'])).not.toContain('Ada')
    const events = await world.sql(
      `select to_jsonb(e)::text as text from audit_event e where resource_id = $1`,
      [decodeId('identity_check', id)],
    )
    expect(events.length).toBeGreaterThan(5)
    expect(events.map(({ text }) => String(text)).join(' ')).not.toMatch(/\bAda\b|C01X00T47/)
    await act(world, scene.first.caller, `${id}/revoke`, { reasons: ['other'] })
    expect(await readBack(world, scene, id)).toMatchObject({ state: 'revoked', role: 'guest' })
  })
})

describe('what is told', () => {
  test('the queue shows what waits first, narrows by state, user and name, and faults of input come at once (C8)', async () => {
    const scene = await openRealmScene(world)
    const done = await submit(world, scene.guest.caller)
    await verify(world, scene, done)
    const next = await addGuest(world, scene.partner)
    const waiting = await submit(world, next.caller, { legal_name: 'Bert Waiter' })
    const list = async (query: string) =>
      (await world.call(scene.first.caller, 'GET', `${QUEUE}?${query}`))
        .json()
        .items.map((item: { identity_check_id: string }) => item.identity_check_id)
    expect(await list('')).toEqual([waiting, done])
    expect(await list('status=verified')).toEqual([done])
    expect(await list('search=bert%20w')).toEqual([waiting])
    expect(await list(`end_user_id=${publicUserId(scene.guest.id)}`)).toEqual([done])
    const faulty = await world.call(next.caller, 'POST', `${OWN}/submit`, {
      body: { legal_name: '', birth_date: '1990-13-40', country: 'Germany', document_kind: 'selfie' },
    })
    expect(
      faulty
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .toSorted(),
    ).toEqual([
      '/body/birth_date',
      '/body/country',
      '/body/document_kind',
      '/body/document_number',
      '/body/legal_name',
    ])
  })

  test('end users are told by mail at their own address, with reasons and the way on (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    await act(world, scene.first.caller, `${id}/ask-again`, WHY)
    const mails = await world.sql<{ to: string; subject: string; text: string }>(
      `select payload ->> 'to' as to, payload ->> 'subject' as subject, payload ->> 'text' as text from outbox
       where topic = 'mail' and payload ->> 'to' = (select email from end_user where id = $1) order by id`,
      [scene.guest.id],
    )
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Lumen checks your identity',
      'Lumen needs something more to confirm your identity',
    ])
    expect(mails[1]?.text).toContain('The name is not the one on the document.')
    expect(mails[1]?.text).toContain(WHY.message)
    expect(mails[1]?.text).toContain(`/p/${scene.slug}/identity-check`)
  })

  test('the provider sees figures of each partner and no name of anybody (C8)', async () => {
    const scene = await openRealmScene(world)
    await submit(world, scene.guest.caller)
    const staff = await world.person()
    await world.platformAdmin(staff.id)
    const answer = await world.call(
      await world.signIn(staff.id),
      'GET',
      '/api/v1/platform/identity-checks/figures',
    )
    expect(answer.statusCode, answer.body).toBe(200)
    const mine = answer
      .json()
      .items.filter((item: { checks: { submitted?: number } }) => item.checks.submitted === 1)
    expect(mine.at(-1)).toMatchObject({ partner_name: 'Lumen', waiting: 1 })
    expect(answer.body).not.toContain('Ada')
  })

  test('what the partner changes in its configuration holds for the next decision (C2, C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    expect((await act(world, scene.first.caller, `${id}/approve`)).json().status).toBe('in_review')
    await setPolicies(world, scene.partner, { kyc_provider: 'simulated' })
    expect((await act(world, scene.second.caller, `${id}/approve`)).json().status).toBe('verified')
    const next = await addGuest(world, scene.partner)
    const refused = await world.call(next.caller, 'POST', OWN)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'IDENTITY_VENDOR_UNAVAILABLE'])
  })
})
