import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemPage } from '#platform/pages/index.ts'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes, { problemPage, help: { phone: '+1 303 555 0100' } })
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly admin: Caller
  readonly path: string
  readonly tenant: TenantId
}

/** A request that waits for the admin of a tenant; the admin belongs to a second organisation too. */
async function openScene(
  session: { factorAgeSeconds?: number } = {},
  asked: object = { relationship_type: 'msp_managed', access_role: 'msp_support' },
): Promise<Scene> {
  const [partner, tenant, other] = [
    await world.partner('Northwind MSP'),
    await world.tenant('Acme Fiber'),
    await world.tenant('Beta'),
  ]
  const [owner, admin] = [await world.person('Ana Ruiz'), await world.person('Dana Kim')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await world.tenantMember(other, admin.id)
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    owner.id,
  ])
  const [row] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [tenant])
  const asking = await world.signIn(owner.id)
  const body = {
    tenant_slug: row?.slug,
    ...asked,
    message: 'We <b>answer</b> your tickets.',
    duration_days: 90,
  }
  expect((await world.call(asking, 'POST', '/api/v1/partner/links', { body })).statusCode).toBe(202)
  const { items } = (await world.call(asking, 'GET', '/api/v1/partner/links')).json()
  return { admin: await world.signIn(admin.id, session), tenant, path: `/links/${items[0].link_id}` }
}

const queryOf = ({ tenant }: Scene) => `?org=${encodeId('tenant', tenant)}`

