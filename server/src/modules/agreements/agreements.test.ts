import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  askToOffer,
  agree,
  approveAgreement,
  draftAgreement,
  draftInput,
  offerAgreement,
  openAgreementScene,
  signAgreement,
  signingBody,
} from '#testing/agreement-acts.ts'
import type { AgreementScene } from '#testing/agreement-acts.ts'
import { STANDARD_TERMS } from '#testing/program-acts.ts'
import { approvalRoutes } from '#modules/approvals/index.ts'
import { confirmRequest } from '#testing/approval-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { fingerprintOf } from './content.ts'
import { makeAgreementRoutes, runAgreementClock } from './index.ts'

let world: TestWorld
let scene: AgreementScene
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeAgreementRoutes(services), ...approvalRoutes])
  scene = await openAgreementScene(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const OWN = '/api/v1/program/agreements'
const ADMIN = '/api/v1/admin/agreements'

describe('an agreement on its way', () => {
  test('drafted, offered, signed and approved it is in force, and the next version supersedes it (D4)', async () => {
    const first = await agree(world, scene)
    const current = (await world.call(scene.owner, 'GET', `${OWN}/current`)).json()
    expect(current).toMatchObject({ agreement_id: first, version: 1, state: 'active', is_in_force: true })
    const second = await draftAgreement(world, scene, { terms: { ...STANDARD_TERMS, hold_days: 14 } })
    await offerAgreement(world, scene, second)
    const shown = (await world.call(scene.owner, 'GET', `${OWN}/${second}`)).json()
    expect(shown.changes).toMatchObject({
      since_version: 1,
      terms: [{ label: 'Waiting time', before: '30 days', after: '14 days' }],
    })
    expect(shown.changes.text.filter(({ kind }: { kind: string }) => kind !== 'same')).toHaveLength(2)
    await signAgreement(world, scene, second)
    // Until the approval the old one holds.
    expect((await world.call(scene.owner, 'GET', `${OWN}/current`)).json().version).toBe(1)
    await approveAgreement(world, scene, second)
    const states = (await world.call(scene.owner, 'GET', OWN)).json().items
    expect(
      states.map((row: Record<string, unknown>) => [row['version'], row['state'], row['is_in_force']]),
    ).toEqual(
      expect.arrayContaining([
        [1, 'superseded', false],
        [2, 'active', true],
      ]),
    )
    const old = states.find((row: { version: number }) => row.version === 1)
    const now = states.find((row: { version: number }) => row.version === 2)
    expect(old.effective_until).toBe(now.effective_from)
  })

  test('the fingerprint is that of text and terms together, and every number of the text comes from the terms (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    const draft = (await world.call(own.drafter, 'GET', `${ADMIN}/${id}`)).json()
    expect(draft.content_sha256).toBe(fingerprintOf(draft.body, draft.terms_canonical))
    expect(draft.body).toContain('10%, before tax, of every invoice')
    expect(draft.body).toContain('waits 30 days')
    expect(draft.body).toContain('at least 50.00 USD')
    expect(draft.body).not.toContain('{{')
    expect(draft.terms_canonical.startsWith('{"attribution":{"model"')).toBe(true)
    const changed = await world.call(own.drafter, 'PUT', `${ADMIN}/${id}`, {
      headers: { 'if-match': `"v${draft.row_version}"` },
      body: { ...(await draftInput(world, own)), terms: { ...STANDARD_TERMS, hold_days: 7 } },
    })
    expect(changed.json().body).toContain('waits 7 days')
    expect(changed.json().content_sha256).not.toBe(draft.content_sha256)
  })

  test('a placeholder that there is not is refused with its place, and nothing is kept (D4)', async () => {
    const own = await openAgreementScene(world)
    const answer = await world.call(
      own.drafter,
      'POST',
      `/api/v1/admin/partners/${encodeId('partner', own.partner)}/agreements`,
      {
        body: { ...(await draftInput(world, own)), source: '# Agreement\n\nYou earn {{comission}} at once.' },
      },
    )
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toEqual([
      {
        pointer: '/body/source',
        code: 'UNKNOWN_PLACEHOLDER',
        detail: '{{comission}} in line 3, column 10 is no placeholder that there is',
      },
    ])
    const list = await world.call(
      own.drafter,
      'GET',
      `/api/v1/admin/partners/${encodeId('partner', own.partner)}/agreements`,
    )
    expect(list.json().total).toBe(0)
  })

  test('what was offered never changes (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    const offered = await offerAgreement(world, own, id)
    const answer = await world.call(own.drafter, 'PUT', `${ADMIN}/${id}`, {
      headers: { 'if-match': `"v${offered.row_version}"` },
      body: await draftInput(world, own),
    })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'AGREEMENT_STATE_CONFLICT'])
  })

  test('one version of a partner is under way at a time (D4)', async () => {
    const own = await openAgreementScene(world)
    await draftAgreement(world, own)
    const answer = await world.call(
      own.drafter,
      'POST',
      `/api/v1/admin/partners/${encodeId('partner', own.partner)}/agreements`,
      { body: await draftInput(world, own) },
    )
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'AGREEMENT_OPEN'])
  })
})

