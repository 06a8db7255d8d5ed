import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { evaluateAlerts } from '#modules/alerts/index.ts'
import { makeAuditKey, startSealer, verifyDatabase } from '#modules/audit/index.ts'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { withAdminClient } from '#platform/admin.ts'
import { LOGINS } from '#platform/database.ts'
import { startJobs } from '#platform/jobs.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { CommandBench } from '#testing/command.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { SOON } from '#testing/patience.ts'
import { sealAll } from '#testing/sealing.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { forgetPersonalData, privacyRoutes } from './index.ts'

const KEY = makeAuditKey(makeVault(TEST_SECRET_KEY), 'log.example/audit')
const RECORD = '/api/v1/me/record'

let world: TestWorld
let bench: CommandBench
let folder: string
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeIdentityRoutes(services),
    ...makeSupportRoutes(services),
    ...privacyRoutes,
  ])
  bench = await CommandBench.start(world)
  folder = await mkdtemp(join(tmpdir(), 'liaison-privacy-'))
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Seals everything there is and verifies the log against its signed checkpoints. */
async function verify(): Promise<{ ok: boolean; events: number }> {
  const sealer = await startSealer({
    database: world.database,
    key: KEY,
    checkpointFile: join(folder, 'audit-checkpoints.txt'),
    intervalMs: 3_600_000,
  })
  await sealAll(sealer)
  await sealer.stop()
  return withAdminClient(world.connection, (client) => verifyDatabase(client, null, KEY.verifierKey))
}

/** A member of staff who signed in, renamed the profile and worked in an organisation. */
async function worker(): Promise<SeededPerson & { readonly email: string }> {
  const account = await seedAccount(world)
  const name = `Mira Holt ${account.id.slice(-12)}`
  await world.seed('update person set name = $2 where id = $1', [account.id, name])
  const [partner, tenantId] = [await world.partner('Northwind'), await world.tenant('Acme')]
  await world.partnerMember(partner, (await world.person()).id, 'PARTNER_OWNER')
  const member = await world.partnerMember(partner, account.id, 'PARTNER_STAFF')
  await world.assign(await world.link(partner, tenantId), member)
  const caller = { ...(await world.signIn(account.id)), tenantId }
  const written = await world.call(caller, 'POST', '/api/v1/partner/support/tickets', {
    body: { subject: 'No signal', description: 'Since 08:00.' },
    headers: { 'user-agent': `Browser of ${account.id}`, 'idempotency-key': account.id },
  })
  expect(written.statusCode).toBe(201)
  const [row] = await world.sql<{ email: string }>('select email from person where id = $1', [account.id])
  return { ...account, name, email: row?.email ?? '' }
}

test('a person downloads what is kept of the own person, with acts, sign-ins and places, and of nobody else (GDPR Art. 15)', async () => {
  const [mine, other] = [await worker(), await worker()]
  const answer = await world.call(await world.signIn(mine.id), 'GET', RECORD)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-disposition']).toContain('attachment')
  const kept = answer.json()
  expect(kept.person).toMatchObject({ id: mine.id, email: mine.email, name: mine.name })
  // As every answer tells an instant: in UTC, to the millisecond.
  expect(kept.person.since).toBe(new Date(kept.person.since).toISOString())
  expect(kept.works_for).toMatchObject([{ kind: 'partner', name: 'Northwind', role: 'PARTNER_STAFF' }])
  expect(kept.acts).toContainEqual(
    expect.objectContaining({
      action: 'support.tickets.create',
      organisation: 'Acme',
      browser: `Browser of ${mine.id}`,
    }),
  )
  expect(kept.sessions.length).toBe(2)
  expect(answer.body).not.toContain(other.email)
  expect(answer.body).not.toContain('No signal')
  const stranger = await world.call({ cookie: '__Host-liaison=nobody' }, 'GET', RECORD)
  expect(stranger.statusCode).toBe(401)
  // Once by whom it is of, and not by whom it was refused.
  const events = await world.sql(
    `select actor_id, resource_id, outcome from audit_event where action = 'identity.record.export'`,
  )
  expect(events).toEqual([{ actor_id: mine.id, resource_id: mine.id, outcome: 'allowed' }])
})

test('no login reads the record of a person by its id, or blanks one; only the own record of whoever signed in', async () => {
  const person = await worker()
  for (const login of LOGINS)
    for (const text of [
      `select access.record_of_person('${person.id}')`,
      `select access.blank_person('${person.id}')`,
    ])
      await expect(world.sqlAs(login, text), `${login}: ${text}`).rejects.toThrow('permission denied')
  expect(await world.sqlAs('liaison_auth', 'select access.own_record() as record')).toEqual([
    { record: null },
  ])
  await expect(world.sqlAs('liaison_tenant', 'select access.own_record()')).rejects.toThrow(
    'permission denied',
  )
  await expect(world.sqlAs('liaison_tenant', 'select access.forget_contacts(1, 1)')).rejects.toThrow(
    'permission denied',
  )
})