/** Sends a form, and follows its answer to the page that shows what was chosen, as a browser does. */
async function post(scene: Scene, rest: string, fields: readonly (readonly [string, string])[]) {
  const sent = await world.app.http.inject({
    method: 'POST',
    url: `${scene.path}${rest}${queryOf(scene)}`,
    headers: {
      cookie: String(scene.admin.cookie),
      origin: TEST_ORIGIN,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
  })
  const next = rest === '/check' ? sent.headers.location : undefined
  return next === undefined ? sent : world.call({ cookie: scene.admin.cookie }, 'GET', next)
}

function valueOf(body: string, name: string): string {
  const text = new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(body)?.[1] ?? ''
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

function ticksOf(body: string): (readonly [string, string])[] {
  return [...body.matchAll(/name="allow"\s+value="([^"]*)"/g)].map(
    ([, value]) => ['allow', value ?? ''] as const,
  )
}

test('a request is reviewed, narrowed, checked and allowed on pages without script', async () => {
  const scene = await openScene()
  const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
  expect(review.statusCode, review.body).toBe(200)
  expect(review.body).toContain('Let Northwind MSP work on Acme Fiber&#39;s account?')
  expect(review.body).toContain('“We &lt;b&gt;answer&lt;/b&gt; your tickets.”')
  expect(review.body).not.toContain('<script')
  const fields = [
    ['snapshot_token', valueOf(review.body, 'snapshot_token')],
    ['access_role', 'msp_support'],
    ['reason_required', 'on'],
  ] as const
  const kept = ticksOf(review.body).filter(([, name]) => name !== 'partner.support.tickets.comment')
  const check = await post(scene, '/check', [...fields, ...kept])
  expect(check.statusCode, check.body).toBe(200)
  expect(check.body).toContain('Check before you allow')
  // How to stop it without a browser, as on the page of an application's consent (experience.md, L4).
  expect(check.body).toMatch(/stop it by telephone: <a[^>]*href="tel:\+13035550100">\+1 303 555 0100<\/a>/)
  // What was ticked and what was promised is read once more before anything is allowed (L4).
  expect(check.body).toContain('A reason each time they come in')
  expect(check.body).not.toContain('A passkey, not a code')
  expect(check.body).toContain('No response time is promised')
  expect(check.body.indexOf('Northwind MSP cannot')).toBeLessThan(check.body.indexOf('Comment on tickets'))
  const done = await post(scene, '/done', [
    ['decision', 'allow'],
    ['snapshot_token', valueOf(check.body, 'snapshot_token')],
    ['choice', valueOf(check.body, 'choice')],
  ])
  expect([done.statusCode, done.headers['location']]).toEqual([303, `${scene.path}/done${queryOf(scene)}`])
  const receipt = await world.call(scene.admin, 'GET', `${scene.path}/done${queryOf(scene)}`)
  expect(receipt.body).toContain('Northwind MSP now has access')
  const [link] = await world.sql(
    'select status, conditions, approved_by_name from delegation where tenant_id = $1',
    [scene.tenant],
  )
  expect(link).toMatchObject({
    status: 'active',
    approved_by_name: 'Dana Kim',
    conditions: { read_reason_required: true },
  })
  const denies = await world.sql('select pattern from link_override where tenant_id = $1', [scene.tenant])
  expect(denies).toEqual([{ pattern: 'partner.support.tickets.comment' }])
})

/** Goes through review and check, and allows; returns the fields that the last page sends. */
async function allowOnce(scene: Scene, caller: Caller) {
  const reading = { ...scene, admin: caller }
  const review = await world.call(caller, 'GET', scene.path + queryOf(scene))
  const check = await post(reading, '/check', [
    ['snapshot_token', valueOf(review.body, 'snapshot_token')],
    ['access_role', 'msp_support'],
    ...ticksOf(review.body),
  ])
  const fields = [
    ['decision', 'allow'],
    ['snapshot_token', valueOf(check.body, 'snapshot_token')],
    ['choice', valueOf(check.body, 'choice')],
  ] as const
  const done = await post(reading, '/done', fields)
  expect(done.statusCode, done.body).toBe(303)
  return fields
}

test('a second click shows the result that there is, whether allowed, declined or half allowed (L5)', async () => {
  const decided = async (scene: Scene, fields: readonly (readonly [string, string])[]) => {
    const again = await post(scene, '/done', fields)
    expect([again.statusCode, again.headers['location']], again.body).toEqual([
      303,
      `${scene.path}/done${queryOf(scene)}`,
    ])
    return (await world.call(scene.admin, 'GET', `${scene.path}/done${queryOf(scene)}`)).body
  }
  const allowed = await openScene()
  const fields = await allowOnce(allowed, allowed.admin)
  expect(await decided(allowed, fields)).toContain('now has access')
  expect(await decided(allowed, [['decision', 'decline']])).toContain('now has access')
  const refused = await openScene()
  expect((await post(refused, '/done', [['decision', 'decline']])).statusCode).toBe(303)
  expect(await decided(refused, [['decision', 'decline']])).toContain('has no access')
  const half = await openScene()
  await world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)',
    [half.tenant],
    half.tenant,
  )
  const waiting = await decided(half, await allowOnce(half, half.admin))
  expect(waiting).toContain('Waiting for a second person')
  expect(waiting).toMatch(/Another administrator of Acme Fiber decides, until \d+ \w+ \d{4}, \d\d:\d\d UTC/)
})

test(
  'an approval that is sent twenty times at once approves one link, once (B2, R3)',
  async () => {
    const rounds = attempts(1, 50)
    for (let round = 0; round < rounds; round += 1) {
      const scene = await openScene()
      const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
      const check = await post(scene, '/check', [
        ['snapshot_token', valueOf(review.body, 'snapshot_token')],
        ['access_role', 'msp_support'],
        ...ticksOf(review.body),
      ])
      const decision = [
        ['decision', 'allow'],
        ['snapshot_token', valueOf(check.body, 'snapshot_token')],
        ['choice', valueOf(check.body, 'choice')],
      ] as const
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(scene, '/done', decision)))
      // The one that comes first decides; all others are shown the same result (experience.md, section 5).
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([303]))
      expect(await world.sql('select status from delegation where tenant_id = $1', [scene.tenant])).toEqual([
        { status: 'active' },
      ])
      expect(
        await world.sql(
          `select 1 from audit_event where tenant_id = $1 and action like '%approve%' and outcome = 'allowed'`,
          [scene.tenant],
        ),
      ).toHaveLength(1)
    }
    tellFigures([{ name: 'uses of one approval of a link', count: rounds * 20 }])
  },
  patience(20_000),
)