describe('signing', () => {
  test('needs the fingerprint that was shown, and a proof that it was shown to this person (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const body = await signingBody(world, own, id)
    for (const wrong of [{ content_sha256: 'a'.repeat(64) }, { shown: 'bm90aGluZw.bm90aGluZw' }]) {
      const answer = await world.call(own.owner, 'POST', `${OWN}/${id}/sign`, { body: { ...body, ...wrong } })
      expect([answer.statusCode, answer.json().code]).toEqual([409, 'AGREEMENT_CHANGED'])
    }
    // A second owner cannot use what was shown to the first.
    const other = await world.person('Olga Brandt')
    await world.partnerMember(own.partner, other.id, 'PARTNER_OWNER')
    const answer = await world.call(await world.signIn(other.id), 'POST', `${OWN}/${id}/sign`, { body })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'AGREEMENT_CHANGED'])
  })

  test('asks for a second factor of the last five minutes (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const body = await signingBody(world, own, id)
    const stale = await world.signIn(own.ownerId, { factorAgeSeconds: 301 })
    const answer = await world.call(stale, 'POST', `${OWN}/${id}/sign`, { body })
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'STEP_UP_REQUIRED'])
    expect(answer.headers['www-authenticate']).toContain('max_age="300"')
    const fresh = await world.signIn(own.ownerId, { factorAgeSeconds: 280 })
    expect((await world.call(fresh, 'POST', `${OWN}/${id}/sign`, { body })).statusCode).toBe(200)
  })

  test('is not for staff, not for the provider, and not twice (D4, F2)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const body = await signingBody(world, own, id)
    const byStaff = await world.call(own.staff, 'POST', `${OWN}/${id}/sign`, { body })
    expect([byStaff.statusCode, byStaff.json().code]).toEqual([403, 'PERMISSION_DENIED'])
    expect((await world.call(own.approver, 'POST', `${OWN}/${id}/sign`, { body })).statusCode).toBe(403)
    await signAgreement(world, own, id)
    const again = await world.call(own.owner, 'POST', `${OWN}/${id}/sign`, { body })
    expect([again.statusCode, again.json().code]).toEqual([409, 'AGREEMENT_STATE_CONFLICT'])
  })

  test('two owners at the same moment make one signature (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const body = await signingBody(world, own, id)
    const again = await world.signIn(own.ownerId)
    const answers = await Promise.all(
      [own.owner, again].map((caller) => world.call(caller, 'POST', `${OWN}/${id}/sign`, { body })),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('an offer that ran out cannot be signed although no job has noted it, and the job notes it once (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const body = await signingBody(world, own, id)
    await world.seed(`update agreement set expires_at = now() - interval '1 second' where partner_id = $1`, [
      own.partner,
    ])
    const answer = await world.call(own.owner, 'POST', `${OWN}/${id}/sign`, { body })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'AGREEMENT_EXPIRED'])
    expect((await world.call(own.owner, 'GET', `${OWN}/${id}`)).json().state).toBe('expired')
    expect(await runAgreementClock(world.database, null)).toEqual({ expired: 1, warned: 0 })
    expect(await runAgreementClock(world.database, null)).toEqual({ expired: 0, warned: 0 })
    const [row] = await world.sql('select state from agreement where partner_id = $1', [own.partner])
    expect(row).toEqual({ state: 'expired' })
  })

  test('declining keeps everything as it is and tells the reason (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const answer = await world.call(own.owner, 'POST', `${OWN}/${id}/decline`, {
      body: { reason: 'The waiting time is too long.' },
    })
    expect(answer.json()).toMatchObject({ state: 'declined', reason: 'The waiting time is too long.' })
    expect((await world.call(own.owner, 'GET', `${OWN}/current`)).statusCode).toBe(404)
  })
})

