import { encodeId, NO_CONDITIONS } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSide, attempt, openScene as openSides } from '#testing/sides.ts'
import { someRules } from '#testing/some-rules.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'
import { compareRules } from './rules-loosening.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const POLICY = '/api/v1/tenant/partner-access/policy'
const WAITING = `${POLICY}/waiting`

interface Scene {
  readonly tenant: TenantId
  readonly admins: readonly Caller[]
}

/** A tenant with so many administrators, and rules that ask for a reason, passkeys and one list. */
async function openScene(admins: number, rules: Record<string, unknown> = {}): Promise<Scene> {
  const tenant = await world.tenant('Acme Fiber')
  const names = ['Dana Kim', 'Eve Sol', 'Finn Ode'].slice(0, admins)
  const people = []
  for (const name of names) people.push(await world.person(name))
  for (const { id } of people) await world.tenantMember(tenant, id)
  const callers = []
  for (const { id } of people) callers.push(await world.signIn(id))
  const scene = { tenant, admins: callers }
  const strict = {
    max_duration_days: 90,
    acting_minutes: 30,
    conditions: { ...NO_CONDITIONS, phishing_resistant: true },
    ...rules,
  }
  const saved = await save(scene, 0, strict)
  expect(saved.statusCode, saved.body).toBe(200)
  return scene
}

const callerOf = ({ admins }: Scene, index: number): Caller => {
  const caller = admins[index]
  if (!caller) throw new Error('The scene has fewer administrators.')
  return caller
}

async function save(scene: Scene, by: number, change: Record<string, unknown>) {
  const shown = await world.call(callerOf(scene, by), 'GET', POLICY)
  const { version: _version, ...rules } = shown.json()
  return world.call(callerOf(scene, by), 'PUT', POLICY, {
    body: { ...rules, ...change },
    headers: { 'if-match': String(shown.headers['etag']) },
  })
}

const read = async (scene: Scene) => (await world.call(callerOf(scene, 0), 'GET', POLICY)).json()
const waitingFor = async (scene: Scene, by: number) =>
  (await world.call(callerOf(scene, by), 'GET', WAITING)).json().waiting

async function answer(scene: Scene, by: number, what: 'confirm' | 'decline', etag?: string) {
  const shown = await world.call(callerOf(scene, by), 'GET', WAITING)
  return world.call(callerOf(scene, by), 'POST', `${WAITING}/${what}`, {
    headers: { 'if-match': etag ?? String(shown.headers['etag']) },
  })
}

const actionsOf = async ({ tenant }: Scene): Promise<string[]> =>
  (
    await world.sql<{ action: string }>(
      `select e.action from audit_event e join audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at
       where s.kind = 'tenant' and s.scope_id = $1 and e.action like 'tenant.partner_access.policy.%' order by e.occurred_at, e.id`,
      [tenant],
    )
  ).map(({ action }) => action.replace('tenant.partner_access.policy.', ''))

test('looser rules wait for a second administrator and hold once that one confirms; the others are mailed, and each step is in the log (B2, B10)', async () => {
  const scene = await openScene(2)
  const asked = await save(scene, 0, { max_duration_days: 365 })
  expect(asked.statusCode, asked.body).toBe(200)
  expect(asked.json()).toMatchObject({ max_duration_days: 90, waits_for_second: true })
  expect(await waitingFor(scene, 0)).toMatchObject({ asked_by_you: true, asked_by_name: 'Dana Kim' })
  expect(await waitingFor(scene, 1)).toMatchObject({
    asked_by_you: false,
    changes: [{ field: 'max_duration_days', before: '90', after: '365' }],
  })
  const own = await answer(scene, 0, 'confirm')
  expect([own.statusCode, own.json().code]).toEqual([409, 'SECOND_APPROVER_NEEDED'])
  const mails = await world.sql<{ to: string; subject: string; text: string }>(
    `select payload ->> 'to' as to, payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'text' like $1`,
    [`%/org/${encodeId('tenant', scene.tenant)}/access/rules%`],
  )
  expect(mails.map(({ to, subject }) => `${to.split('.')[0]}: ${subject}`)).toEqual([
    'eve: Dana Kim asks for looser rules for partner access to Acme Fiber',
  ])
  const confirmed = await answer(scene, 1, 'confirm')
  expect(confirmed.json(), confirmed.body).toMatchObject({ max_duration_days: 365 })
  expect(await waitingFor(scene, 0)).toBeNull()
  expect((await answer(scene, 1, 'confirm')).json().code).toBe('RULES_NOT_WAITING')
  expect(await actionsOf(scene)).toEqual(['write', 'ask', 'confirm'])
})

