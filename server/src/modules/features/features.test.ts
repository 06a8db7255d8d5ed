import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeId } from '@liaison/access'
import { inTime, SOON } from '#testing/patience.ts'
import { openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeWebhookRoutes } from '#modules/webhooks/index.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { allFeatureRoutes, runFeatureClock } from './index.ts'

let world: TestWorld
let scene: Scene
let admin: Caller
const ADMIN = '/api/v1/admin/features'
const WEBHOOKS = '/api/v1/partner/webhook-endpoints'

beforeAll(async () => {
  world = await TestWorld.start(
    (services: Services): Route[] => [...allFeatureRoutes, ...makeWebhookRoutes(services)],
    { isDemo: true },
  )
  scene = await openScene(world)
  admin = scene.people.provider.caller
})
afterAll(() => world[Symbol.asyncDispose]())

let serial = 0
const terms = (change: Record<string, unknown> = {}) => ({
  key: `feature_${(serial += 1)}`,
  name: 'Early thing',
  description: 'Something that not everybody has',
  owner_name: 'Team blue',
  partner_choice: 'none',
  prerequisites: [],
  eligibility: null,
  rules: [],
  share_bp: null,
  default: 'off',
  clean_up_by: null,
  reason: 'because of a test',
  ...change,
})

async function create(change: Record<string, unknown> = {}) {
  const body = terms(change)
  const response = await world.call(admin, 'POST', ADMIN, { body })
  expect(response.statusCode, response.body).toBe(201)
  return { key: body.key, etag: String(response.headers.etag) }
}

const etagOf = async (key: string) => String((await world.call(admin, 'GET', `${ADMIN}/${key}`)).headers.etag)

async function change(key: string, body: Record<string, unknown>, etag?: string) {
  return world.call(admin, 'PATCH', `${ADMIN}/${key}`, {
    body: { reason: 'because of a test', ...body },
    headers: { 'if-match': etag ?? (await etagOf(key)) },
  })
}

const BECAUSE = { reason: 'because of a test' }
const move = (key: string, name: string, headers = {}) =>
  world.call(admin, 'POST', `${ADMIN}/${key}/${name}`, { body: BECAUSE, headers })

const override = (key: string, body: Record<string, unknown>, partner = scene.partner) =>
  world.call(admin, 'PUT', `${ADMIN}/${key}/partners/${encodeId('partner', partner)}/override`, {
    body: { reason: 'because of a test', ...body },
  })

const choose = (key: string, choice: string | null) =>
  world.call(scene.people.partner.caller, 'PUT', `/api/v1/partner/features/${key}/choice`, {
    body: { choice },
  })

async function explain(key: string, partner = scene.partner) {
  const path = `${ADMIN}/${key}/explain?partner_id=${encodeId('partner', partner)}`
  return (await world.call(admin, 'GET', path)).json()
}

/** Waits for what the database tells this process, and not the request; half as long as until it looks by itself. */
const soon = (check: () => Promise<void>) => vi.waitFor(check, SOON)

const webhooks = (app = world.app) =>
  app.http.inject({
    method: 'GET',
    url: WEBHOOKS,
    headers: { cookie: String(scene.people.partner.caller.cookie) },
  })

describe('a feature on which a permission depends', () => {
  test('is switched off by one change and refused from then on, and comes back (C3)', async () => {
    expect((await webhooks()).statusCode).toBe(200)
    expect((await move('webhooks', 'kill')).statusCode).toBe(200)
    await soon(async () => expect((await webhooks()).json()).toMatchObject({ code: 'FEATURE_DISABLED' }))
    const refused = (await webhooks()).json()
    expect(refused.next_step).toContain('provider')
    expect(await explain('webhooks')).toMatchObject({ is_on: false, branch: 'killed', reason: 'DISABLED' })
    expect((await move('webhooks', 'restore', { 'if-match': await etagOf('webhooks') })).statusCode).toBe(200)
    await soon(async () => expect((await webhooks()).statusCode).toBe(200))
  })

  test('is held out for one partner while another keeps it', async () => {
    const other = await openScene(world)
    expect((await override('webhooks', { override: 'off' })).statusCode).toBe(200)
    await soon(async () => expect((await webhooks()).json()).toMatchObject({ code: 'FEATURE_DISABLED' }))
    const theirs = await world.call(other.people.partner.caller, 'GET', WEBHOOKS)
    expect(theirs.statusCode).toBe(200)
    expect(await explain('webhooks')).toMatchObject({ branch: 'override_off', partner_name: 'Northwind' })
    await override('webhooks', { override: null })
    await soon(async () => expect((await webhooks()).statusCode).toBe(200))
  })

  test('cannot be retired, by the API or behind it', async () => {
    expect((await move('billing', 'retire')).json()).toMatchObject({ code: 'FEATURE_STATE_CONFLICT' })
  })

  test('exists for every feature of the catalogue from the beginning, on for everybody', async () => {
    const { items } = (await world.call(admin, 'GET', `${ADMIN}?limit=100`)).json()
    const { FEATURES } = await import('@liaison/access')
    const builtIn = items.filter((item: { built_in: boolean }) => item.built_in)
    expect(builtIn.map((item: { key: string }) => item.key).toSorted()).toEqual([...FEATURES].toSorted())
    for (const { default: standard, permissions } of builtIn) {
      expect(standard).toBe('on')
      expect(permissions.length).toBeGreaterThan(0)
    }
  })
})

