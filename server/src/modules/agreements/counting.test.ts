import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  askToOffer,
  draftAgreement,
  draftInput,
  offerAgreement,
  openAgreementScene,
} from '#testing/agreement-acts.ts'
import type { AgreementScene } from '#testing/agreement-acts.ts'
import { STANDARD_TERMS } from '#testing/program-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { toCanonicalTerms } from './content.ts'
import { AgreementTerms, makeAgreementRoutes } from './index.ts'

let world: TestWorld
let scene: AgreementScene
beforeAll(async () => {
  world = await TestWorld.start(makeAgreementRoutes)
  scene = await openAgreementScene(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const PATH = '/api/v1/admin/program-settings'
const FIRST_TOUCH = { ...STANDARD_TERMS, attribution: { model: 'first_touch', window_days: 90 } }

const read = async () => world.call(scene.approver, 'GET', PATH)

/** Changes some of the settings from what they are now. */
async function set(change: object, caller = scene.approver) {
  const now = await read()
  const { live_needs_agreement, contact_kept_days } = now.json()
  return world.call(caller, 'PUT', PATH, {
    body: { live_needs_agreement, contact_kept_days, ...change },
    headers: { 'If-Match': String(now.headers['etag']) },
  })
}

const offer = (id: string) => askToOffer(world, scene.drafter, id)

describe('by what the program counts', () => {
  test('is the last touch and UTC at first, and each change is a version and is written down (D4, D5, D9)', async () => {
    const first = (await read()).json()
    expect(first).toMatchObject({ attribution_model: 'last_touch', time_zone: 'UTC' })
    const changed = await set({ attribution_model: 'first_touch', time_zone: 'Europe/Berlin' })
    expect(changed.json()).toMatchObject({
      version: first.version + 1,
      attribution_model: 'first_touch',
      time_zone: 'Europe/Berlin',
      set_by_name: 'Kim Vance',
    })
    const program = (await world.call(scene.approver, 'GET', '/api/v1/admin/program')).json()
    expect(program).toMatchObject({
      timezone: 'Europe/Berlin',
      defaults: { attribution: { model: 'first_touch', window_days: 90 } },
    })
    const [event] = await world.sql(
      `select changes -> 'attribution_model' as model, changes -> 'time_zone' as zone from audit_event where action = 'program.demands.changed' order by occurred_at desc limit 1`,
    )
    expect(event).toEqual({
      model: { before: 'last_touch', after: 'first_touch' },
      zone: { before: 'UTC', after: 'Europe/Berlin' },
    })
    const kept = await set({ live_needs_agreement: false })
    expect(kept.json()).toMatchObject({ attribution_model: 'first_touch', time_zone: 'Europe/Berlin' })
    await set({ attribution_model: 'last_touch', time_zone: 'UTC' })
  })

  test('is kept by a server of the version before, which knows nothing of it (R11)', async () => {
    await set({ attribution_model: 'first_touch', time_zone: 'Asia/Tokyo' })
    await world.seed(
      `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name) select max(version) + 1, false, 365, 'Before' from program_setting`,
      [],
    )
    expect((await read()).json()).toMatchObject({
      set_by_name: 'Before',
      attribution_model: 'first_touch',
      time_zone: 'Asia/Tokyo',
    })
    await set({ attribution_model: 'last_touch', time_zone: 'UTC' })
  })

  test('is refused when no such zone or touch is known, and set by nobody of a partner (D4)', async () => {
    expect((await set({ time_zone: 'Mars/Olympus' })).statusCode).toBe(422)
    // The runtime counts in these otherwise than the database does.
    for (const zone of ['+03:00', 'CET', 'IST'])
      expect((await set({ time_zone: zone })).statusCode, zone).toBe(422)
    const unknown = await set({ time_zone: 'europe/berlin' })
    expect([unknown.statusCode, unknown.json().code]).toEqual([409, 'TIME_ZONE_UNKNOWN'])
    expect((await set({ attribution_model: 'every_touch' })).statusCode).toBe(422)
    expect((await set({ attribution_model: 'first_touch' }, scene.owner)).statusCode).toBe(403)
    for (const [column, value] of [
      ['attribution_model', 'every_touch'],
      ['time_zone', 'Mars/Olympus'],
    ])
      await expect(
        world.seed(
          `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, ${column}) select max(version) + 1, false, 365, 'Raw', $1 from program_setting`,
          [value],
        ),
      ).rejects.toThrow('no such')
  })
})

describe('an agreement that counts another touch than the program', () => {
  test('is not offered until one of the two says the same as the other (D4, D5)', async () => {
    const id = await draftAgreement(world, scene, { terms: FIRST_TOUCH })
    const refused = await offer(id)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'AGREEMENT_ATTRIBUTION_DIFFERS'])
    expect((await read()).json()).toMatchObject({ other_attribution_agreements: 0 })
    expect((await set({ attribution_model: 'first_touch' })).statusCode).toBe(200)
    expect((await offer(id)).statusCode).toBe(200)
    const after = await set({ attribution_model: 'last_touch' })
    expect(after.json()).toMatchObject({ other_attribution_agreements: 1 })
  })

  test('is edited to what the program says, and offered then (D4)', async () => {
    const other = await openAgreementScene(world)
    const id = await draftAgreement(world, other, { terms: FIRST_TOUCH })
    const draft = await world.call(other.drafter, 'GET', `/api/v1/admin/agreements/${id}`)
    const edited = await world.call(other.drafter, 'PUT', `/api/v1/admin/agreements/${id}`, {
      body: await draftInput(world, other),
      headers: { 'If-Match': String(draft.headers['etag']) },
    })
    expect(edited.statusCode).toBe(200)
    expect((await offer(id)).statusCode).toBe(200)
  })
})

const steps = (more: object) => ({
  ...STANDARD_TERMS,
  components: [
    {
      id: 'steps',
      trigger: 'invoice',
      model: 'graduated',
      brackets: [
        { up_to_minor: 500_000, rate_bp: 500 },
        { up_to_minor: null, rate_bp: 800 },
      ],
      window: 'calendar_month',
      products: null,
      max_months: null,
      ...more,
    },
  ],
})

describe('a draft that a colleague changes meanwhile', () => {
  test('is offered as it was read, not as somebody changed it meanwhile (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    const path = `/api/v1/admin/agreements/${id}`
    const read = (await world.call(own.drafter, 'GET', path)).json()
    const etag = { 'if-match': `"v${read.row_version}"` }
    const offer = (headers: Record<string, string>) =>
      world.call(own.drafter, 'POST', `${path}/offer`, { body: {}, headers })
    await world.call(own.approver, 'PUT', path, {
      headers: etag,
      body: { ...(await draftInput(world, own)), title: 'Another title' },
    })
    const [unread, changed] = [await offer({}), await offer(etag)]
    expect([unread.statusCode, unread.json().code]).toEqual([428, 'PRECONDITION_REQUIRED'])
    expect([changed.statusCode, changed.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await world.call(own.drafter, 'GET', path)).json().state).toBe('draft')
    expect((await offerAgreement(world, own, id)).title).toBe('Another title')
  })
})