test('stricter rules hold at once, and of an edit that does both the stricter part does (B2, B10)', async () => {
  const scene = await openScene(2)
  const stricter = await save(scene, 0, { acting_minutes: 10, who_may_ask: 'none' })
  expect(stricter.json()).toMatchObject({ acting_minutes: 10, waits_for_second: false })
  const both = await save(scene, 0, { acting_minutes: 5, who_may_ask: 'any', max_duration_days: 30 })
  expect(both.json()).toMatchObject({
    acting_minutes: 5,
    who_may_ask: 'none',
    max_duration_days: 30,
    waits_for_second: true,
  })
  expect((await answer(scene, 1, 'confirm')).json()).toMatchObject({
    acting_minutes: 5,
    who_may_ask: 'any',
    max_duration_days: 30,
  })
})

describe('whoever is alone', () => {
  test('loosens the rules alone where the organisation does not ask for two (decision 044)', async () => {
    const scene = await openScene(1)
    expect((await save(scene, 0, { max_duration_days: 365 })).json()).toMatchObject({
      max_duration_days: 365,
      waits_for_second: false,
    })
  })

  test('waits for a second person where it does, also to ask for one only (decision 044)', async () => {
    const scene = await openScene(1, { dual_approval: true })
    expect((await save(scene, 0, { dual_approval: false })).json()).toMatchObject({
      dual_approval: true,
      waits_for_second: true,
    })
  })
})

test('a second person declines, and whoever asked takes it back: the rules stay as they are (B10)', async () => {
  const scene = await openScene(2)
  await save(scene, 0, { conditions: NO_CONDITIONS })
  expect((await answer(scene, 1, 'decline')).statusCode).toBe(200)
  await save(scene, 0, { conditions: NO_CONDITIONS })
  expect((await answer(scene, 0, 'decline')).statusCode).toBe(200)
  expect(await waitingFor(scene, 1)).toBeNull()
  expect((await read(scene)).conditions.phishing_resistant).toBe(true)
  expect(await actionsOf(scene)).toEqual(['write', 'ask', 'decline', 'ask', 'withdraw'])
})

test('what is confirmed is what was read: rules that changed since, or were asked for anew, are read again (B10)', async () => {
  const scene = await openScene(3)
  await save(scene, 0, { max_duration_days: 365 })
  const shown = await world.call(callerOf(scene, 1), 'GET', WAITING)
  await save(scene, 0, { max_duration_days: 730 })
  const stale = await answer(scene, 1, 'confirm', String(shown.headers['etag']))
  expect([stale.statusCode, (await read(scene)).max_duration_days]).toEqual([412, 90])
  await save(scene, 2, { acting_minutes: 10 })
  expect((await answer(scene, 1, 'confirm')).json().code).toBe('RULES_NOT_WAITING')
})

test('a second person who saves the same rules confirms them (decision 039)', async () => {
  const scene = await openScene(2)
  await save(scene, 0, { max_duration_days: 365, conditions: { ...NO_CONDITIONS, mfa_max_age_s: 3600 } })
  const same = await save(scene, 1, {
    max_duration_days: 365,
    conditions: { ...NO_CONDITIONS, mfa_max_age_s: 3600 },
  })
  expect(same.json(), same.body).toMatchObject({ max_duration_days: 365, waits_for_second: false })
  expect(await actionsOf(scene)).toEqual(['write', 'write', 'ask', 'confirm'])
})

test('nobody confirms after a week (B10)', async () => {
  const scene = await openScene(2)
  await save(scene, 0, { max_duration_days: 365 })
  await world.seed(
    `update tenant_partner_policy set proposed_until = now() - interval '1 minute' where tenant_id = $1`,
    [scene.tenant],
    scene.tenant,
  )
  expect(await waitingFor(scene, 1)).toBeNull()
  expect((await answer(scene, 1, 'confirm')).json().code).toBe('RULES_NOT_WAITING')
})