describe('erasing a person', () => {
  test('leaves no name, address or browser of theirs anywhere in the database, and the log still holds (GDPR Art. 17, I11)', async () => {
    const person = await worker()
    expect((await verify()).ok).toBe(true)
    const done = await bench.run(['person', 'erase', person.email, '--reason', 'Asked for in letter 17.'])
    expect(done.status).toBe(0)
    expect(done.out).toMatch(/^The person is erased: \d+ events/)
    const report = await verify()
    expect(report.ok).toBe(true)
    expect(report.events).toBeGreaterThan(3)
    const tables = await world.sql<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
    )
    const left: string[] = []
    for (const { name } of tables) {
      const [found] = await world.sql<{ found: boolean }>(
        `select exists (select from ${name} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0 or strpos(t::text, $3) > 0) as found`,
        [person.name, person.email, `Browser of ${person.id}`],
      )
      if (found?.found) left.push(name)
    }
    expect(left).toEqual([])
    const events = await world.sql<{ actor_name: string | null; reason: string | null }>(
      `select actor_name, reason from audit_event where action = 'platform.persons.erase' and resource_id = $1`,
      [person.id],
    )
    expect(events).toEqual([{ actor_name: 'root@test', reason: 'Asked for in letter 17.' }])
  })

  test('leaves no name in alerts about what they did, nor in the events that tell of these (GDPR Art. 17, B9)', async () => {
    const person = await worker()
    await world.seed(
      `insert into audit_event (plane, action, outcome, code, actor_type, actor_id, actor_name, partner_id, repeats, source)
       select 'delegation', 'access.refused', 'denied', 'PERMISSION_DENIED', 'person', $1, $2, partner_id, 12, 'api' from partner_member where person_id = $1`,
      [person.id, person.name],
    )
    await evaluateAlerts(world.database, ['access'])
    const done = await bench.run(['person', 'erase', person.email, '--reason', 'Asked for in letter 18.'])
    expect(done.status).toBe(0)
    const titles = await world.sql(
      `select title from alert where title like '%refused 12 times%' order by title`,
    )
    expect(titles).toEqual([
      { title: 'Erased person was refused 12 times in 5 minutes' },
      { title: 'Erased person was refused 12 times in 5 minutes (Northwind)' },
    ])
    const naming = 'select action from audit_event e where strpos(e::text, $1) > 0'
    expect(await world.sql(naming, [person.name])).toEqual([])
    expect((await verify()).ok).toBe(true)
  })

  test('takes mails to them out of the queue, those that wait to be sent again and those that were given up', async () => {
    const person = await worker()
    const tried: string[] = []
    const jobs = await startJobs({
      database: world.database,
      topics: {
        mail(_payload, messageId) {
          tried.push(messageId)
          return Promise.reject(new Error('The mail server is away.'))
        },
      },
      schedules: [],
      onError: () => undefined,
    })
    try {
      // A billing system writes an address in letters of its own.
      const capital = person.email.replace(/^./, (letter) => letter.toUpperCase())
      for (const [to, text] of [
        [person.email, 'given up'],
        [capital, 'waits'],
      ])
        await world.seed(`insert into outbox (topic, payload) values ('mail', $1)`, [
          { to, subject: `For ${person.name}`, text },
        ])
      await world.seed(
        `insert into mail_message (recipient, subject, body_text) values ($1, 'Overdue', 'Please pay.')`,
        [capital],
      )
      await jobs.dispatch()
      await vi.waitFor(() => expect(new Set(tried).size).toBe(2), SOON)
    } finally {
      await jobs.stop()
    }
    await world.sql(
      `insert into job.job (name, data) select 'dead', data from job.job where name = 'mail' and data -> 'payload' ->> 'text' = 'given up'`,
    )
    await bench.run(['person', 'erase', person.email, '--reason', 'Asked for.'])
    expect(
      await world.sql('select name, state from job.job j where strpos(lower(j::text), $1) > 0', [
        person.email,
      ]),
    ).toEqual([])
    expect(
      await world.sql('select recipient from mail_message where lower(recipient) = $1', [person.email]),
    ).toEqual([])
  })

  test('ends the sign-ins at once and lets nobody sign in as them again', async () => {
    const person = await worker()
    const caller = await world.signIn(person.id)
    expect((await world.call(caller, 'GET', RECORD)).statusCode).toBe(200)
    await bench.run(['person', 'erase', person.id, '--reason', 'Asked for.'])
    expect((await world.call(caller, 'GET', RECORD)).statusCode).toBe(401)
    const browser = new FormBrowser(world)
    const page = await browser.get('/signin')
    expect(page.status).toBe(200)
    const answer = await browser.post('/signin', { email: person.email, password: PASSWORD })
    expect(answer.status).toBe(422)
    expect(answer.cookies).toEqual([])
  })
})

