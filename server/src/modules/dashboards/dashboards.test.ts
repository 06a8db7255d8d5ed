import { encodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAgreementRoutes } from '#modules/agreements/index.ts'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { makeEarningRoutes } from '#modules/earnings/index.ts'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makePayoutRoutes } from '#modules/payouts/index.ts'
import { makeReferralRoutes } from '#modules/referrals/index.ts'
import {
  askForToken,
  embedDashboard,
  loadFrame,
  makeProductKey,
  PRODUCT_ORIGIN,
  readFigures,
  ticketOfFrame,
} from '#testing/dashboard-acts.ts'
import { EMBED_ORIGIN, forgetLimits } from '#testing/embed-acts.ts'
import { bring, earn, openRanked } from '#testing/leaderboard-acts.ts'
import { SOON } from '#testing/patience.ts'
import { lockBy, makeCodeAs } from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDashboardRoutes } from './index.ts'

const SETTINGS = '/api/v1/admin/program-settings'

let world: TestWorld
let scene: ReferralScene
let rival: ReferralScene
let code: string
let key: { id: string; key: string }
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [
      ...makeAgreementRoutes(services),
      ...makeAuditRoutes(services),
      ...makeEarningRoutes(services),
      ...makeReferralRoutes(services),
      ...makePayoutRoutes(services),
      ...ingestRoutes,
      ...makeDashboardRoutes(services),
    ],
    { embedOrigin: () => EMBED_ORIGIN },
  )
  scene = await openRanked(world, 'Aurora', { signUps: 2, earned: { USD: 1200, EUR: -50 } })
  rival = await openRanked(world, 'Birch', { signUps: 5, earned: { USD: 99_999 } })
  ;({ code } = await makeCodeAs(world, scene.owner, { code: 'AURORA' }))
  key = await makeProductKey(world, scene.admin)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

beforeEach(async () => {
  await forgetLimits(world)
  await embedDashboard(world)
})

async function tokenOf(one: ReferralScene = scene): Promise<string> {
  const made = await askForToken(world, key.key, one.partner)
  expect(made.statusCode, made.body).toBe(201)
  return made.json<{ token: string }>().token
}
const figuresOf = async (token: string) => readFigures(world, token, { ticket: await ticketOfFrame(world) })
const statusOf = async (token: string) => (await figuresOf(token)).statusCode
const setPartner = (status: string) =>
  world.seed('update partner set status = $2, status_reason = $3 where id = $1', [
    scene.partner,
    status,
    status === 'active' ? null : 'A test.',
  ])