test('a change in one process decides in the other, which is told of it long before it would look again (C3)', async () => {
  await using second = await world.secondProcess(makeWebhookRoutes)
  expect((await webhooks(second)).statusCode).toBe(200)
  await override('webhooks', { override: 'off' })
  await soon(async () => expect((await webhooks(second)).statusCode).toBe(403))
  await override('webhooks', { override: null })
  await soon(async () => expect((await webhooks(second)).statusCode).toBe(200))
})

describe('the order of resolution, through the API', () => {
  test('goes from early access to a share to everybody, with one partner held out and one opted in (C3)', async () => {
    const early = await openScene(world)
    const { key } = await create({ partner_choice: 'opt_in', share_bp: 0 })
    expect(await explain(key)).toMatchObject({ is_on: false, branch: 'rest', reason: 'SPLIT' })
    await override(key, { override: 'on' }, early.partner)
    expect(await explain(key, early.partner)).toMatchObject({ is_on: true, branch: 'override_on' })
    expect((await choose(key, 'in')).statusCode).toBe(200)
    expect(await explain(key)).toMatchObject({ is_on: true, branch: 'choice_in' })
    await override(key, { override: 'off' })
    expect(await explain(key)).toMatchObject({ is_on: false, branch: 'override_off' })
    await override(key, { override: null })
    await choose(key, null)
    expect((await change(key, { share_bp: 10_000 })).statusCode).toBe(200)
    expect(await explain(key)).toMatchObject({ is_on: true, branch: 'share' })
    await move(key, 'kill')
    expect(await explain(key, early.partner)).toMatchObject({ is_on: false, branch: 'killed' })
    const path = `${ADMIN}/${key}/partners?limit=100`
    const holders = (await world.call(admin, 'GET', path)).json()
    expect(holders.on).toBe(0)
    expect(holders.total).toBe(holders.partners)
  })

  test('says who has it and why, for each partner, by page and by reason', async () => {
    const { key } = await create({ share_bp: 5000 })
    await override(key, { override: 'on' })
    const list = async (query: string) =>
      (await world.call(admin, 'GET', `${ADMIN}/${key}/partners?${query}`)).json()
    const [has, hasNot] = [await list('has=true&limit=100'), await list('has=false&limit=100')]
    expect(has.total + hasNot.total).toBe(has.partners)
    expect(has.total).toBe(has.on)
    const set = await list('branch=override_on')
    expect(set.items).toMatchObject([{ override: 'on', override_reason: 'because of a test', is_on: true }])
    expect((await list('limit=1')).items).toHaveLength(1)
  })

  test('a prerequisite that is off keeps it off whatever else is set', async () => {
    const needed = await create({ default: 'on' })
    const { key } = await create({ default: 'on', prerequisites: [needed.key] })
    expect(await explain(key)).toMatchObject({ branch: 'default_on' })
    await move(needed.key, 'kill')
    await override(key, { override: 'on' })
    expect(await explain(key)).toMatchObject({ is_on: false, branch: 'prerequisite' })
  })

  test('an override ends by the clock although every job is stopped', async () => {
    await inTime(async (leadMs) => {
      const { key } = await create()
      const endsMs = Date.now() + leadMs
      await override(key, { override: 'on', expires_at: new Date(endsMs).toISOString() })
      const before = await explain(key)
      if (Date.now() >= endsMs) return false
      expect(before).toMatchObject({ is_on: true })
      await soon(async () =>
        expect(await explain(key)).toMatchObject({ is_on: false, branch: 'default_off' }),
      )
      return true
    })
  })
})