test('whoever lets an auditor in reads before, on both pages, that it sees who else had access; without the log it does not, and no other role does', async () => {
  const SEEN = 'See who else has access, and who had it on any date'
  const scene = await openScene({}, { relationship_type: 'audit_only', access_role: 'auditor' })
  const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
  expect(review.body).toContain(SEEN)
  const check = (allowed: readonly (readonly [string, string])[]) =>
    post(scene, '/check', [
      ['snapshot_token', valueOf(review.body, 'snapshot_token')],
      ['access_role', 'auditor'],
      ...allowed,
    ])
  const all = ticksOf(review.body)
  expect((await check(all)).body).toContain(SEEN)
  const without = await check(all.filter(([, name]) => name !== 'partner.audit.read'))
  expect(without.body).toContain('Check before you allow')
  expect(without.body).not.toContain(SEEN)
  const other = await openScene()
  expect((await world.call(other.admin, 'GET', other.path + queryOf(other))).body).not.toContain(SEEN)
})

test('what there is today is counted only where the role opens it: support sees tickets, an auditor invoices, too (B2, U3)', async () => {
  const review = async (scene: Scene) =>
    (await world.call(scene.admin, 'GET', scene.path + queryOf(scene))).body
  const support = await review(await openScene())
  expect(support).toContain('Today this opens 0 open tickets. Take away')
  const audit = await review(await openScene({}, { relationship_type: 'audit_only', access_role: 'auditor' }))
  expect(audit).toContain('Today this opens 0 open invoices, 0 open tickets. Take away')
})

test('what cannot be taken is told on top of the review, and nothing is decided', async () => {
  const scene = await openScene()
  const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
  const token = valueOf(review.body, 'snapshot_token')
  const wrong = await post(scene, '/check', [
    ['snapshot_token', token],
    ['access_role', 'msp_support'],
    ['ends_on', '2001-01-01'],
    ['ip_allow', '300.1.1.1'],
  ])
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('Choose a last day that lies ahead')
  expect(wrong.body).toContain('Not a network range: 300.1.1.1')
  expect(wrong.body).toContain('Leave at least one thing they can do')
  const stale = await post(scene, '/check', [
    ['snapshot_token', 'older'],
    ['access_role', 'msp_support'],
    ...ticksOf(review.body),
  ])
  expect(stale.body).toContain('The request changed while you read it')
})

test('what was taken away and asked for besides stays so when something else cannot be taken (B2, U2)', async () => {
  const scene = await openScene()
  const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
  const [kept, removed] = ticksOf(review.body)
  const wrong = await post(scene, '/check', [
    ['snapshot_token', valueOf(review.body, 'snapshot_token')],
    ['access_role', 'auditor'],
    ['allow', String(kept?.[1])],
    ['reason_required', 'on'],
    ['ends_on', '2001-01-01'],
    ['ip_allow', '192.0.2.0/24\r\n198.51.100.0/24'],
  ])
  expect(wrong.statusCode).toBe(422)
  const checkedOf = (body: string) =>
    [...body.matchAll(/<input[^>]*?value="([^"]*)"[^>]*?\schecked/g)].map(([, value]) => value)
  const marked = checkedOf(wrong.body)
  expect(marked).toContain(kept?.[1])
  expect(marked).not.toContain(removed?.[1])
  expect(wrong.body).toMatch(/name="reason_required"[^>]*checked/)
  expect(wrong.body).toMatch(/value="2001-01-01"/)
  expect(wrong.body).toContain('192.0.2.0/24\n198.51.100.0/24')
  expect(checkedOf(review.body)).toContain(removed?.[1])
})