describe('the figures of an embedded dashboard', () => {
  test('are those that an owner of the same partner reads in the portal, and those of no other partner (D12, D6)', async () => {
    const paid = await bring(world, scene.partner)
    const [row] = await world.sql<{ id: string }>('select id from referral where tenant_id = $1', [paid])
    await lockBy(world, row?.id ?? '', paid)
    const old = new Date(Date.now() - 500 * 86_400_000)
    await bring(world, scene.partner, old)
    const clicks = `insert into referral_click_day (code_id, partner_id, day, clicks) select id, partner_id, current_date, 7 from referral_code where code = $1`
    await world.seed(clicks, [code])
    await earn(world, scene.partner, { currency: 'USD', amount: 5000, state: 'void' })
    await world.seed(
      `update earning set state = 'held', hold_kind = 'provider', hold_reason = 'A test.' where partner_id = $1 and currency = 'EUR'`,
      [scene.partner],
    )
    const shown = (await figuresOf(await tokenOf())).json()
    const own = async (path: string) =>
      (await world.call(scene.owner.caller, 'GET', `/api/v1/program/${path}`)).json()
    const { totals } = await own('stats?months=12')
    expect({ clicks: shown.clicks, sign_ups: shown.sign_ups, paying: shown.paying }).toEqual(totals)
    expect(totals).toEqual({ clicks: 7, sign_ups: 3, paying: 1 })
    const { balances } = await own('earnings/summary')
    expect(shown.money).toEqual([
      { currency: 'EUR', earned: '-0.50', waiting: '-0.50', paid: '0.00' },
      { currency: 'USD', earned: '12.00', waiting: '12.00', paid: '0.00' },
    ])
    const inMinor = (text: string) => Math.round(Number(text) * 100)
    for (const [at, balance] of balances.entries()) {
      expect(inMinor(shown.money[at].waiting)).toBe(balance.balance.amount_minor)
      expect(inMinor(shown.money[at].paid)).toBe(balance.paid.amount_minor)
    }
    expect(shown.next_payout_on).toBe((await own('payout-outlook')).next_payout_on)
    // Fourteen hours before UTC: on most of a day the program has another day than UTC.
    await world.seed(`update program set timezone = 'Pacific/Kiritimati'`, [])
    const [zoned] = await world.sql<{ last: number }>(
      `select least(28, extract(day from access.program_day(now()) - 1))::integer as last`,
    )
    await world.seed(
      `insert into payout_policy (version, tax_document, payout_day, set_by_name) select max(version) + 1, 'warn', $1, 'Test' from payout_policy`,
      [zoned?.last],
    )
    const later = (await figuresOf(await tokenOf())).json().next_payout_on
    expect(later).toBe((await own('payout-outlook')).next_payout_on)
    expect(later > new Date(Date.now() + 86_400_000).toISOString()).toBe(true)
    const [first] = (await own('codes')).items
    expect([shown.code, shown.link]).toEqual([first.code, first.link])
    expect((await figuresOf(await tokenOf(rival))).json()).toMatchObject({
      partner_name: 'Birch',
      sign_ups: 5,
    })
  })

  test('are sums alone: no row, and nobody whom the partner referred, by name or by id (D12, D2)', async () => {
    const shown = (await figuresOf(await tokenOf())).json()
    expect(Object.keys(shown).toSorted()).toEqual([
      'clicks',
      'code',
      'link',
      'money',
      'next_payout_on',
      'partner_name',
      'paying',
      'sign_ups',
    ])
    expect(JSON.stringify(shown)).not.toMatch(/Tenant|ten_|ref_|par_/)
  })

  test('show a code that can be used now, and none when there is none (D12)', async () => {
    const one = await openRanked(world, 'Cedar')
    expect((await figuresOf(await tokenOf(one))).json()).toMatchObject({ code: null, link: null, money: [] })
    const made = await makeCodeAs(world, one.owner, { code: 'CEDARONE' })
    await makeCodeAs(world, one.staff, { code: 'CEDARTWO' })
    expect((await figuresOf(await tokenOf(one))).json().code).toBe(made.code)
    await world.seed(`update referral_code set state = 'inactive' where code = $1`, [made.code])
    expect((await figuresOf(await tokenOf(one))).json().code).toBe('CEDARTWO')
    await world.seed(`update referral_code set state = 'inactive' where code = 'CEDARTWO'`, [])
    const later = new Date(Date.now() + 86_400_000).toISOString()
    await makeCodeAs(world, one.owner, { code: 'CEDARLATER', starts_at: later })
    expect((await figuresOf(await tokenOf(one))).json().code).toBeNull()
  })
})

