import { decodeId, fromBits, has, PERMISSIONS } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseCodeOf } from '#platform/database.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { CHANGES, liftAll } from '#testing/kept-decisions.ts'
import { MORE_CHANGES } from '#testing/past-changes.ts'
import { openDirect } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
beforeAll(async () => {
  world = await TestWorld.start(() => makeDelegationRoutes(), { tokens })
  clients = new ApiClients(world, tokens)
})
afterAll(() => world[Symbol.asyncDispose]())

const OWN = '/api/v1/tenant/access-history'
const ACTING = '/api/v1/partner/access-history'

interface Entry {
  readonly delegation_id: string
  readonly kind: 'link' | 'consent' | 'resale'
  readonly partner_name: string
  readonly state: string
  readonly can: readonly string[]
  readonly accounts: readonly { readonly number: string }[] | null
  readonly people: readonly {
    readonly name: string
    readonly can: readonly string[] | null
    readonly stopped: string | null
  }[]
}

interface Answer {
  readonly is_recorded: boolean
  readonly recorded_since: string
  readonly items: readonly Entry[] | null
  readonly own_partner: { readonly partner_name: string; readonly ended_at: string | null } | null
  readonly total: number | null
}

async function memberOf(
  tenantId: TenantId,
  role: 'TENANT_ADMIN' | 'TENANT_USER' = 'TENANT_ADMIN',
): Promise<Caller> {
  const { id } = await world.person()
  await world.tenantMember(tenantId, id, role)
  return world.signIn(id, { tenantId })
}

async function auditorOf(
  tenantId: TenantId,
  terms: Parameters<TestWorld['link']>[2] = { role: 'auditor', type: 'audit_only' },
) {
  const partner = await world.partner('Audit House', ['auditor'])
  const person = await world.person('Edith')
  const link = await world.link(partner, tenantId, terms)
  await world.assign(link, await world.partnerMember(partner, person.id))
  return { link, caller: { ...(await world.signIn(person.id)), tenantId } }
}

const at = (moment: Date | string) => `?as_of=${encodeURIComponent(new Date(moment).toISOString())}`

async function read(caller: Caller, path: string): Promise<Answer> {
  const response = await world.call(caller, 'GET', path)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<Answer>()
}

/** A moment after everything that was done; whatever is done next comes after it. */
async function passMoment(): Promise<Date> {
  const [row] = await world.sql<{ moment: Date }>(
    `select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as moment`,
  )
  const moment = row?.moment ?? new Date(0)
  await world.sql(
    `do $$ begin while clock_timestamp() <= '${moment.toISOString()}'::timestamptz loop end loop; end $$`,
  )
  return moment
}

const sentencesOf = (mask: string) => {
  const held = fromBits(mask)
  return PERMISSIONS.filter(({ name }) => has(held, name)).map(({ sentence }) => sentence)
}

/** What enforcement says now: the delegations in force with what each opens, and the people who can use it. */
async function enforcedNow(tenant: TenantId) {
  const open = await world.sql<{ id: string; mask: string }>(
    'select d.id, access.mask_now(d)::text as mask from delegation d where d.tenant_id = $1 and access.in_force(d) order by d.id',
    [tenant],
  )
  const people = await world.sql<{ link_id: string; name: string; mask: string }>(
    'select u.link_id, p.name, u.mask::text as mask from access.usable_link u join person p on p.id = u.person_id where u.tenant_id = $1 order by p.name',
    [tenant],
  )
  const accounts = await world.sql<{ ban: string; id: string }>(
    `select a.delegation_id as id, b.ban from delegation_account a join billing_account b on b.id = a.account_id where a.tenant_id = $1 order by a.position`,
    [tenant],
  )
  return open.map(({ id, mask }) => ({
    id,
    can: sentencesOf(mask),
    people: people.filter(({ link_id: link }) => link === id).map((one) => [one.name, sentencesOf(one.mask)]),
    accounts: accounts.filter((one) => one.id === id).map(({ ban }) => ban),
  }))
}

