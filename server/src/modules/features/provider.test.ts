import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeId } from '@liaison/access'
import { OpenFeature } from '@openfeature/server-sdk'
import type { Database } from '#platform/database.ts'
import { featuresOf } from '#platform/features.ts'
import { SOON } from '#testing/patience.ts'
import { openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { allFeatureRoutes, ProcessCopy } from './index.ts'
import { FeatureProvider } from './provider.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const PARTNER = '01890a5d-ac96-774b-bcce-000000000001'

const definition = (key: string, change: Record<string, unknown> = {}) => ({
  key,
  status: 'active',
  partner_choice: 'none',
  prerequisites: [],
  definition: { eligibility: null, rules: [], share_bp: null, default: 'on' },
  steps: [],
  ...change,
})

const BARE_PARTNER = { id: PARTNER, kinds: ['msp'], tier: 'standard', region: null, plans: [] }

/** A copy whose rows the test writes. */
function makeCopy() {
  const rows = { definitions: [definition('early')] as unknown[] }
  const partner = { ...BARE_PARTNER, settings: [] }
  const copy = new ProcessCopy((text) =>
    Promise.resolve(text.includes('feature_definitions') ? rows.definitions : [partner]),
  )
  return { copy, rows }
}

describe('the provider for OpenFeature', () => {
  test('answers with value, branch and reason, and the default for what does not exist', async () => {
    const { copy } = makeCopy()
    await copy.readAll()
    await OpenFeature.setProviderAndWait('liaison', new FeatureProvider(copy, () => NOW))
    const client = OpenFeature.getClient('liaison')
    const details = await client.getBooleanDetails('early', false, { targetingKey: PARTNER })
    expect(details).toMatchObject({ value: true, variant: 'default_on', reason: 'DEFAULT' })
    expect(await client.getBooleanDetails('nowhere', true, { targetingKey: PARTNER })).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    })
  })

  test('refuses a question that names no partner: everybody would be one crowd', async () => {
    const { copy } = makeCopy()
    await copy.readAll()
    await OpenFeature.setProviderAndWait('liaison', new FeatureProvider(copy, () => NOW))
    const client = OpenFeature.getClient('liaison')
    expect(await client.getBooleanDetails('early', false, {})).toMatchObject({
      value: false,
      errorCode: 'TARGETING_KEY_MISSING',
    })
    expect(await client.getStringDetails('early', 'x', { targetingKey: PARTNER })).toMatchObject({
      value: 'x',
      errorCode: 'TYPE_MISMATCH',
    })
  })
})

describe('the copy of a process', () => {
  test('a set that cannot be evaluated replaces nothing: a circle, a broken share, an unknown form', async () => {
    const { copy, rows } = makeCopy()
    await copy.readAll()
    const broken = [
      [definition('early', { status: 'killed' }), definition('a', { prerequisites: ['a'] })],
      [definition('early', { definition: { eligibility: null, rules: [], share_bp: 0.5, default: 'off' } })],
      [definition('early', { definition: { rules: 'none' } })],
      [definition('early', { status: 'resting' })],
    ]
    for (const definitions of broken) {
      rows.definitions = definitions
      await expect(copy.readAll()).rejects.toThrow(/circle|expected|Invalid/)
      expect(copy.onFor(PARTNER, NOW)).toEqual(['early'])
    }
  })

  test('answers from memory what it found, and anew after a change and after the next turning point', async () => {
    const { copy, rows } = makeCopy()
    const later = new Date(NOW.getTime() + 1000)
    rows.definitions = [
      definition('billing', {
        definition: { eligibility: null, rules: [], share_bp: null, default: 'off' },
        steps: [{ starts_at: later.toISOString(), share_bp: 10_000 }],
      }),
    ]
    await copy.readAll()
    const first = copy.offFor(PARTNER, NOW)
    expect(first.has('billing')).toBe(true)
    expect(copy.offFor(PARTNER, new Date(later.getTime() - 1))).toBe(first)
    expect(copy.offFor(PARTNER, later).has('billing')).toBe(false)
    rows.definitions = [definition('billing', { status: 'killed' })]
    await copy.readAll()
    expect(copy.offFor(PARTNER, later).has('billing')).toBe(true)
  })

  test('what was read before a change never replaces what was read after it, of features or of a partner (C3)', async () => {
    const off = { key: 'early', override: 'off', override_until: null, choice: null }
    const partner = (settings: unknown[]) => [{ ...BARE_PARTNER, settings }]
    const database = { definitions: [definition('early')], partners: partner([]) }
    const { promise: isLate, resolve: answerLate } = Promise.withResolvers<void>()
    let reads = 0
    const copy = new ProcessCopy(async (text) => {
      const found = text.includes('feature_definitions') ? database.definitions : database.partners
      // The first look has read all that is there and waits for its last answer.
      if ((reads += 1) === 2) await isLate
      return found
    })
    const first = copy.readAll()
    await vi.waitFor(() => expect(reads).toBe(2), SOON)
    database.definitions = [definition('early', { status: 'killed' }), definition('other')]
    database.partners = partner([{ ...off, key: 'other' }])
    const [second, third] = [copy.readAll(), copy.readPartners([PARTNER])]
    await new Promise((resolve) => setImmediate(resolve))
    answerLate()
    await Promise.all([first, second, third])
    expect(copy.onFor(PARTNER, NOW)).toEqual([])
  })

  test('has everything off that it does not know', () => {
    const { copy } = makeCopy()
    expect(copy.offFor(PARTNER, NOW).has('billing')).toBe(true)
  })
})

