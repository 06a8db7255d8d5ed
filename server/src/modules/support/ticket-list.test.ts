import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'

const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeSupportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner(names: readonly string[], role: LinkRole = 'msp_support') {
  const partner = await world.partner('Northwind')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const tenants: TenantId[] = []
  for (const name of names) {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant, { role }), member)
    tenants.push(tenant)
  }
  const [first, second = first] = tenants
  if (!first || !second) throw new Error('A partner of these tests has a tenant.')
  return { partner, lee, member, tenants, first, second, caller: await world.signIn(lee.id) }
}

interface TicketSeed {
  readonly number: string
  readonly status?: string
  readonly priority?: string
  readonly category?: string
  readonly subject?: string
  readonly assignedTo?: string | null
  /** Days before now. */
  readonly age?: number
  readonly hoursToResolve?: number
  /** Share of a day's promise that is used up; without it there is no clock. */
  readonly used?: number
  readonly isPaused?: boolean
}

async function seedTicket(tenant: TenantId, seed: TicketSeed): Promise<void> {
  await world.seed(
    `with made as (
       insert into ticket (tenant_id, number, subject, status, priority, category, assigned_to, created_at, updated_at, resolved_at)
       values ($1, $2, $3, $4, $5, $6, $7, now() - make_interval(secs => $8), now() - make_interval(secs => $8 / 2), case when $9::float8 is null then null else now() - make_interval(secs => $8) + make_interval(secs => $9 * 3600) end)
       returning tenant_id, id)
     insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at, paused_since)
     select tenant_id, id, 'resolution', 1440, now() - make_interval(secs => 86400 * $10::float8), now() + make_interval(secs => 86400 * (1 - $10::float8)), case when $11 then now() end
     from made where $10 is not null`,
    [
      tenant,
      seed.number,
      seed.subject ?? 'Problem',
      seed.status ?? 'open',
      seed.priority ?? 'normal',
      seed.category ?? 'general',
      seed.assignedTo ?? null,
      (seed.age ?? 1) * 86_400,
      seed.hoursToResolve ?? null,
      seed.used ?? null,
      seed.isPaused ?? false,
    ],
    tenant,
  )
}

async function list(caller: Caller, query = '') {
  const response = await world.call(caller, 'GET', `${TICKETS}${query && `?${query}`}`)
  expect(response.statusCode).toBe(200)
  return response.json()
}

const numbers = (page: { items: { ticket_number: string }[] }) => page.items.map((item) => item.ticket_number)

async function seedFive() {
  const seeded = await seedPartner(['Acme', 'Beta'])
  const { first, second, lee } = seeded
  await seedTicket(first, { number: 'CALM', used: 0.2, category: 'billing', assignedTo: lee.id, age: 4 })
  await seedTicket(first, { number: 'HOT', used: 0.8, priority: 'high', status: 'open', age: 3 })
  await seedTicket(second, { number: 'MISSED', used: 1.2, priority: 'urgent', subject: 'Fiber cut', age: 2 })
  await seedTicket(second, { number: 'WAITS', used: 0.9, isPaused: true, status: 'pending', age: 1 })
  await seedTicket(second, {
    number: 'DONE',
    status: 'resolved',
    priority: 'low',
    age: 10,
    hoursToResolve: 6,
  })
  return seeded
}

const FILTERS: readonly (readonly [query: string, expected: readonly string[]])[] = [
  ['status=open', ['CALM', 'HOT', 'MISSED']],
  ['status=pending,resolved', ['DONE', 'WAITS']],
  ['priority=urgent,low', ['DONE', 'MISSED']],
  ['mine=true', ['CALM']],
  ['unassigned=true', ['DONE', 'HOT', 'MISSED', 'WAITS']],
  ['unassigned=false', ['CALM']],
  ['sla_state=ok', ['CALM']],
  ['sla_state=at_risk', ['HOT']],
  ['sla_state=breached', ['MISSED']],
  ['sla_state=paused', ['WAITS']],
  ['sla_state=at_risk,breached', ['HOT', 'MISSED']],
  ['category=billing', ['CALM']],
  ['search=fiber', ['MISSED']],
  ['search=hot', ['HOT']],
  ['search=_', []],
]

