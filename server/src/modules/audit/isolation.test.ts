import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const HISTORY = [
  'audit_event',
  'audit_scope',
  'audit_leaf',
  'audit_node',
  'audit_checkpoint',
  'audit_watermark',
  'audit_publication',
  'audit_verification',
  'audit_key',
]
const FIRST_COLUMN = `(select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = 2)`

/** The tables of the log and their monthly parts, each with a column. */
function readHistory(): Promise<{ name: string; column: string }[]> {
  return world.sql(
    `select c.relname as name, ${FIRST_COLUMN} as column from pg_class c left join pg_inherits i on i.inhrelid = c.oid
     where c.relkind in ('r', 'p') and (c.relname = any ($1) or i.inhparent::regclass::text = any ($1)) order by 1`,
    [HISTORY],
  )
}

const REFUSED = /permission denied|refused|violates row-level security/

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing refused it',
    (error: unknown) => String(error),
  )
}

describe('nobody changes, removes or empties what was recorded:', () => {
  test.each(LOGINS)('%s', async (login) => {
    await world.seed('select 1', [])
    for (const { name, column } of await readHistory()) {
      for (const text of [
        `update ${name} set ${column} = ${column}`,
        `delete from ${name}`,
        `truncate ${name}`,
      ]) {
        expect(await failureOf(world.sqlAs(login, text))).toContain('permission denied')
      }
    }
  })

  test('the owner of the tables, and the superuser', async () => {
    await world.seed('select 1', [])
    for (const { name, column } of await readHistory()) {
      expect(await failureOf(world.sql(`truncate ${name} cascade`))).toContain('its rows are history')
      const isEmpty = (await world.sql(`select 1 from ${name} limit 1`)).length === 0
      if (isEmpty) continue
      for (const text of [`update ${name} set ${column} = ${column}`, `delete from ${name}`]) {
        expect(await failureOf(world.sql(text))).toContain('its rows are history')
      }
    }
  })
})

test('no login writes an event except through the recording function, nor seals except the sealer', async () => {
  for (const login of LOGINS) {
    expect(
      await failureOf(
        world.sqlAs(
          login,
          `insert into audit_event (plane, action, outcome, actor_type, source) values ('x', 'x', 'allowed', 'person', 'api')`,
        ),
      ),
    ).toMatch(REFUSED)
    expect(
      await failureOf(
        world.sqlAs(
          login,
          `insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('tenant', gen_random_uuid(), now(), gen_random_uuid())`,
        ),
      ),
    ).toMatch(REFUSED)
    if (login === 'liaison_sealer') continue
    expect(
      await failureOf(
        world.sqlAs(login, `insert into audit_leaf values (0, gen_random_uuid(), now(), sha256('x'))`),
      ),
    ).toMatch(REFUSED)
  }
})