describe('approving', () => {
  test('is not done by whoever drafted, nor by a member of the partner (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    const { content_sha256 } = await signAgreement(world, own, id)
    const approve = (caller: AgreementScene['drafter']) =>
      world.call(caller, 'POST', `${ADMIN}/${id}/approve`, { body: { content_sha256 } })
    const asks = async (caller: AgreementScene['drafter']) =>
      (await world.call(caller, 'GET', `${ADMIN}/${id}`)).json().needs_other_approver
    expect([await asks(own.drafter), await asks(own.approver)]).toEqual([true, false])
    const byDrafter = await approve(own.drafter)
    expect([byDrafter.statusCode, byDrafter.json().code]).toEqual([409, 'AGREEMENT_FOUR_EYES'])
    const both = await world.person('Bo Lind')
    await world.platformAdmin(both.id)
    await world.partnerMember(own.partner, both.id, 'PARTNER_STAFF')
    const byMember = await approve(await world.signIn(both.id))
    expect([byMember.statusCode, byMember.json().code]).toEqual([409, 'AGREEMENT_APPROVER_REFUSED'])
    await world.platformAdmin(own.ownerId)
    const bySigner = await approve(own.owner)
    expect([bySigner.statusCode, bySigner.json().code]).toEqual([409, 'AGREEMENT_APPROVER_REFUSED'])
    expect((await approve(own.approver)).json().state).toBe('active')
  })

  test('comes after the signature only (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    const { content_sha256 } = await offerAgreement(world, own, id)
    const answer = await world.call(own.approver, 'POST', `${ADMIN}/${id}/approve`, {
      body: { content_sha256 },
    })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'AGREEMENT_STATE_CONFLICT'])
  })

  test('a rejected version changes nothing, and its number is not used again (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    await signAgreement(world, own, id)
    const answer = await world.call(own.approver, 'POST', `${ADMIN}/${id}/reject`, {
      body: { reason: 'The signer left.' },
    })
    expect(answer.json().state).toBe('rejected')
    const next = await draftAgreement(world, own)
    expect((await world.call(own.drafter, 'GET', `${ADMIN}/${next}`)).json().version).toBe(2)
  })
})

describe('the end', () => {
  test('an owner gives notice, the provider ends it on a day, and it holds until then (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await agree(world, own)
    const notice = await world.call(own.owner, 'POST', `${OWN}/${id}/notice`, {
      body: { reason: 'We stop referring.' },
    })
    expect(notice.json()).toMatchObject({ state: 'active', notice_reason: 'We stop referring.' })
    const twice = await world.call(own.owner, 'POST', `${OWN}/${id}/notice`, { body: { reason: 'Again' } })
    expect(twice.statusCode).toBe(409)
    const ends = '2099-01-31T00:00:00.000Z'
    const ended = await world.call(own.approver, 'POST', `${ADMIN}/${id}/terminate`, {
      body: { reason: 'As agreed.', ends_at: ends },
    })
    expect(ended.json()).toMatchObject({ state: 'terminated', is_in_force: true, effective_until: ends })
    // The next one takes its place at once.
    const next = await agree(world, own)
    const current = (await world.call(own.owner, 'GET', `${OWN}/current`)).json()
    expect(current.agreement_id).toBe(next)
  })

  test('of one that has not begun ends the one that still holds, too: nothing is in force after it (D4)', async () => {
    const own = await openAgreementScene(world)
    const first = await agree(world, own)
    const next = await agree(world, own, { starts_at: '2099-01-31T00:00:00.000Z' })
    const before = (await world.call(own.owner, 'GET', `${OWN}/current`)).json()
    expect(before.agreement_id).toBe(first)
    const ended = await world.call(own.approver, 'POST', `${ADMIN}/${next}/terminate`, {
      body: { reason: 'We part.' },
    })
    expect(ended.json(), ended.body).toMatchObject({ state: 'terminated', is_in_force: false })
    expect((await world.call(own.owner, 'GET', `${OWN}/current`)).statusCode).toBe(404)
    const old = (await world.call(own.approver, 'GET', `${ADMIN}/${first}`)).json()
    expect(old).toMatchObject({ state: 'superseded', is_in_force: false })
    // What it pays on after it ended is paid as for any other that somebody ended.
    expect(
      await world.sql('select is_terminated from access.accrual_agreements(array[$1::uuid])', [own.partner]),
    ).toEqual([{ is_terminated: true }])
  })
})