test.each(FILTERS)(
  'the filter %s finds exactly its tickets, and the counts agree with the rows',
  async (query, expected) => {
    const { caller } = await seedFive()
    const page = await list(caller, query)
    expect(numbers(page).toSorted()).toEqual(expected)
    expect(page.total).toBe(expected.length)
    const of = (key: string, value: string) =>
      page.items.filter((item: Record<string, unknown>) => item[key] === value).length
    const { aggregates } = page
    expect([
      aggregates.open_count,
      aggregates.pending_count,
      aggregates.on_hold_count,
      aggregates.resolved_count,
      aggregates.closed_count,
    ]).toEqual(['open', 'pending', 'on_hold', 'resolved', 'closed'].map((status) => of('status', status)))
    expect(aggregates.by_priority).toEqual({
      low: of('priority', 'low'),
      normal: of('priority', 'normal'),
      high: of('priority', 'high'),
      urgent: of('priority', 'urgent'),
    })
    expect(aggregates.sla_breach_count).toBe(
      page.items.filter((item: { is_sla_breached: boolean }) => item.is_sla_breached).length,
    )
    expect(aggregates.avg_resolution_hours).toBe(expected.includes('DONE') ? 6 : null)
  },
)

test('tickets are filtered by who has them, by days and by the time of the last change', async () => {
  const { caller, lee } = await seedFive()
  const other = await world.person()
  expect(numbers(await list(caller, `assigned_to=${encodeId('person', lee.id)}`))).toEqual(['CALM'])
  expect(numbers(await list(caller, `assigned_to=${encodeId('person', other.id)}&mine=true`))).toEqual([])
  const [days] = await world.sql<{ three: string; four: string }>(
    `select (now() - interval '3 days')::date::text as three, (now() - interval '4 days')::date::text as four`,
  )
  expect(
    numbers(await list(caller, `created_from=${days?.four}&created_to=${days?.three}`)).toSorted(),
  ).toEqual(['CALM', 'HOT'])
  const [since] = await world.sql<{ t: string }>(
    `select to_char(now() - interval '30 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as t`,
  )
  expect(numbers(await list(caller, `updated_since=${since?.t}`)).toSorted()).toEqual(['MISSED', 'WAITS'])
})

test('a clock shows its percent, state and due time; a paused one has none', async () => {
  const { caller } = await seedFive()
  const byNumber = new Map<string, { sla: unknown; sla_breach_at: string | null; is_sla_breached: boolean }>(
    (await list(caller)).items.map((item: { ticket_number: string }) => [item.ticket_number, item]),
  )
  expect(byNumber.get('HOT')).toMatchObject({
    sla: { metric: 'resolution', percent: 80, state: 'at_risk', due_at: expect.any(String) },
    is_sla_breached: false,
  })
  expect(byNumber.get('MISSED')).toMatchObject({
    sla: { percent: 120, state: 'breached' },
    is_sla_breached: true,
    sla_breach_at: expect.any(String),
  })
  expect(byNumber.get('WAITS')).toMatchObject({
    sla: { percent: 90, state: 'paused', due_at: null },
    sla_breach_at: null,
  })
  expect(byNumber.get('DONE')).toMatchObject({ sla: null, sla_breach_at: null, is_sla_breached: false })
})

test.each([
  ['created_at', ['WAITS', 'MISSED', 'HOT', 'CALM', 'DONE']],
  ['updated_at', ['WAITS', 'MISSED', 'HOT', 'CALM', 'DONE']],
  ['sla_due', ['MISSED', 'WAITS', 'HOT', 'CALM', 'DONE']],
])('by %s the newest, or the first due, come first', async (sort, expected) => {
  const { caller } = await seedFive()
  expect(numbers(await list(caller, `sort_by=${sort}`))).toEqual(expected)
})

test('by priority the most urgent come first', async () => {
  const { caller } = await seedFive()
  const { items } = await list(caller, 'sort_by=priority')
  expect(items.map((item: { priority: string }) => item.priority)).toEqual([
    'urgent',
    'high',
    'normal',
    'normal',
    'low',
  ])
})