describe('a ramp', () => {
  const plan = async (key: string, steps: unknown[]) =>
    world.call(admin, 'PUT', `${ADMIN}/${key}/ramp`, {
      body: { steps, reason: 'because of a test' },
      headers: { 'if-match': await etagOf(key) },
    })

  test('reaches its steps by the clock although every job is stopped; the job only notes and audits them (C3)', async () => {
    let key = ''
    await inTime(async (leadMs) => {
      key = (await create()).key
      const startsMs = Date.now() + leadMs
      const planned = await plan(key, [{ starts_at: new Date(startsMs).toISOString(), share_bp: 10_000 }])
      const before = await explain(key)
      if (Date.now() >= startsMs) {
        await runFeatureClock(world.database)
        return false
      }
      expect(planned.statusCode, planned.body).toBe(200)
      expect(before).toMatchObject({ is_on: false, branch: 'rest' })
      return true
    })
    await soon(async () => expect(await explain(key)).toMatchObject({ is_on: true, branch: 'share' }))
    const told = async () =>
      (
        await world.sql(
          `select 1 from audit_event where action = 'features.reach_step' and resource_label = 'Early thing'`,
        )
      ).length
    const before = await told()
    expect(await runFeatureClock(world.database)).toBe(1)
    expect(await runFeatureClock(world.database)).toBe(0)
    expect(await told()).toBe(before + 1)
    const body = (await world.call(admin, 'GET', `${ADMIN}/${key}`)).json()
    expect(body).toMatchObject({ share_now_bp: 10_000, steps: [{ is_reached: true }] })
  })

  test('goes from ten to fifty percent of all partners by the clock, and everybody who had it still has it (C3)', async () => {
    for (let index = 0; index < 60; index += 1) await world.partner(`Ramped ${index}`)
    const { key } = await create({ share_bp: 1000 })
    const holders = async () => {
      const path = `${ADMIN}/${key}/partners?has=true&limit=100`
      const { items } = (await world.call(admin, 'GET', path)).json<{ items: { partner_id: string }[] }>()
      return new Set(items.map(({ partner_id: id }) => id))
    }
    await soon(async () => expect((await holders()).size).toBeGreaterThan(0))
    const tenth = await holders()
    await inTime(async (leadMs) => {
      const startsMs = Date.now() + leadMs
      const planned = await plan(key, [{ starts_at: new Date(startsMs).toISOString(), share_bp: 5000 }])
      expect([200, Date.now() < startsMs ? 200 : 422]).toContain(planned.statusCode)
      return planned.statusCode === 200
    })
    await soon(async () => expect((await holders()).size).toBeGreaterThan(tenth.size))
    const half = await holders()
    expect([...tenth].filter((id) => !half.has(id))).toEqual([])
    const [all] = await world.sql<{ n: number }>('select count(*)::integer as n from partner')
    // The shares of some sixty partners, wide enough that chance does not break them.
    expect(tenth.size).toBeLessThan(Number(all?.n) * 0.3)
    expect(half.size).toBeGreaterThan(Number(all?.n) * 0.25)
    expect(half.size).toBeLessThan(Number(all?.n) * 0.75)
  })

  test('is refused with every fault when it lies in the past, goes back in time or takes away', async () => {
    const { key } = await create({ share_bp: 2000 })
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const refused = await plan(key, [
      { starts_at: at(-1), share_bp: 1000 },
      { starts_at: at(2), share_bp: 5000 },
      { starts_at: at(1), share_bp: 4000 },
    ])
    expect(refused.statusCode).toBe(422)
    expect(
      refused
        .json()
        .errors.map((error: { code: string; pointer: string }) => `${error.pointer} ${error.code}`),
    ).toEqual([
      '/body/steps/0/starts_at NOT_LATER',
      '/body/steps/0/share_bp TAKES_AWAY',
      '/body/steps/2/starts_at NOT_LATER',
      '/body/steps/2/share_bp TAKES_AWAY',
    ])
  })

  test('that is planned anew or paused takes nothing away from those who have it', async () => {
    const { key } = await create({ share_bp: 3000 })
    await plan(key, [{ starts_at: new Date(Date.now() + 3_600_000).toISOString(), share_bp: 6000 }])
    const paused = (await plan(key, [])).json()
    expect(paused).toMatchObject({ share_now_bp: 3000, share_bp: 3000, steps: [] })
  })
})

