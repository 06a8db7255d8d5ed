import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { inTime, SOON, waitAtLeast } from '#testing/patience.ts'
import { openDirect, people, stockShop } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { allFeatureRoutes, runFeatureClock } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [
      ...allFeatureRoutes,
      ...makeOrderRoutes(services),
      ...makeIdentityRoutes(services, { demoSignIns: () => [] }),
    ],
    { tokens },
  )
  await stockShop(world)
  provider = await people.provider(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const override = (key: string, partner: PartnerId, value: 'on' | 'off' | null) =>
  world.call(
    provider,
    'PUT',
    `/api/v1/admin/features/${key}/partners/${encodeId('partner', partner)}/override`,
    { body: { override: value, reason: 'because of a test' } },
  )

test('API clients of a partner are refused while the feature is off for it, and served again afterwards (C3)', async () => {
  const clients = new ApiClients(world, tokens)
  const shop = await openDirect(world, clients)
  const token = await clients.token({ client: shop.client, account: shop.account, delegation: shop.consent })
  const list = () => clients.call(token, 'GET', '/api/v1/customers/BAN-1/orders')
  expect((await list()).statusCode).toBe(200)
  await override('api_clients', shop.partner, 'off')
  await vi.waitFor(
    async () => expect((await list()).json()).toMatchObject({ code: 'FEATURE_DISABLED' }),
    SOON,
  )
  await override('api_clients', shop.partner, null)
  await vi.waitFor(async () => expect((await list()).statusCode).toBe(200), SOON)
})

test('who one is tells the features that are on, and the permissions that are left (B19, C3)', async () => {
  const partner = await world.partner('Southwind')
  const owner = await world.person()
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  const caller = await world.signIn(owner.id)
  const me = async () => {
    const { frames, permissions } = (await world.call(caller, 'GET', '/api/v1/me?frame=partner')).json()
    return { features: frames[0].features, permissions }
  }
  expect((await me()).features).toContain('webhooks')
  expect((await me()).permissions).toContain('partner_org.webhooks.manage')
  await override('webhooks', partner, 'off')
  await vi.waitFor(async () => expect((await me()).features).not.toContain('webhooks'), SOON)
  expect((await me()).permissions).not.toContain('partner_org.webhooks.manage')
  expect((await me()).permissions).toContain('partner_org.profile.read')
})

test('a ramp stops where it is when the feature is switched off for everybody, and none is planned then, so that nothing jumps when it is restored (C3)', async () => {
  const ADMIN = '/api/v1/admin/features'
  const reason = 'because of a test'
  const terms = {
    name: 'Early thing',
    description: 'Something that not everybody has',
    owner_name: 'Team blue',
    partner_choice: 'none',
    prerequisites: [],
    eligibility: null,
    rules: [],
    share_bp: 500,
    default: 'off',
    clean_up_by: null,
    reason,
  }
  await inTime(async (leadMs) => {
    const key = `halted_${leadMs}`
    const { headers } = await world.call(provider, 'POST', ADMIN, { body: { key, ...terms } })
    const startsMs = Date.now() + leadMs
    const planned = await world.call(provider, 'PUT', `${ADMIN}/${key}/ramp`, {
      body: { steps: [{ starts_at: new Date(startsMs).toISOString(), share_bp: 10_000 }], reason },
      headers: { 'if-match': String(headers.etag) },
    })
    const move = (name: string, etag?: string) =>
      world.call(provider, 'POST', `${ADMIN}/${key}/${name}`, {
        body: { reason },
        ...(etag !== undefined && { headers: { 'if-match': etag } }),
      })
    const killed = await move('kill')
    if (Date.now() >= startsMs) return false
    expect([planned.statusCode, killed.statusCode]).toEqual([200, 200])
    const unseen = await world.call(provider, 'PUT', `${ADMIN}/${key}/ramp`, {
      body: {
        steps: [{ starts_at: new Date(startsMs + 86_400_000).toISOString(), share_bp: 10_000 }],
        reason,
      },
      headers: { 'if-match': String(killed.headers.etag) },
    })
    expect([unseen.statusCode, unseen.json().code]).toEqual([409, 'FEATURE_STATE_CONFLICT'])
    await waitAtLeast(startsMs - Date.now() + 50)
    // What opens again opens as it was read (C3).
    const [unread, before] = [await move('restore'), await move('restore', String(planned.headers.etag))]
    expect([unread.statusCode, before.statusCode]).toEqual([428, 412])
    const restored = await move('restore', String(killed.headers.etag))
    expect(restored.json()).toMatchObject({ share_now_bp: 500, share_bp: 500, steps: [] })
    expect(await runFeatureClock(world.database)).toBe(0)
    const [event] = await world.sql(
      `select changes from audit_event where action = 'features.kill' and changes ? 'share_bp' order by id desc`,
    )
    expect(event).toMatchObject({ changes: { status: { after: 'killed' }, share_bp: { after: 500 } } })
    return true
  })
})