function openOf({ items }: Answer) {
  return (items ?? [])
    .filter(({ state }) => state === 'open')
    .map(({ delegation_id: id, kind, can, people, accounts }) => ({
      id: decodeId(kind, id) as string,
      can,
      people: people.filter(({ stopped }) => stopped === null).map((one) => [one.name, one.can ?? can]),
      accounts: (accounts ?? []).map(({ number }) => number),
    }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

const ALL = { ...CHANGES, ...MORE_CHANGES }

/** How somebody signed in, and from where they may, is no part of what is told. */
const UNTOLD = /session|networks|rules of the tenant|condition/
const DRAWN = Object.keys(ALL).flatMap((name) =>
  UNTOLD.test(name) ? [] : [[name, 0] as const, [name, 1] as const],
)
const IN_ONE_WORLD = 13

async function seedHistory(): Promise<Seeded> {
  const seeded = await seedWorld(world, HEALTHY)
  const client = await clients.client({ partner: seeded.partner })
  const accounts = [
    await clients.account(seeded.tenant, 'BAN-1'),
    await clients.account(seeded.tenant, 'BAN-2'),
  ]
  await clients.consent({ client, partner: seeded.partner, accounts, actions: ['invoice.read'] })
  return seeded
}

test('whatever changes in whatever order, the answer as of a moment is what enforcement said at that moment: in force, permissions, people and accounts (U1, experience.md section 4)', async () => {
  const [order = []] = fc.sample(fc.shuffledSubarray(DRAWN, { minLength: DRAWN.length }), {
    seed: 2611,
    numRuns: 1,
  })
  const sizes = new Set<string>()
  for (let from = 0; from < order.length; from += IN_ONE_WORLD) {
    const drawn = order.slice(from, from + IN_ONE_WORLD)
    const seeded = await seedHistory()
    const remembered = [
      { moment: await passMoment(), after: 'nothing', was: await enforcedNow(seeded.tenant) },
    ]
    for (const [name, direction] of drawn) {
      const refused = await ALL[name]?.[direction](world, seeded).then(
        () => '23',
        (error: unknown) => databaseCodeOf(error),
      )
      // A rule or a second row of its kind may stand against it: then nothing changed.
      expect(refused).toMatch(/^23/)
      remembered.push({
        moment: await passMoment(),
        after: `${name} ${direction}`,
        was: await enforcedNow(seeded.tenant),
      })
    }
    await liftAll(world, seeded)
    await world.seed(`update tenant set status = 'active' where id = $1`, [seeded.tenant])
    const admin = await memberOf(seeded.tenant)
    for (const { moment, after, was } of remembered) {
      sizes.add(was.map(({ people, accounts }) => `${people.length} ${accounts.length}`).join())
      expect(
        openOf(await read(admin, OWN + at(moment))),
        `after ${after} of ${JSON.stringify(drawn)}`,
      ).toEqual(was)
    }
  }
  expect(sizes.size).toBeGreaterThan(4)
})

test('a tenant admin proves who could do what on a date: a link that was stopped, the deny that was lifted, who was taken off, the freeze of then, and an app with its accounts (U1)', async () => {
  const direct = await openDirect(world, clients)
  const partner = await world.partner('Northwind')
  const link = await world.link(partner, direct.tenant, { role: 'msp_support' })
  const lee = await world.person('Lee Park')
  await world.assign(link, await world.partnerMember(partner, lee.id))
  await world.override(link, 'partner.support.tickets.assign', 'deny')
  await world.seed(
    `insert into access_freeze (scope, partner_id, tenant_id, set_by, set_by_name, set_by_side, reason) values ('partner', $1, $2, uuidv7(), 'Dana', 'tenant', 'A secret reason')`,
    [partner, direct.tenant],
    direct.tenant,
  )
  const then = await passMoment()
  await world.seed(
    `update access_freeze set lifted_at = now(), lifted_by = uuidv7(), lift_reason = 'over' where partner_id = $1`,
    [partner],
    direct.tenant,
  )
  await world.seed('delete from link_override where link_id = $1', [link], direct.tenant)
  const between = await passMoment()
  await world.seed('delete from link_member where link_id = $1', [link], direct.tenant)
  for (const [id, status] of [
    [link, 'revoked'],
    [direct.consent, 'suspended'],
  ])
    await world.seed(
      `update delegation set status = $2, status_changed_by_side = 'tenant' where id = $1`,
      [id, status],
      direct.tenant,
    )
  const admin = await memberOf(direct.tenant)
  const past = await read(admin, OWN + at(then))
  expect(past).toMatchObject({ is_recorded: true, total: 2, has_more: false })
  const [app, people] = past.items ?? []
  expect(app).toMatchObject({
    kind: 'consent',
    partner_name: 'Acme Partners',
    app_name: 'Order desk',
    state: 'open',
    accounts: [{ number: 'BAN-1', name: 'BAN-1' }],
    people: [],
  })
  expect(people).toMatchObject({
    kind: 'link',
    partner_name: 'Northwind',
    state: 'frozen',
    freezes: [{ set_by: 'tenant' }],
    denied: ['Assign tickets to people'],
    people: [{ name: 'Lee Park', can: null, stopped: null }],
    accounts: null,
  })
  expect(people?.can).not.toContain('Assign tickets to people')
  expect(JSON.stringify(past)).not.toContain('secret')
  const later = await read(admin, OWN + at(between))
  expect(later.items?.[1]).toMatchObject({ state: 'open', denied: [], freezes: [] })
  expect(later.items?.[1]?.can).toContain('Assign tickets to people')
  const now = await read(admin, OWN)
  expect(now.items?.map(({ kind, state }) => [kind, state])).toEqual([['consent', 'suspended']])
})

test('a moment before the record is answered as not recorded, never as nobody, and one to come is refused (experience.md section 4)', async () => {
  const { tenant, caller } = await (async () => {
    const made = await world.tenant('Young')
    return { tenant: made, caller: await memberOf(made) }
  })()
  await world.link(await world.partner('Northwind'), tenant)
  const early = await read(caller, OWN + at('2020-02-29T12:00:00Z'))
  expect(early).toMatchObject({ is_recorded: false, items: null, total: null })
  const since = await read(caller, OWN + at(early.recorded_since))
  expect(since.is_recorded || Date.parse(since.recorded_since) === Date.parse(early.recorded_since)).toBe(
    true,
  )
  const refused = await world.call(caller, 'GET', OWN + at(new Date(Date.now() + 3_600_000)))
  expect(refused.statusCode).toBe(422)
  expect(refused.json()).toMatchObject({
    code: 'VALIDATION_ERROR',
    errors: [{ pointer: '/query/as_of', code: 'IN_THE_FUTURE' }],
  })
  expect((await world.call(caller, 'GET', `${OWN}?as_of=yesterday`)).statusCode).toBe(422)
})

test('the partner that an organisation was itself is told of a moment while that stood, to the organisation and its auditor (A5, U1)', async () => {
  const tenant = await world.tenant('Westwire')
  const admin = await memberOf(tenant)
  const auditor = await auditorOf(tenant)
  const partner = await world.partner('Westwire Wholesale')
  const before = await passMoment()
  await world.seed(
    `insert into partner_home (tenant_id, partner_id, tenant_name, partner_name, status, asked_by_name, offered_at, accepted_by_name, accepted_at)
     values ($1, $2, 'Westwire', 'Westwire Wholesale', 'active', 'Otto', clock_timestamp(), 'Wilma', clock_timestamp())`,
    [tenant, partner],
    tenant,
  )
  const meanwhile = await passMoment()
  expect((await read(admin, OWN)).own_partner).toMatchObject({ ended_at: null })
  await world.seed(
    `update partner_home set status = 'ended', ended_at = clock_timestamp(), ended_by_side = 'tenant', ended_by_name = 'Otto' where tenant_id = $1`,
    [tenant],
    tenant,
  )
  const after = await passMoment()
  const nameAt = async (caller: Caller, path: string, moment: Date) =>
    (await read(caller, path + at(moment))).own_partner?.partner_name
  for (const moment of [before, meanwhile, after]) {
    const wanted = moment === meanwhile ? 'Westwire Wholesale' : undefined
    expect(await nameAt(admin, OWN, moment)).toBe(wanted)
    expect(await nameAt(auditor.caller, ACTING, moment)).toBe(wanted)
  }
  expect((await read(admin, OWN + at('2020-02-29T12:00:00Z'))).own_partner).toBeNull()
  expect(
    (await read(await memberOf(await world.tenant('Other')), OWN + at(meanwhile))).own_partner,
  ).toBeNull()
})

test('pages hold every delegation once, and the read is in the log of the tenant with the moment that was asked about', async () => {
  const tenant = await world.tenant('Many')
  for (const name of ['Ada', 'Bea', 'Cleo'])
    await world.link(await world.partner(name), tenant, { role: 'auditor' })
  const admin = await memberOf(tenant)
  const moment = await passMoment()
  const first = await read(admin, `${OWN}${at(moment)}&limit=2`)
  const second = await read(admin, `${OWN}${at(moment)}&limit=2&offset=2`)
  expect([first, second].flatMap(({ items }) => items?.map(({ partner_name: name }) => name))).toEqual([
    'Ada',
    'Bea',
    'Cleo',
  ])
  expect([first, second]).toMatchObject([
    { has_more: true, total: 3 },
    { has_more: false, total: 3 },
  ])
  const beyond = await read(admin, `${OWN}${at(moment)}&limit=2&offset=4`)
  expect(beyond).toMatchObject({ items: [], has_more: false, total: 3 })
  const events = await world.sql(
    `select action, resource_label, row_count from audit_event where tenant_id = $1 and action = 'access.history' order by occurred_at limit 1`,
    [tenant],
  )
  expect(events).toEqual([
    { action: 'access.history', resource_label: moment.toISOString(), row_count: expect.anything() },
  ])
})

test('besides admins of the tenant only an auditor of all of it asks, on the days of the engagement; no other partner, role, member or stranger does', async () => {
  const tenant = await world.tenant('Audited')
  await world.link(await world.partner('Rival'), tenant)
  const auditor = await auditorOf(tenant)
  const seen = await read(auditor.caller, ACTING)
  expect(seen.items?.map(({ partner_name: name }) => name)).toEqual(['Audit House', 'Rival'])
  const code = async (caller: Caller | null, path: string) =>
    (await world.call(caller, 'GET', path)).json<{ code?: string }>().code
  for (const terms of [
    { role: 'msp_support' },
    { role: 'enterprise_hq', type: 'enterprise_subsidiary' },
    { role: 'auditor', type: 'msp_managed' },
    { role: 'auditor', type: 'audit_only', ownAccountsOnly: true },
  ] as const)
    expect(await code((await auditorOf(await world.tenant('Other'), terms)).caller, ACTING)).toBe(
      'AUDITORS_ONLY',
    )
  expect(await code(await memberOf(tenant, 'TENANT_USER'), OWN)).toBe('PERMISSION_DENIED')
  expect(await code(auditor.caller, OWN)).toBe('TENANT_NOT_FOUND')
  expect(await code({ cookie: null }, OWN)).toBe('UNAUTHORIZED')
  expect(await read(await memberOf(await world.tenant('Next door')), OWN)).toMatchObject({ items: [] })
  await world.override(auditor.link, 'partner.audit.read', 'deny')
  expect(await code(auditor.caller, ACTING)).toBe('PERMISSION_DENIED')
  await world.seed('delete from link_override where link_id = $1', [auditor.link], tenant)
  expect((await read(auditor.caller, ACTING)).total).toBe(2)
  await world.seed(`update delegation set ends_at = clock_timestamp() where id = $1`, [auditor.link], tenant)
  expect(await code(auditor.caller, ACTING)).toBe('TENANT_LINK_EXPIRED')
})

test('the database tells the past to nobody else: no login without a context, no other login at all, and a rival in its own context nothing', async () => {
  const tenant = await world.tenant('Umbrella')
  await world.link(await world.partner('Eastside'), tenant)
  const ask =
    'select 1 from access.access_at(now(), 0, 100) union all select 1 where access.history_since() is not null union all select 1 from access.own_partner_at(now())'
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
    expect(await world.sqlAs(login, ask)).toEqual([])
  for (const login of [
    'liaison_program',
    'liaison_auth',
    'liaison_platform',
    'liaison_job',
    'liaison_realm',
  ] as const)
    await expect(world.sqlAs(login, ask)).rejects.toThrow('permission denied')
  const counts = async (caller: Caller) => {
    const client = await world.database.pool('liaison_delegate').connect()
    try {
      await client.query('begin')
      await client.query('select access.enter_person($1)', [
        {
          session_hash: createHash('sha256')
            .update(String(caller.cookie).split('=')[1] ?? '')
            .digest('hex'),
          tenant_id: tenant,
          permission: 'partner.audit.read',
          writes: false,
          source: 'portal',
        },
      ])
      return (await client.query('select partner_name from access.access_at(clock_timestamp(), 0, 100)'))
        .rowCount
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  expect(await counts((await auditorOf(tenant)).caller)).toBe(2)
  const rival = await auditorOf(tenant, { role: 'msp_support' })
  expect(await counts(rival.caller)).toBe(0)
  expect(await world.sqlAs('liaison_tenant', 'select 1 from delegation_account')).toEqual([])
})