test('the recording function needs an access context, and a forged one is an error', async () => {
  for (const login of [
    'liaison_tenant',
    'liaison_program',
    'liaison_delegate',
    'liaison_platform',
    'liaison_job',
    'liaison_ingest',
    'liaison_auth',
  ] as const) {
    expect(await failureOf(world.sqlAs(login, `select audit.record('{"action": "x"}')`))).toContain(
      'needs an access context',
    )
    const client = await world.database.pool(login).connect()
    try {
      await client.query('begin')
      await client.query(
        `select set_config('liaison.context', '{"plane": "platform", "actor_type": "person"}', true), set_config('liaison.mac', 'x', true)`,
      )
      expect(await failureOf(client.query(`select audit.record('{"action": "x"}')`))).toContain('forged')
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  expect(await failureOf(world.sqlAs('liaison_sealer', `select audit.record('{"action": "x"}')`))).toContain(
    'permission denied',
  )
  expect(
    await failureOf(world.sqlAs('liaison_tenant', `select audit.record_refusal('{"action": "x"}')`)),
  ).toContain('permission denied')
})

test('without an access context nobody but the sealer sees an event', async () => {
  const tenant = await world.tenant('Acme')
  await world.seed('select 1', [], tenant)
  for (const login of LOGINS) {
    if (login === 'liaison_sealer') continue
    for (const { name: relation } of await readHistory()) {
      const seen = await world.sqlAs(login, `select count(*)::integer as n from ${relation}`).then(
        (rows) => Number(rows[0]?.['n']),
        (error: unknown) => String(error),
      )
      expect(seen === 0 || String(seen).includes('permission denied'), `${login} ${relation} ${seen}`).toBe(
        true,
      )
    }
  }
  expect(await failureOf(world.sqlAs('liaison_sealer', 'select 1 from audit_read_window'))).toContain(
    'permission denied',
  )
})

test('the network address, the agent and the reason of an event are not readable by the other side', async () => {
  for (const login of ['liaison_tenant', 'liaison_program', 'liaison_delegate'] as const) {
    for (const column of ['ip', 'user_agent', 'reason', 'row_count', 'origin_salt']) {
      expect(
        await failureOf(world.sqlAs(login, `select ${column} from audit_event`)),
        `${login} ${column}`,
      ).toContain('permission denied')
    }
    expect(await world.sqlAs(login, 'select action, actor_name from audit_event')).toEqual([])
  }
})

/** Tables with a tenant whose rows come without the guard, and what stands in its place. */
const UNGUARDED: Readonly<Record<string, string>> = {
  access_explanation: 'the record of a refusal, written with its event',
  audit_event: 'the log itself',
  delegation_history: 'written with the delegation, which is guarded',
  customer_ref: 'drawn with the consent that opens the account, or when its payer is first told',
  billing_month: 'summed from invoices and payments, which are guarded',
  invoice_age: 'summed from invoices, which are guarded',
  invoice_state: 'summed from invoices, which are guarded',
  invoice_band: 'summed from invoices, which are guarded',
  invoice_due: 'summed from invoices, which are guarded',
  invoice_month: 'summed from invoices, which are guarded',
  ticket_counter: 'counts tickets, which are guarded',
  link_digest: 'remembers which weekly mails were sent',
  link_news: 'is written with the event of what it tells, or with the weekly mail',
  ticket_sla_arrival: 'remembers which tickets came in, which are guarded',
  ticket_sla_clock: 'follows tickets, which are guarded',
  ticket_sla_signal: 'follows tickets, which are guarded',
  ticket_sla_step: 'follows tickets, which are guarded',
  access_past: 'copies of what guarded records said before they were changed',
  alert: 'raised by the clock from records that are guarded; what a person does with one is recorded',
  export: 'its order, its end and its downloads are recorded for every tenant in it; the rest is progress',
  partner_use_day: 'counted from the audit log itself',
  subscriber_change: 'sums over subscribers, which are guarded',
  subscriber_standing: 'sums over subscribers, which are guarded',
  promise_month: 'counts the promised times of tickets, which are guarded',
  usage_month: 'sums over daily usage, which is guarded',
  agency_credential_use:
    'when a credential was last used, noted once a minute; each use is recorded by itself',
  form_token_origin: 'where a token was used, noted once a minute; each use is recorded by itself',
  form_visit: 'which sites showed a form, noted once a minute; a foreign site is recorded by itself',
  embed_day_count: 'counts of vouchers, which are guarded',
  embed_ticket_use: 'spent tickets, written with the voucher that they were spent on',
  leak_report: 'what strangers report; each report is recorded with what it led to',
  voucher_event: 'written by the trigger of vouchers, which are guarded',
}

describe('a change that its tenant cannot read of does not commit:', () => {
  const ticket = `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'Down') returning id`

  test('without any event', async () => {
    const acme = await world.tenant('Acme')
    expect(await failureOf(world.sql(ticket, [acme]))).toContain(
      'has no audit event that the tenant can read',
    )
  })

  test('with an event of another tenant', async () => {
    const [acme, beta] = [await world.tenant('Acme'), await world.tenant('Beta')]
    expect(await failureOf(world.seed(ticket, [acme], beta))).toContain(
      'has no audit event that the tenant can read',
    )
    expect(await world.seed(ticket, [acme], acme)).toHaveLength(1)
  })

  test('a change or a removal as much as a new row', async () => {
    const acme = await world.tenant('Acme')
    const [row] = await world.seed<{ id: string }>(ticket, [acme], acme)
    for (const text of [
      `update ticket set subject = 'Up' where id = $1`,
      'delete from ticket where id = $1',
    ]) {
      expect(await failureOf(world.sql(text, [row?.id]))).toContain('has no audit event')
    }
  })

  test('every table of tenants has that guard for every kind of change, or says why not', async () => {
    const rows = await world.sql<{ name: string }>(
      `select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
       cross join unnest(array['insert', 'update', 'delete']) operation
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'audited_' || operation and t.tgenabled = 'O') order by 1`,
    )
    expect(rows.map((row) => row.name).filter((name) => !Object.hasOwn(UNGUARDED, name))).toEqual([])
  })
})