test('a process that was not told where features are read decides nothing', () => {
  const unasked = () => {
    throw new Error('not asked')
  }
  const database: Database = {
    pool: unasked,
    directPool: unasked,
    close: () => Promise.resolve(),
  }
  expect(() => featuresOf(database)).toThrow('nothing can be decided')
})

describe('in a running process', () => {
  let world: TestWorld
  let scene: Scene

  beforeAll(async () => {
    world = await TestWorld.start(() => allFeatureRoutes)
    scene = await openScene(world)
    await world.app.http.listen({ port: 0, host: '127.0.0.1' })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const override = (value: 'on' | 'off' | null) =>
    world.call(
      scene.people.provider.caller,
      'PUT',
      `/api/v1/admin/features/webhooks/partners/${encodeId('partner', scene.partner)}/override`,
      { body: { override: value, reason: 'because of a test' } },
    )

  test('an open stream hears that a feature was switched off, with what is on from then on (C3)', async () => {
    const address = world.app.http.server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const controller = new AbortController()
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/partner/features/on`, {
      headers: { accept: 'text/event-stream', cookie: String(scene.people.partner.caller.cookie) },
      signal: controller.signal,
    })
    expect(response.status).toBe(200)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let heard = ''
    const hear = async (wanted: string) => {
      while (!heard.includes(wanted)) {
        const next = await reader?.read()
        if (!next || next.done) throw new Error(`The stream ended: ${heard}`)
        heard += next.value
      }
    }
    await hear('event: open')
    expect(heard).toContain('"webhooks"')
    heard = ''
    expect((await override('off')).statusCode).toBe(200)
    await hear('event: features.changed')
    expect(heard).not.toContain('"webhooks"')
    controller.abort()
    await override(null)
  })

  test('a set that was broken behind the API leaves the old one in use, and the next good one replaces it', async () => {
    const source = featuresOf(world.database)
    const isOff = () => source.offFor(scene.partner, new Date()).has('reports')
    expect(isOff()).toBe(false)
    await world.seed(
      `update feature_flag set definition = definition || '{"share_bp": "many"}' where key = 'alerts'`,
      [],
    )
    await world.seed(`update feature_flag set status = 'killed' where key = 'reports'`, [])
    await override('off')
    await vi.waitFor(() => expect(source.offFor(scene.partner, new Date()).has('webhooks')).toBe(true), SOON)
    expect(isOff()).toBe(false)
    await world.seed(
      `update feature_flag set definition = definition || '{"share_bp": null}' where key = 'alerts'`,
      [],
    )
    await vi.waitFor(() => expect(isOff()).toBe(true), SOON)
  })

  test('a partner that begins to offer a plan is decided by it at once, without waiting for the next look (C3)', async () => {
    const source = featuresOf(world.database)
    const [plan] = await world.seed<{ id: string }>(
      `insert into plan (code, name) values ('fibre-1', 'Fibre 1') returning id`,
      [],
    )
    await world.seed(
      `update feature_flag set definition = '{"eligibility": null, "rules": [{"when": {"plans": ["fibre-1"]}, "outcome": "off"}], "share_bp": null, "default": "on"}' where key = 'provisioning'`,
      [],
    )
    const isOff = () => source.offFor(scene.partner, new Date()).has('provisioning')
    await world.seed(`insert into partner_plan (partner_id, plan_id, is_offered) values ($1, $2, true)`, [
      scene.partner,
      plan?.id,
    ])
    await vi.waitFor(() => expect(isOff()).toBe(true), SOON)
    await world.seed(`update partner_plan set is_offered = false where partner_id = $1`, [scene.partner])
    await vi.waitFor(() => expect(isOff()).toBe(false), SOON)
  })

  test('a partner whose kind changes is decided by its new kind', async () => {
    const source = featuresOf(world.database)
    await world.seed(
      `update feature_flag set definition = '{"eligibility": null, "rules": [{"when": {"kinds": ["auditor"]}, "outcome": "off"}], "share_bp": null, "default": "on"}' where key = 'support'`,
      [],
    )
    const isOff = () => source.offFor(scene.partner, new Date()).has('support')
    await world.seed(`update partner set kinds = '{auditor}' where id = $1`, [scene.partner])
    await vi.waitFor(() => expect(isOff()).toBe(true), SOON)
    await world.seed(`update partner set kinds = '{msp}' where id = $1`, [scene.partner])
    await vi.waitFor(() => expect(isOff()).toBe(false), SOON)
  })
})