describe('a token', () => {
  test('that ended, was changed or was never made is answered alike, and recorded (D12)', async () => {
    const token = await tokenOf()
    await world.seed(
      `update dashboard_token set made_at = made_at - interval '15 minutes', ends_at = ends_at - interval '15 minutes' where partner_id = $1`,
      [scene.partner],
    )
    const other = await tokenOf(rival)
    const changed = `${other.slice(0, -2)}${other.endsWith('AA') ? 'BB' : 'AA'}`
    const answers = await Promise.all([token, changed, 'padt_x', `padt_${'a'.repeat(43)}`].map(figuresOf))
    const told = answers.map((answer) => {
      const { timestamp: _at, request_id: _id, ...rest } = answer.json()
      return rest
    })
    for (const one of told) expect(one).toEqual(told[0])
    expect(told[0]).toMatchObject({ status: 401, code: 'DASHBOARD_TOKEN_INVALID' })
    await expect
      .poll(
        () =>
          world.sql(
            `select e.code from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'partner' where e.action = 'program.dashboard.refused' and s.scope_id = $1`,
            [scene.partner],
          ),
        SOON,
      )
      .toEqual([{ code: 'TOKEN_ENDED' }])
  })

  test('lasts a quarter of an hour, is kept as a digest alone, and goes a day after its end (D12)', async () => {
    const made = await askForToken(world, key.key, scene.partner)
    const { token, ends_at: endsAt, frame_url: url } = made.json()
    const minutes = (Date.parse(endsAt) - Date.now()) / 60_000
    expect(minutes).toBeGreaterThan(14)
    expect(minutes).toBeLessThanOrEqual(15.1)
    expect(url).toBe(`${EMBED_ORIGIN}/e/dashboard#t=${token}`)
    expect(made.headers['cache-control']).toContain('no-store')
    const rows = await world.sql('select t::text as row from dashboard_token t', [])
    expect(JSON.stringify(rows)).not.toContain(token.slice(5))
    await world.seed(
      `update dashboard_token set made_at = made_at - interval '2 days', ends_at = ends_at - interval '2 days'`,
      [],
    )
    await tokenOf()
    expect(await world.sql('select id from dashboard_token')).toHaveLength(1)
  })

  test.each(['suspended', 'terminated'])(
    'shows nothing as soon as its partner is %s (D12)',
    async (status) => {
      const token = await tokenOf()
      expect(await statusOf(token)).toBe(200)
      await setPartner(status)
      expect(await statusOf(token)).toBe(401)
      const refused = await askForToken(world, key.key, scene.partner)
      expect([refused.statusCode, refused.json().code]).toEqual([409, 'DASHBOARD_PARTNER_STOPPED'])
      await world.seed('alter table partner disable trigger user', [])
      await setPartner('active')
      await world.seed('alter table partner enable trigger user', [])
      expect(await statusOf(token)).toBe(200)
    },
  )

  test.each(['platform', 'partner'])('shows nothing under a freeze of the %s (D12, A9)', async (scope) => {
    const token = await tokenOf()
    await world.seed(
      `insert into access_freeze (scope, partner_id, set_by, set_by_name, set_by_side, reason) values ($1, $2, gen_random_uuid(), 'Test', 'provider', 'A test.')`,
      [scope, scope === 'partner' ? scene.partner : null],
    )
    expect(await statusOf(token)).toBe(401)
    expect((await askForToken(world, key.key, scene.partner)).json().code).toBe('DASHBOARD_PARTNER_STOPPED')
    await world.seed(
      `update access_freeze set lifted_at = now(), lifted_by = gen_random_uuid(), lift_asked_by = gen_random_uuid(), lift_asked_at = now(), lift_reason = 'Over.' where lifted_at is null`,
      [],
    )
    expect(await statusOf(token)).toBe(200)
  })

  test('shows nothing once its key is revoked, and no more than it is for: no other operation takes it (D12)', async () => {
    const other = await makeProductKey(world, scene.admin)
    const made = (await askForToken(world, other.key, scene.partner)).json()
    expect(await statusOf(made.token)).toBe(200)
    const path = `/api/v1/admin/ingest-keys/${other.id}/revoke`
    expect((await world.call(scene.admin.caller, 'POST', path, { body: {} })).statusCode).toBe(200)
    expect(await statusOf(made.token)).toBe(401)
    expect((await askForToken(world, other.key, scene.partner)).statusCode).toBe(401)
    expect((await askForToken(world, await tokenOf(), scene.partner)).statusCode).toBe(401)
  })

  test('is made by a key that may, and by no other; who asks for a partner that is not there is told so (D12)', async () => {
    const plain = await makeProductKey(world, scene.admin, false)
    const refused = await askForToken(world, plain.key, scene.partner)
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'DASHBOARD_KEY_REFUSED'])
    const unknown = '00000000-0000-7000-8000-000000000000' as ReferralScene['partner']
    expect((await askForToken(world, key.key, unknown)).json().code).toBe('PARTNER_UNKNOWN')
    const listed = await world.call(scene.admin.caller, 'GET', '/api/v1/admin/ingest-keys')
    const may = listed
      .json()
      .items.map((one: { makes_dashboard_tokens: boolean }) => one.makes_dashboard_tokens)
    expect(new Set(may)).toEqual(new Set([true, false]))
  })

  test('comes from a key that hands nothing in, whatever source it has: that of the billing system or of finance (D12, B17)', async () => {
    const hand = (path: string, body: object) =>
      world.app.http.inject({
        method: 'POST',
        url: `/api/v1/ingest/${path}`,
        headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ source: 'product', ...body }),
      })
    const tenant = { external_id: 't1', name: 'Taken', slug: 'taken' }
    const payout = encodeId('payout_item', '00000000-0000-7000-8000-000000000000' as IdOf<'payout_item'>)
    const paid = { payout_id: payout, outcome: 'paid', reference: 'R1' }
    for (const answer of [
      await hand('tenants', { items: [tenant] }),
      await hand('tenants', { items: [tenant], dry_run: true }),
      await hand('payout-results', { items: [paid] }),
    ])
      expect([answer.statusCode, answer.json().code], answer.body).toEqual([403, 'INGEST_KEY_REFUSED'])
    expect((await askForToken(world, key.key, scene.partner)).statusCode).toBe(201)
  })

  test('is an audit event when it is made, which the provider and its partner read, and no other partner (D9, D12)', async () => {
    await tokenOf()
    const read = async (one: ReferralScene) =>
      (
        await world.call(one.owner.caller, 'GET', '/api/v1/partner/audit?action=program.dashboard.token_made')
      ).json()
    const mine = await read(scene)
    expect(mine.items?.[0], JSON.stringify(mine)).toMatchObject({ action: 'program.dashboard.token_made' })
    const events = await world.sql<{ actor_type: string; actor_name: string }>(
      `select actor_type, actor_name from audit_event where action = 'program.dashboard.token_made' order by id desc limit 1`,
    )
    expect(events).toEqual([{ actor_type: 'ingest_key', actor_name: 'Product' }])
  })
})