describe('a change of a feature', () => {
  test('is refused with all its faults at once, and the set in use stays', async () => {
    const { key } = await create({ default: 'on' })
    const refused = await change(key, { prerequisites: ['nowhere', key], share_bp: 100 })
    expect(refused.statusCode).toBe(422)
    const codes = refused.json().errors.map((error: { code: string }) => error.code)
    expect(codes).toEqual(['UNKNOWN_FEATURE', 'CIRCLE', 'SHARE_OF_ALL'])
    expect(await explain(key)).toMatchObject({ is_on: true })
  })

  test('closes no circle of prerequisites, not even when two changes are made at once', async () => {
    const [one, other] = [await create(), await create()]
    const answers = await Promise.all([
      change(one.key, { prerequisites: [other.key] }, one.etag),
      change(other.key, { prerequisites: [one.key] }, other.etag),
    ])
    expect(answers.every(({ statusCode }) => [200, 409, 422].includes(statusCode))).toBe(true)
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  })

  test('needs the version that was read, a reason and a fresh second factor', async () => {
    const { key } = await create()
    expect((await change(key, { name: 'Other' }, '"v9"')).statusCode).toBe(412)
    expect((await world.call(admin, 'PATCH', `${ADMIN}/${key}`, { body: { name: 'x' } })).statusCode).toBe(
      422,
    )
    const stale = await world.signIn(scene.people.provider.id, { factorAgeSeconds: 3600 })
    const refused = await world.call(stale, 'POST', `${ADMIN}/${key}/kill`, { body: { reason: 'x' } })
    expect(refused.json()).toMatchObject({ code: 'STEP_UP_REQUIRED' })
  })

  test('is kept with who, when and why, together with overrides and choices', async () => {
    const { key } = await create({ partner_choice: 'opt_in' })
    await change(key, { name: 'Later thing' })
    await override(key, { override: 'on' })
    await choose(key, 'in')
    const { items } = (await world.call(admin, 'GET', `${ADMIN}/${key}/history`)).json()
    expect(items.map((item: { about: string }) => item.about)).toEqual([
      'choice',
      'override',
      'feature',
      'feature',
    ])
    expect(items[1]).toMatchObject({ reason: 'because of a test', partner_name: 'Northwind' })
    expect(items[0].reason).toBeNull()
  })

  test('with the same Idempotency-Key is made once', async () => {
    const body = terms()
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const [first, again] = [
      await world.call(admin, 'POST', ADMIN, { body, headers }),
      await world.call(admin, 'POST', ADMIN, { body, headers }),
    ]
    expect([first.statusCode, again.statusCode]).toEqual([201, 201])
    expect(again.headers['idempotent-replayed']).toBe('true')
  })
})

describe('a partner', () => {
  test('sees and chooses only what is left to it, in the direction that is left to it', async () => {
    const joined = await create({ partner_choice: 'opt_in' })
    const left = await create({ partner_choice: 'opt_out', default: 'on' })
    const hidden = await create()
    const { items } = (
      await world.call(scene.people.partner.caller, 'GET', '/api/v1/partner/features')
    ).json()
    const keys = items.map((item: { key: string }) => item.key)
    expect(keys).toContain(joined.key)
    expect(keys).toContain(left.key)
    expect(keys).not.toContain(hidden.key)
    expect((await choose(joined.key, 'out')).json()).toMatchObject({ code: 'FEATURE_NOT_OFFERED' })
    expect((await choose(left.key, 'out')).statusCode).toBe(200)
    expect((await choose(hidden.key, 'in')).json()).toMatchObject({ code: 'FEATURE_NOT_FOUND' })
    expect(await explain(left.key)).toMatchObject({ is_on: false, branch: 'choice_out' })
  })

  test('that is not eligible gains nothing by its choice', async () => {
    const { key } = await create({ partner_choice: 'opt_in', eligibility: { kinds: ['auditor'] } })
    expect((await choose(key, 'in')).json()).toMatchObject({ code: 'FEATURE_NOT_OFFERED' })
    const { items } = (
      await world.call(scene.people.partner.caller, 'GET', '/api/v1/partner/features')
    ).json()
    expect(items.find((item: { key: string }) => item.key === key)).toMatchObject({ can_choose: false })
    await world.seed(
      `insert into partner_feature (partner_id, flag_id, choice) select $1, id, 'in' from feature_flag where key = $2`,
      [scene.partner, key],
    )
    expect(await explain(key)).toMatchObject({ is_on: false, branch: 'default_off' })
  })

  test('asks why it has a feature itself, and learns of no feature that is not its own to know', async () => {
    const { key } = await create({ partner_choice: 'opt_in' })
    const ask = (of: string) =>
      world.call(scene.people.partner.caller, 'GET', `/api/v1/config/features/${of}/explain`)
    expect((await ask(key)).json()).toMatchObject({ branch: 'default_off', partner_name: 'Northwind' })
    expect((await ask((await create()).key)).statusCode).toBe(404)
    expect((await ask('nowhere')).statusCode).toBe(404)
  })

  test('of staff chooses nothing', async () => {
    const staff = await world.person()
    await world.partnerMember(scene.partner, staff.id)
    const caller = await world.signIn(staff.id)
    const { key } = await create({ partner_choice: 'opt_in' })
    const refused = await world.call(caller, 'PUT', `/api/v1/partner/features/${key}/choice`, {
      body: { choice: 'in' },
    })
    expect(refused.statusCode).toBe(403)
  })
})