test.each(
  ['created_at', 'updated_at', 'sla_due', 'priority'].flatMap((sort) => [
    [sort, 'asc'],
    [sort, 'desc'],
  ]),
)(
  'by %s %s, pages by offset and pages by cursor are the whole list, each ticket once',
  async (sort, direction) => {
    const { tenants, caller } = await seedPartner(['Acme', 'Beta', 'Gamma'])
    const priorities = ['low', 'normal', 'high', 'urgent']
    for (let index = 0; index < 24; index += 1) {
      const tenant = tenants[index % 3]
      if (!tenant) continue
      // Several share a time, a priority or a missing clock, so that the id decides.
      await seedTicket(tenant, {
        number: `N-${index}`,
        priority: priorities[index % 4] ?? 'low',
        age: 1 + (index % 5),
        ...(index % 2 === 0 && { used: (index % 6) / 6 }),
      })
    }
    const query = `sort_by=${sort}&sort_order=${direction}`
    const whole = numbers(await list(caller, `${query}&limit=100`))
    const byOffset: string[] = []
    for (let offset = 0; offset < 24; offset += 5)
      byOffset.push(...numbers(await list(caller, `${query}&limit=5&offset=${offset}`)))
    const byCursor: string[] = []
    let cursor = ''
    do {
      const page = await list(caller, `${query}&limit=5${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      byCursor.push(...numbers(page))
      cursor = page.next_cursor ?? ''
    } while (cursor)
    expect(new Set(whole).size).toBe(24)
    expect(byOffset).toEqual(whole)
    expect(byCursor).toEqual(whole)
  },
)

test('a cursor that was altered or belongs to another filter is refused', async () => {
  const { caller } = await seedFive()
  const { next_cursor: cursor } = await list(caller, 'limit=2')
  const code = async (query: string) => (await world.call(caller, 'GET', `${TICKETS}?${query}`)).json().code
  expect(await code(`limit=2&cursor=A${cursor}`)).toBe('CURSOR_INVALID')
  expect(await code(`limit=2&status=open&cursor=${cursor}`)).toBe('CURSOR_INVALID')
  expect(await code(`limit=2&offset=1&cursor=${cursor}`)).toBe('VALIDATION_ERROR')
})

test('only tenants whose link opens tickets are in the list; the others are named with the reason', async () => {
  const { partner, member, first, caller } = await seedPartner(['Acme'])
  const billed = await world.tenant('Billed only')
  await world.assign(await world.link(partner, billed, { role: 'msp_billing' }), member)
  const unassigned = await world.tenant('Not mine')
  await world.link(partner, unassigned, { role: 'msp_support' })
  for (const tenant of [first, billed, unassigned]) await seedTicket(tenant, { number: 'N-1' })
  const page = await list(caller)
  expect(page.total).toBe(1)
  expect(page.scope.tenant_count).toBe(1)
  expect(
    page.scope.excluded
      .map((entry: { tenant_name: string; reason: string }) => `${entry.tenant_name}: ${entry.reason}`)
      .toSorted(),
  ).toEqual(['Billed only: PERMISSION_DENIED', 'Not mine: NOT_ASSIGNED'])
  expect((await list(caller, `tenant_ids=${encodeId('tenant', billed)}`)).total).toBe(0)
})

const TABLES = ['ticket', 'ticket_comment', 'ticket_sla_clock', 'ticket_counter', 'outage', 'usage_day']

test.each(TABLES)(
  'raw SQL with the context of another tenant sees and writes no row of %s',
  async (table) => {
    const { first, second, lee } = await seedPartner(['Acme', 'Beta'], 'msp_full')
    await seedTicket(second, { number: 'N-1', used: 0.5 })
    await world.seed(
      `insert into ticket_comment (tenant_id, ticket_id, author_name, content) select tenant_id, id, 'Ana', 'Hello.' from ticket where tenant_id = $1`,
      [second],
      second,
    )
    await world.seed('insert into ticket_counter (tenant_id, last_number) values ($1, 1)', [second], second)
    await world.seed(
      `insert into outage (tenant_id, service, started_at) values ($1, 'internet', now())`,
      [second],
      second,
    )
    await world.seed(
      'insert into usage_day (tenant_id, day, active_subscribers, data_gb) values ($1, current_date, 1, 1)',
      [second],
      second,
    )
    expect(await world.sql(`select 1 from ${table} where tenant_id = $1`, [second])).toHaveLength(1)
    const clerk = await world.person()
    await world.tenantMember(first, clerk.id)
    for (const [login, who] of [
      ['liaison_delegate', lee.id],
      ['liaison_tenant', clerk.id],
    ] as const) {
      expect(await world.sqlAs(login, `select 1 from ${table}`)).toEqual([])
      expect(
        (
          await inContext(login, {
            who,
            tenant: first,
            text: `select 1 from ${table} where tenant_id = '${second}'`,
          })
        ).rows,
      ).toEqual([])
      for (const write of writesOf(table, second)) {
        const done = await inContext(login, { who, tenant: first, text: write }).catch(
          (error: Error) => error,
        )
        const touched = done instanceof Error ? done.message : done.rowCount
        expect(touched).toSatisfy(
          (seen: unknown) => seen === 0 || /permission denied|row-level security/.test(String(seen)),
        )
      }
    }
  },
)

/** One attempt of each kind to write into the tenant; the rows are complete, so that only access can refuse them. */
function writesOf(table: string, tenant: TenantId): string[] {
  const inserts: Readonly<Record<string, string>> = {
    ticket: `insert into ticket (tenant_id, number, subject) values ('${tenant}', 'EVIL', 'x')`,
    ticket_comment: `insert into ticket_comment (tenant_id, ticket_id, author_id, author_name, content) values ('${tenant}', uuidv7(), access.context_id('actor_id'), 'x', 'x')`,
    ticket_sla_clock: `insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at) values ('${tenant}', uuidv7(), 'resolution', 1, now(), now())`,
    ticket_counter: `insert into ticket_counter (tenant_id) values ('${tenant}')`,
    outage: `insert into outage (tenant_id, service, started_at) values ('${tenant}', 'x', now())`,
    usage_day: `insert into usage_day (tenant_id, day, active_subscribers, data_gb) values ('${tenant}', current_date - 1, 1, 1)`,
  }
  return [
    inserts[table] ?? '',
    `update ${table} set tenant_id = tenant_id where tenant_id = '${tenant}'`,
    `delete from ${table} where tenant_id = '${tenant}'`,
  ]
}

let serial = 0

/** Runs one statement as a login under the context of a person in one tenant, and takes it back. */
async function inContext(
  login: 'liaison_delegate' | 'liaison_tenant',
  { who, tenant, text }: { who: string; tenant: TenantId; text: string },
) {
  const token = Buffer.from(`token-${(serial += 1)}`)
  await world.sql(
    `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at) values (sha256($1), $2, 'otp', now(), now(), now() + interval '1 hour')`,
    [token, who],
  )
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query(
      `select access.enter_person(jsonb_build_object('session_hash', encode(sha256($1), 'hex'), 'tenant_id', $2::text, 'writes', false))`,
      [token, tenant],
    )
    return await client.query(text)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('the numbers of a tenant are given only to those who may open tickets there', async () => {
  const { first, second, lee } = await seedPartner(['Acme', 'Beta'])
  const take = (tenant: TenantId) =>
    inContext('liaison_delegate', {
      who: lee.id,
      tenant: first,
      text: `select access.next_ticket_number('${tenant}') as number`,
    })
  expect((await take(first)).rows).toEqual([{ number: 'T-1' }])
  await expect(take(second)).rejects.toThrow('no ticket may be opened in this tenant')
})

test('nobody writes a comment in another name, nor a note without the permission to read notes', async () => {
  const { first, lee } = await seedPartner(['Acme'])
  await seedTicket(first, { number: 'N-1' })
  const write = (author: string, isInternal: boolean) =>
    inContext('liaison_delegate', {
      who: lee.id,
      tenant: first,
      text: `insert into ticket_comment (tenant_id, ticket_id, author_id, author_name, author_partner_id, content, is_internal) select tenant_id, id, ${author}, 'x', access.context_id('partner_id'), 'x', ${isInternal} from ticket where number = 'N-1'`,
    })
  expect((await write(`access.context_id('actor_id')`, false)).rowCount).toBe(1)
  await expect(write('uuidv7()', false)).rejects.toThrow('row-level security')
  await expect(write(`access.context_id('actor_id')`, true)).rejects.toThrow('row-level security')
})