describe('in the database (raw SQL)', () => {
  /** Every way in which rules let in more. */
  const LOOSER: readonly [what: string, set: string][] = [
    ['who may ask', `who_may_ask = 'any'`],
    ['another listed partner', `listed_partner_ids = listed_partner_ids || gen_random_uuid()`],
    ['a role', `roles_allowed = roles_allowed || 'msp_full'::text`],
    ['a longer access', 'max_duration_days = 91'],
    ['a longer stay', 'acting_minutes = 31'],
    ['one approver', 'dual_approval = false'],
    ['no conditions', `conditions = '{}'`],
    ['no passkey', `conditions = conditions || '{"phishing_resistant": false}'`],
    ['an older factor', `conditions = conditions || '{"mfa_max_age_s": 601}'`],
    ['no reason', `conditions = conditions || '{"read_reason_required": false}'`],
    ['another network', `conditions = conditions || '{"ip_allow": ["192.0.2.0/23"]}'`],
    ['a network that is only watched', `conditions = conditions || '{"ip_mode": "monitor"}'`],
    ['any hour', `conditions = conditions || '{"hours": null}'`],
  ]
  const STRICT = `{"phishing_resistant": true, "mfa_max_age_s": 600, "read_reason_required": true, "ip_mode": "enforce", "ip_allow": ["192.0.2.0/24"], "hours": {"tz": "UTC", "windows": [{"days": [1], "from": "08:00", "to": "18:00"}]}}`

  async function openStrict() {
    const scene = await openSides(world)
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, who_may_ask, listed_partner_ids, roles_allowed, max_duration_days, acting_minutes, dual_approval, conditions)
       values ($1, 'listed', '{}', array['auditor'], 90, 30, true, $2)`,
      [scene.tenant, STRICT],
      scene.tenant,
    )
    return scene
  }

  test.each(LOOSER)('one person does not loosen %s, whatever is written beside it', async (_what, set) => {
    const scene = await openStrict()
    await asSide({ world, side: 'tenant', scene }, async (client) => {
      const alone = `update tenant_partner_policy set ${set}`
      expect(await attempt(client, alone)).toBe('policy_two_people')
      // What one proposes oneself is not confirmed by oneself, nor passed off as somebody else's.
      await client.query(
        `update tenant_partner_policy p set proposed = private_rules.rules, proposed_by = gen_random_uuid()
         from (select jsonb_build_object('who_may_ask', 'any') as rules) private_rules`,
      )
      expect(await attempt(client, alone)).toBe('policy_two_people')
    })
  })

  test('what is stricter passes, and a second person lets exactly what was proposed hold', async () => {
    const scene = await openStrict()
    const second = await world.person('Eve Sol')
    await world.tenantMember(scene.tenant, second.id)
    const others = {
      ...scene,
      people: {
        ...scene.people,
        tenant: { id: second.id, caller: await world.signIn(second.id) },
      },
    }
    const rules = (days: number) =>
      `jsonb_build_object('who_may_ask', who_may_ask, 'listed_partner_ids', to_jsonb(listed_partner_ids), 'roles_allowed', to_jsonb(roles_allowed), 'max_duration_days', ${days},
        'dual_approval', dual_approval, 'acting_minutes', acting_minutes, 'sends_digest', sends_digest, 'conditions', conditions)`
    await asSide({ world, side: 'tenant', scene }, async (client) => {
      expect(await attempt(client, 'update tenant_partner_policy set acting_minutes = 5')).toBe('done')
    })
    await world.seed(
      `update tenant_partner_policy set proposed = ${rules(365)}, proposed_by = $2, proposed_by_name = 'x', proposed_at = now(), proposed_until = now() + interval '1 day' where tenant_id = $1`,
      [scene.tenant, scene.people.tenant.id],
      scene.tenant,
    )
    await asSide({ world, side: 'tenant', scene }, async (client) => {
      expect(await attempt(client, 'update tenant_partner_policy set max_duration_days = 365')).toBe(
        'policy_two_people',
      )
    })
    await asSide({ world, side: 'tenant', scene: others }, async (client) => {
      expect(await attempt(client, 'update tenant_partner_policy set max_duration_days = 400')).toBe(
        'policy_two_people',
      )
      expect(
        await attempt(client, 'update tenant_partner_policy set max_duration_days = 365, proposed = null'),
      ).toBe('done')
    })
  })

  test('whatever the database lets pass without a second person, the program does not keep (property)', async () => {
    const pairs = fc
      .sample(fc.tuple(someRules, someRules), 60)
      .flatMap(([before, after]) => [
        [before, after] as const,
        [before, compareRules(before, after).narrowed] as const,
      ])
    const rows = await world.sql<{ looser: boolean }>(
      `select private.loosens_rules(jsonb_populate_record(null::tenant_partner_policy, p -> 0), jsonb_populate_record(null::tenant_partner_policy, p -> 1)) as looser
       from jsonb_array_elements($1::jsonb) with ordinality as t(p, i) order by i`,
      [JSON.stringify(pairs)],
    )
    const taken = pairs.filter(
      ([before, after], index) =>
        compareRules(before, after).looser.length > 0 && rows[index]?.looser !== true,
    )
    expect(taken).toEqual([])
    expect(rows.filter(({ looser }) => !looser).length).toBeGreaterThan(20)
  })
})