describe('reading', () => {
  test('staff see the agreement in force and nothing else of it; owners see every offered version (D4, D8)', async () => {
    const own = await openAgreementScene(world)
    const first = await agree(world, own)
    const second = await agree(world, own)
    const third = await draftAgreement(world, own)
    expect((await world.call(own.staff, 'GET', OWN)).statusCode).toBe(403)
    const current = (await world.call(own.staff, 'GET', `${OWN}/current`)).json()
    expect(current).toMatchObject({ agreement_id: second, signature: null, events: [], shown: null })
    expect((await world.call(own.staff, 'GET', `${OWN}/${first}`)).statusCode).toBe(404)
    expect((await world.call(own.owner, 'GET', `${OWN}/${first}`)).statusCode).toBe(200)
    expect((await world.call(own.owner, 'GET', `${OWN}/${third}`)).statusCode).toBe(404)
    const foreign = await openAgreementScene(world)
    expect((await world.call(foreign.owner, 'GET', `${OWN}/${second}`)).statusCode).toBe(404)
    const named = await world.call(own.owner, 'GET', OWN, {
      headers: { 'x-active-tenant-id': encodeId('tenant', await world.tenant('Acme')) },
    })
    expect(named.statusCode).toBe(400)
  })

  test('each side downloads the sealed file, and both read in the audit log that it did (D4, D9)', async () => {
    const own = await openAgreementScene(world)
    const id = await agree(world, own)
    const [byOwner, byAdmin] = [
      await world.call(own.owner, 'GET', `${OWN}/${id}/pdf`),
      await world.call(own.approver, 'GET', `${ADMIN}/${id}/pdf`),
    ]
    expect(byOwner.headers['content-type']).toBe('application/pdf')
    expect(byOwner.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
    expect(byOwner.rawPayload.equals(byAdmin.rawPayload)).toBe(true)
    const events = await world.sql(
      `select e.actor_name from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'partner' and s.scope_id = $1
       where e.action = 'program.agreement.downloaded' order by 1`,
      [own.partner],
    )
    expect(events).toEqual([{ actor_name: 'Ana Ruiz' }, { actor_name: 'Kim Vance' }])
  })

  test('every move tells both sides: an audit event, a mail, and a webhook with ids and the state (D4, D9)', async () => {
    const own = await openAgreementScene(world)
    await agree(world, own)
    const told = await world.sql<{ topic: string; payload: Record<string, unknown> }>(
      `select topic, payload from outbox where payload ->> 'partner_id' = $1 order by id`,
      [own.partner],
    )
    expect(told.map(({ topic, payload }) => [topic, payload['state']])).toEqual([
      ['agreement.offered', 'offered'],
      ['agreement.signed', 'signed'],
      ['agreement.active', 'active'],
    ])
    const actions = await world.sql<{ action: string }>(
      `select e.action from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'partner' and s.scope_id = $1 where e.action like 'program.%' order by e.occurred_at`,
      [own.partner],
    )
    expect(actions.map(({ action }) => action).filter((action) => !action.endsWith('.read'))).toEqual([
      'program.agreement.offered',
      'program.agreement.signed',
      'program.agreement.approved',
    ])
  })
})

describe('what two people do about agreements', () => {
  test('is set with a reason by whoever may approve, from what one read, and holds for the next move (D4, D9)', async () => {
    const own = await openAgreementScene(world)
    const set = (before: string, after: string, reason = 'The auditors ask for it.') =>
      world.call(own.approver, 'PUT', '/api/v1/admin/program', {
        body: { before, four_eyes: after, reason },
      })
    const stale = await set('off', 'offer_and_approval')
    expect([stale.statusCode, stale.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await set('approval', 'offer_and_approval', '')).statusCode).toBe(422)
    const strict = await set('approval', 'offer_and_approval')
    expect(strict.json()).toMatchObject({ four_eyes: 'offer_and_approval' })
    const id = await draftAgreement(world, own)
    const offer = await askToOffer(world, own.drafter, id)
    expect([offer.statusCode, offer.json().code]).toEqual([409, 'AGREEMENT_FOUR_EYES'])
    const less = await set('offer_and_approval', 'approval')
    await confirmRequest(world, less.json().four_eyes_asked.request_id, 'agreement-settings')
    await offerAgreement(world, own, id)
    const events = await world.sql(
      `select reason, changes from audit_event where action = 'program.four_eyes.changed' order by occurred_at limit 1`,
    )
    expect(events).toEqual([
      {
        reason: 'The auditors ask for it.',
        changes: { four_eyes: { before: 'approval', after: 'offer_and_approval' } },
      },
    ])
  })

  test('is read by nobody of a partner and set by none of them (D4)', async () => {
    const own = await openAgreementScene(world)
    const body = { before: 'approval', four_eyes: 'off', reason: 'It is faster.' }
    expect((await world.call(own.owner, 'GET', '/api/v1/admin/program')).statusCode).toBe(403)
    expect((await world.call(own.owner, 'PUT', '/api/v1/admin/program', { body })).statusCode).toBe(403)
  })
})