describe('the provider', () => {
  test('switches it on and names the sites with the settings of the program; it is off before (D12)', async () => {
    await embedDashboard(world, { isOn: false, origins: [] })
    const before = await world.call(scene.admin.caller, 'GET', SETTINGS)
    expect(before.json()).toMatchObject({ embeds_dashboard: false, dashboard_origins: [] })
    const put = async (more: object) => {
      const now = await world.call(scene.admin.caller, 'GET', SETTINGS)
      const { live_needs_agreement, contact_kept_days } = now.json()
      return world.call(scene.admin.caller, 'PUT', SETTINGS, {
        headers: { 'if-match': String(now.headers['etag']) },
        body: { live_needs_agreement, contact_kept_days, ...more },
      })
    }
    expect((await askForToken(world, key.key, scene.partner)).json().code).toBe('DASHBOARD_OFF')
    expect((await put({ embeds_dashboard: true })).json().embeds_dashboard).toBe(true)
    expect((await askForToken(world, key.key, scene.partner)).json().code).toBe('DASHBOARD_WITHOUT_SITE')
    for (const origin of [
      'http://app.example',
      'https://*.app.example',
      `https://a.example; script-src *`,
      '*',
    ])
      expect((await put({ dashboard_origins: [origin] })).statusCode, origin).toBe(422)
    const changed = await put({ dashboard_origins: [PRODUCT_ORIGIN] })
    expect(changed.json()).toMatchObject({ embeds_dashboard: true, dashboard_origins: [PRODUCT_ORIGIN] })
    expect(await statusOf(await tokenOf())).toBe(200)
    const [event] = await world.sql<{ changes: object }>(
      `select changes from audit_event where action = 'program.demands.changed' order by occurred_at desc limit 1`,
    )
    expect(event?.changes).toMatchObject({ dashboard_origins: { before: [], after: [PRODUCT_ORIGIN] } })
  })

  test('switches it off, and no token shows anything from the next moment on (D12)', async () => {
    const token = await tokenOf()
    const ticket = await ticketOfFrame(world)
    await embedDashboard(world, { isOn: false })
    expect((await readFigures(world, token, { ticket })).statusCode).toBe(401)
    expect((await loadFrame(world)).headers['content-security-policy']).toContain(`frame-ancestors 'none'`)
    await embedDashboard(world, { origins: [] })
    expect((await readFigures(world, token, { ticket })).statusCode).toBe(401)
  })
})

describe('the frame', () => {
  test('stands on the named sites alone, has no cookie, is kept by no cache, and holds no figures (D12, E8)', async () => {
    const shown = await loadFrame(world)
    expect(shown.statusCode).toBe(200)
    expect(shown.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(
        new RegExp(
          `default-src 'none'.*worker-src 'none'.*frame-ancestors ${PRODUCT_ORIGIN}; require-trusted-types-for 'script'; trusted-types 'none'`,
        ),
      ),
    })
    expect(shown.headers['set-cookie']).toBeUndefined()
    expect(shown.headers['x-frame-options']).toBeUndefined()
    expect(shown.body).not.toMatch(/Aurora|AURORA|padt_/)
    // The one site that the frame tells its height.
    expect(shown.body).toContain(`"site":"${PRODUCT_ORIGIN}"`)
    for (const site of ['https://evil.example', null]) {
      const refused = await loadFrame(world, site)
      expect(refused.statusCode).toBe(403)
      expect(refused.body).toContain('"site":null,"ticket":null')
    }
    const alone = await world.app.http.inject({ url: '/e/dashboard' })
    expect([alone.statusCode, alone.body.includes('"ticket":null')]).toEqual([403, true])
    await expect
      .poll(
        () =>
          world.sql(
            `select reason from audit_event where action = 'program.dashboard.origin_refused' order by 1`,
          ),
        SOON,
      )
      .toEqual([{ reason: 'https://evil.example' }, { reason: 'not told' }])
  })

  test('of another site, or a page that calls without the frame, gets no figures with a token that counts (D12)', async () => {
    const token = await tokenOf()
    const ticket = await ticketOfFrame(world)
    const ways = [
      { ticket: '' },
      { ticket: `${ticket.slice(0, -3)}${ticket.endsWith('AAA') ? 'BBB' : 'AAA'}` },
      { ticket, origin: PRODUCT_ORIGIN },
      { ticket: await ticketOfFrame(world, 'https://evil.example') },
    ]
    for (const way of ways) {
      const answer = await readFigures(world, token, way)
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'DASHBOARD_PLACE_REFUSED'])
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    await embedDashboard(world, { origins: ['https://other.example'] })
    expect((await readFigures(world, token, { ticket })).statusCode).toBe(403)
    const inQuery = await world.app.http.inject({ method: 'POST', url: `/embed/v1/dashboard?t=${token}` })
    expect(inQuery.statusCode).toBe(401)
  })
})