test('an operator prints the record of a person, which is an event of the log', async () => {
  const person = await worker()
  const printed = await bench.run(['person', 'export', person.email, '--reason', 'Asked for in letter 18.'])
  expect(JSON.parse(printed.out).person.email).toBe(person.email)
  const events = await world.sql(
    `select 1 from audit_event where action = 'platform.persons.export' and resource_id = $1`,
    [person.id],
  )
  expect(events).toHaveLength(1)
})

test('addresses and browsers are blanked after their time, ended sign-ins and mails removed, younger ones stay, and the log holds (retention)', async () => {
  const person = await worker()
  const counted = (text: string) => world.sql<{ n: number }>(`select count(*)::integer as n from ${text}`)
  // A test cannot wait for ninety days: the newest partition gets an event of long ago beside those of today.
  await world.sql(
    `insert into audit_event (plane, action, outcome, actor_type, source, ip, user_agent, occurred_at)
     values ('tenant', 'x.old', 'allowed', 'person', 'api', '192.0.2.7', 'An old browser', now() - interval '5 days')`,
  )
  await world.sql(
    `insert into session (token_hash, person_id, created_at, ends_at, ip) values (sha256('old'), $1, now() - interval '40 days', now() - interval '39 days', '192.0.2.7')`,
    [person.id],
  )
  const today = await counted(
    `audit_event where user_agent is not null and occurred_at > now() - interval '1 hour'`,
  )
  expect((await verify()).ok).toBe(true)
  const days = 3
  const first = await forgetPersonalData(world.database, days)
  expect(first).toEqual({ origins: 1, sessions: 1, mails: 0 })
  expect(await forgetPersonalData(world.database, days)).toEqual({ origins: 0, sessions: 0, mails: 0 })
  expect(
    await world.sql(
      `select ip, user_agent, origin_digest is null as open from audit_event where action = 'x.old'`,
    ),
  ).toEqual([{ ip: null, user_agent: null, open: false }])
  expect(
    await counted(`audit_event where user_agent is not null and occurred_at > now() - interval '1 hour'`),
  ).toEqual(today)
  expect((await verify()).ok).toBe(true)
})

test('what a night forgets is told by events of the same transactions, and a night with nothing to forget writes none (retention)', async () => {
  const person = await worker()
  const told = () =>
    world.sql<{ action: string; row_count: string; actor_name: string }>(
      `select action, row_count, actor_name from audit_event where action like 'personal\\_data.%' order by xid, id`,
    )
  const before = await told()
  await world.sql(
    `insert into audit_event (plane, action, outcome, actor_type, source, ip, occurred_at)
     select 'tenant', 'x.older', 'allowed', 'person', 'api', '192.0.2.7', now() - interval '5 days' from generate_series(1, 3)`,
  )
  await world.sql(
    `insert into session (token_hash, person_id, created_at, ends_at, ip) values (sha256('older'), $1, now() - interval '40 days', now() - interval '39 days', '192.0.2.7')`,
    [person.id],
  )
  await forgetPersonalData(world.database, 3)
  const after = (await told()).slice(before.length)
  expect(after).toEqual([
    { action: 'personal_data.blank', row_count: '3', actor_name: 'personal-data' },
    { action: 'personal_data.remove', row_count: '1', actor_name: 'personal-data' },
  ])
  await forgetPersonalData(world.database, 3)
  expect(await told()).toHaveLength(before.length + 2)
  // The login of the jobs cannot leave the event out, nor write one of its own.
  await world.sql(
    `insert into audit_event (plane, action, outcome, actor_type, source, ip, occurred_at) values ('tenant', 'x.older', 'allowed', 'person', 'api', '192.0.2.7', now() - interval '8 days')`,
  )
  await world.sqlAs(
    'liaison_job',
    `select access.blank_origins(now() - interval '9 days', now() - interval '7 days')`,
  )
  expect(await told()).toHaveLength(before.length + 3)
  await expect(
    world.sqlAs('liaison_job', `select access.record_forgetting('personal_data.blank', 1, '{}')`),
  ).rejects.toThrow('permission denied')
})

test('an event is blanked with the digest of what stood there or not at all, whoever tries (I11, I12)', async () => {
  await worker()
  for (const change of [
    `actor_name = null`,
    `actor_name = 'Somebody else'`,
    `actor_name = null, resource_label = null, reason = null, changes = null, personal_digest = sha256('x'), personal_salt = gen_random_uuid()`,
    `ip = null, user_agent = null, origin_digest = origin_digest, origin_salt = gen_random_uuid()`,
    `action = 'x', ip = null, user_agent = null, origin_digest = audit.origin_digest_of(e), origin_salt = gen_random_uuid()`,
    `personal_digest = audit.personal_digest_of(e), actor_name = null, resource_label = null, reason = null, changes = null`,
  ])
    await expect(
      world.sql(`update audit_event e set ${change} where actor_name is not null`),
      change,
    ).rejects.toThrow('is refused')
})