test('what a partner offers to keep to stands in plain words before and at the last look, cannot be dropped, and is what is allowed (B10)', async () => {
  const conditions = {
    ip_mode: 'enforce',
    ip_allow: ['192.0.2.0/24'],
    mfa_max_age_s: 1800,
    read_reason_required: true,
    hours: { tz: 'Europe/Rome', windows: [{ days: [1, 2, 7], from: '08:00', to: '18:30' }] },
    tenant_elevation_approval: true,
    elevation_required: true,
  }
  const scene = await openScene(
    {},
    { relationship_type: 'msp_managed', access_role: 'msp_support', conditions },
  )
  const lines = [
    'A reason each time they come in',
    'A second sign-in step within the last 30 minutes',
    'Only from these networks: 192.0.2.0/24',
    'Only at these hours: Mon, Tue, Sun 08:00–18:30 (Europe/Rome)',
    'Downloads, orders and the like only with more access for a while',
    'More access for a while only after one of you allowed it',
  ]
  const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
  expect(review.body).toContain('What they offer to keep to')
  for (const line of lines) expect(review.body).toContain(line)
  // What is offered anyway is no choice; what is not can be asked for besides.
  for (const name of ['reason_required', 'fresh_factor']) expect(review.body).not.toContain(`name="${name}"`)
  expect(review.body).toContain('name="passkey"')
  const send = (networks: string) =>
    post(scene, '/check', [
      ['snapshot_token', valueOf(review.body, 'snapshot_token')],
      ['access_role', 'msp_support'],
      ['passkey', 'on'],
      ['ip_allow', networks],
      ...ticksOf(review.body),
    ])
  const wider = await send('192.0.2.0/24\n198.51.100.0/24')
  expect([wider.statusCode, wider.body]).toEqual([
    422,
    expect.stringContaining('They offered these networks: 192.0.2.0/24. Name a part of them'),
  ])
  for (const networks of ['', '192.0.2.0/24']) {
    const check = await send(networks)
    for (const line of [...lines, 'A passkey, not a code']) expect(check.body).toContain(line)
  }
  const check = await send('192.0.2.128/25')
  const done = await post(scene, '/done', [
    ['decision', 'allow'],
    ['snapshot_token', valueOf(check.body, 'snapshot_token')],
    ['choice', valueOf(check.body, 'choice')],
  ])
  expect(done.statusCode, done.body).toBe(303)
  const [link] = await world.sql('select status, conditions from delegation where tenant_id = $1', [
    scene.tenant,
  ])
  const held = { ...conditions, ip_allow: ['192.0.2.128/25'], phishing_resistant: true }
  expect(link).toEqual({ status: 'active', conditions: held })
})

test('a request is declined with one button, without a fresh factor', async () => {
  const scene = await openScene({ factorAgeSeconds: 7200 })
  const review = await world.call(scene.admin, 'GET', scene.path + queryOf(scene))
  expect(review.body).toContain('/step-up?return_to=')
  expect(review.body).not.toContain('name="snapshot_token"')
  const done = await post(scene, '/done', [['decision', 'decline']])
  expect(done.statusCode, done.body).toBe(303)
  const allowed = await post(scene, '/done', [
    ['decision', 'allow'],
    ['snapshot_token', 'x'],
    ['choice', '{}'],
  ])
  expect(allowed.statusCode).toBe(303)
  const receipt = await world.call(scene.admin, 'GET', `${scene.path}/done${queryOf(scene)}`)
  expect(receipt.body).toContain('Northwind MSP has no access')
})

test('who belongs to several organisations is asked for one, and the page of another organisation is not found', async () => {
  const scene = await openScene()
  expect((await world.call(scene.admin, 'GET', scene.path)).statusCode).toBe(404)
  const other = await openScene()
  expect((await world.call(scene.admin, 'GET', other.path + queryOf(other))).statusCode).toBe(404)
  expect((await world.call(scene.admin, 'GET', other.path + queryOf(scene))).statusCode).toBe(404)
})