describe('limits of brackets', () => {
  test('are drafted in one currency, whose decimals are in the text; without one they are refused with their place (D4)', async () => {
    const own = await openAgreementScene(world)
    const input = { ...(await draftInput(world, own)), source: 'What you earn: {{commission}}' }
    const path = `/api/v1/admin/partners/${encodeId('partner', own.partner)}/agreements`
    const refused = await world.call(own.drafter, 'POST', path, { body: { ...input, terms: steps({}) } })
    expect(refused.statusCode, refused.body).toBe(422)
    expect(refused.json().errors).toMatchObject([{ pointer: '/body/terms/components/0/currency' }])
    const template = await world.call(own.drafter, 'POST', '/api/v1/admin/agreement-templates', {
      body: { code: 'steps', title: 'Steps', source: input.source, terms: steps({}) },
    })
    expect(template.statusCode).toBe(422)
    const made = await world.call(own.drafter, 'POST', path, {
      body: { ...input, terms: steps({ currency: 'JPY' }) },
    })
    expect(made.json().body, made.body).toContain('5% up to 500,000 JPY and 8% of the rest')
  })

  test('a draft of before, without a currency, is read but not offered (D4)', async () => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await world.seed(`update agreement set terms_canonical = $2 where id = $1`, [
      decodeId('agreement', id),
      toCanonicalTerms(AgreementTerms.parse(steps({}))),
    ])
    const read = await world.call(own.drafter, 'GET', `/api/v1/admin/agreements/${id}`)
    expect(read.statusCode, read.body).toBe(200)
    const refused = await offer(id)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'AGREEMENT_LIMITS_AMBIGUOUS'])
  })
})
