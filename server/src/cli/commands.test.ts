import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS, passwordOf } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { COLLEAGUE, CommandBench, OPERATOR } from '#testing/command.ts'
import { testRoleSecret } from '#testing/database.ts'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import { COMMANDS } from './registry.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** What the last command wrote to standard output. */
let out = ''

async function run(line: readonly string[], operator = OPERATOR): Promise<number> {
  const ran = await bench.run(line, operator)
  out = ran.out
  return ran.status
}

describe('the operator', () => {
  async function seedLinked() {
    const [partner, tenant, person] = [
      await world.partner('Northwind'),
      await world.tenant('Acme'),
      await world.person(),
    ]
    const link = await world.link(partner, tenant, { role: 'msp_support' })
    await world.assign(link, await world.partnerMember(partner, person.id))
    await world.signIn(person.id)
    const [named] = await world.sql<{ partner: string; tenant: string }>(
      'select p.slug as partner, t.slug as tenant from partner p, tenant t where p.id = $1 and t.id = $2',
      [partner, tenant],
    )
    return { partner, tenant, person, link, slugs: named ?? { partner: '', tenant: '' } }
  }

  test('an explanation says yes or no by its status, and is itself recorded for the tenant', async () => {
    const { person, slugs, tenant } = await seedLinked()
    expect(await run(['explain', person.email, slugs.tenant, 'partner.support.tickets.list'])).toBe(0)
    expect(
      await run(['explain', person.email, slugs.tenant, 'partner.billing.invoices.read', '--json']),
    ).toBe(1)
    expect(out).toContain('"code": "PERMISSION_DENIED"')
    expect(
      await world.sql(
        `select 1 from audit_scope s join audit_event e on e.id = s.event_id where s.scope_id = $1 and e.action = 'platform.explain.use'`,
        [tenant],
      ),
    ).toHaveLength(2)
    await expect(
      run(['explain', 'nobody@example.test', slugs.tenant, 'partner.support.tickets.list']),
    ).rejects.toThrow('There is no person')
  })

  test('a freeze at each scope refuses at once and ends when it is lifted', async () => {
    const { person, slugs, link } = await seedLinked()
    const may = () => run(['explain', person.email, slugs.tenant, 'partner.support.tickets.list'])
    const targets = [
      ['partner', slugs.partner],
      ['tenant', slugs.tenant],
      ['delegation', encodeId('link', link)],
      ['person', person.email],
    ] as const
    for (const target of targets) {
      expect(await run(['freeze', ...target, '--reason', 'Stolen laptop'])).toBe(0)
      expect(await may()).toBe(1)
      expect(await run(['freeze', ...target, '--reason', 'Again'])).toBe(0)
      expect(await run(['unfreeze', ...target, '--reason', 'Wiped'])).toBe(0)
      expect(await may()).toBe(0)
    }
    await expect(run(['unfreeze', 'partner', slugs.partner, '--reason', 'Again'])).rejects.toThrow(
      'has set no freeze',
    )
  })

  test('a freeze of an organisation or of one link is told to those who subscribed, as one that is set on the screen', async () => {
    const { partner, tenant, link, slugs } = await seedLinked()
    const told = () =>
      world.sql(`select payload from outbox where topic = 'access.frozen' and payload ->> 'tenant_id' = $1`, [
        tenant,
      ])
    const news = { payload: { link_id: link, tenant_id: tenant, partner_id: partner } }
    await bench.run(['freeze', 'tenant', slugs.tenant, '--reason', 'Intrusion'])
    expect(await told()).toEqual([news])
    await bench.run(['freeze', 'tenant', slugs.tenant, '--reason', 'Again'])
    expect(await told()).toEqual([news])
    // Nobody looks for words before something is stopped.
    await bench.run(['freeze', 'delegation', encodeId('link', link)])
    expect(await told()).toEqual([news, news])
  })

  test('lifting one of two freezes says that the other one still holds, and what it is', async () => {
    const { slugs } = await seedLinked()
    const target = ['partner', slugs.partner]
    await bench.run(['freeze', ...target, '--reason', 'Stolen laptop'])
    // As an administrator of the provider adds one on the screen.
    await world.seed(
      `insert into access_freeze (scope, partner_id, set_by, set_by_name, set_by_side, reason)
       select 'partner', id, uuidv7(), 'Priya Nair', 'provider', 'Unpaid' from partner where slug = $1`,
      [slugs.partner],
    )
    const first = await bench.run(['unfreeze', ...target, '--reason', 'Wiped'])
    expect([first.status, first.out]).toEqual([1, expect.stringContaining('still frozen')])
    expect(first.out).toContain('Priya Nair')
    const second = await bench.run(['unfreeze', ...target, '--reason', 'Paid'])
    expect([second.status, second.out]).toEqual([0, expect.stringContaining('no longer frozen')])
  })

  test('a freeze of the platform is lifted by two different accounts', async () => {
    const { person, slugs } = await seedLinked()
    const may = () => run(['explain', person.email, slugs.tenant, 'partner.support.tickets.list'])
    expect(await run(['freeze', 'platform', '--reason', 'Intrusion'])).toBe(0)
    expect(await may()).toBe(1)
    expect(await run(['unfreeze', 'platform', '--reason', 'Over'])).toBe(1)
    expect(await run(['unfreeze', 'platform', '--reason', 'Over'])).toBe(1)
    expect(await may()).toBe(1)
    expect(await run(['unfreeze', 'platform', '--reason', 'Confirmed'], COLLEAGUE)).toBe(0)
    expect(await may()).toBe(0)
  })

  test('an admin who asked to lift the freeze of the platform and has left is none of the two, at the very moment too (B11)', async () => {
    const priya = await world.person('Priya Nair')
    await world.platformAdmin(priya.id)
    const lifts = (operator = OPERATOR) => bench.run(['unfreeze', 'platform', '--reason', 'Over'], operator)
    const asked = `update access_freeze set lift_asked_by = $1, lift_asked_at = now() where scope = 'platform' and lifted_at is null`
    const staff = `update platform_staff set status = $2 where person_id = $1 returning 1`
    expect(await run(['freeze', 'platform', '--reason', 'Intrusion'])).toBe(0)
    await world.seed(asked, [priya.id])
    const leaving = { text: staff, values: [priya.id, 'inactive'] }
    await expect(meetAt(world, leaving, [() => lifts()])).rejects.toThrow('decides no more')
    const anew = await lifts()
    expect([anew.status, anew.out]).toEqual([1, expect.stringContaining('you have asked now')])
    const [event] = await world.sql(
      `select reason from audit_event where action = 'platform.freezes.lift.request' order by occurred_at desc, id desc limit 1`,
    )
    expect(event?.['reason']).toContain('counts no more')
    expect((await lifts()).status).toBe(1)
    expect((await lifts(COLLEAGUE)).status).toBe(0)
    // Who is an admin still is one of the two.
    await world.seed(staff, [priya.id, 'active'])
    expect(await run(['freeze', 'platform', '--reason', 'Intrusion'])).toBe(0)
    await world.seed(asked, [priya.id])
    expect((await lifts()).status).toBe(0)
  })

  test('a key is printed alone on standard output, so that scripts can keep it', async () => {
    const made = await bench.run(['keys', 'create-ingest', 'Billing', '--source', 'billing'])
    expect(made.out).toMatch(/^lsn_ing_[\w-]{49}\n$/)
    expect(made.err).not.toContain(made.out.trim())
  })

  test('a key makes tokens of dashboards where that is said of it, and no other does (D12)', async () => {
    for (const [name, ...flags] of [['Figures', '--dashboards'], ['Records']] as const)
      await bench.run(['keys', 'create-ingest', name, '--source', name.toLowerCase(), ...flags])
    const kept = await world.sql(
      `select name, makes_dashboard_tokens as may from ingest_key where name in ('Figures', 'Records') order by name`,
    )
    expect(kept).toEqual([
      { name: 'Figures', may: true },
      { name: 'Records', may: false },
    ])
  })

  test('the logins are written for a pooler into a new file that its owner alone may read, and never over another one', async () => {
    const path = join(bench.folder, 'users.txt')
    expect(await run(['pooler-users', path])).toBe(0)
    expect(out).not.toContain(passwordOf('liaison_auth', testRoleSecret()))
    const written = await readFile(path, 'utf8')
    expect(written.split('\n')).toHaveLength(LOGINS.length + 1)
    expect(written).toContain(`"liaison_auth" "${passwordOf('liaison_auth', testRoleSecret())}"\n`)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await expect(run(['pooler-users', path])).rejects.toThrow('EEXIST')
    await expect(run(['pooler-users'])).rejects.toThrow('One file is named')
  })

  test('the doctor finds a sound installation sound, and a migration that was not run', async () => {
    expect(await run(['doctor', '--json'])).toBe(0)
    expect(JSON.parse(out).findings.map((finding: { check: string }) => finding.check)).toEqual([
      'configuration',
      'database',
      'migrations',
      'installation',
      'logins',
      'audit sealing',
      'checkpoints',
      'audit months',
      'disk',
    ])
    const [taken] = await world.sql(
      `delete from liaison_migration where name = (select max(name) from liaison_migration) returning name, timestamp`,
    )
    expect(await run(['doctor'])).toBe(1)
    expect(out).toMatch(/FAULT +migrations +1 wait/)
    await world.sql('insert into liaison_migration (name, timestamp) values ($1, $2)', [
      taken?.['name'],
      taken?.['timestamp'],
    ])
  })

  test('the doctor finds checkpoints that no server could write to its file', async () => {
    const size = 1_000_000
    await world.sql(
      `insert into audit_checkpoint (size, root, peaks, last_xid, last_id, note, sealed_at)
       values ($1, sha256('a'), '', '1', gen_random_uuid(), $2, now() - interval '1 hour')`,
      [size, `liaison.localhost/audit\n${size}\n`],
    )
    expect(await run(['doctor'])).toBe(1)
    expect(out).toMatch(
      /FAULT +checkpoints +1 checkpoints are in no file, the oldest for 360\d s: .*LIAISON_DATA_DIR/,
    )
    await world.sql(`insert into audit_publication (size, place) values ($1, 'file')`, [size])
    expect(await run(['doctor'])).toBe(0)
    // No key signed it: other commands would refuse a log that ends so.
    await world.sql(
      `do $$ begin set local session_replication_role = replica;
         delete from audit_publication where size = ${size}; delete from audit_checkpoint where size = ${size}; end $$`,
    )
  })

  test('migrating a current database changes nothing', async () => {
    expect(await run(['migrate', '--json'])).toBe(0)
    expect(JSON.parse(out)).toEqual({ applied: [] })
  })

  test('the demo world is refused outside an embedded database', async () => {
    await expect(run(['demo'])).rejects.toThrow('embedded database only')
    await expect(run(['demo', 'code', 'nobody@example.test'])).rejects.toThrow('has nobody')
    await expect(run(['demo', 'cod'])).rejects.toThrow('Say code')
  })

  test('the checks of the audit log are reached', async () => {
    expect(await run(['audit', 'key'])).toBe(0)
    expect(out.trim()).not.toBe('')
    await expect(run(['audit', 'burn'])).rejects.toThrow('There is no command')
  })

  test('taking the log out, or one event of it, is an event of whoever did it, before anything leaves (R4)', async () => {
    await expect(run(['audit', 'export', '--reason', '  '])).rejects.toThrow('Say why')
    expect(await run(['audit', 'export', '--reason', 'A court asks'])).toBe(0)
    const [taken] = await world.sql<{ id: string }>(
      `select id, actor_name, reason, route, source from audit_event where action = 'platform.audit.export'`,
    )
    expect(taken).toMatchObject({
      actor_name: OPERATOR.name,
      reason: 'A court asks',
      route: 'audit export',
      source: 'cli',
    })
    expect(out).toContain('platform.audit.export')
    const event = publicIdOf('audit_event', taken?.id ?? '')
    await expect(run(['audit', 'prove', event])).rejects.toThrow('no sealed event')
    expect(
      await world.sql(`select resource_id from audit_event where action = 'platform.audit.prove'`),
    ).toEqual([{ resource_id: taken?.id }])
  })
})

describe('the command line', () => {
  test.each([
    [['freeze'], 'Say what'],
    [['freeze', 'partner', '--reason', 'x'], 'Name one partner'],
    [['unfreeze', 'partner', 'x'], '--reason'],
    [['freeze', 'platform', 'x', '--reason', 'x'], 'has no name'],
    [['explain', 'a', 'b'], 'Name a person'],
    [['explain', 'a', 'b', 'partner.everything'], 'There is no permission'],
    [['keys', 'create-ingest', 'X'], '--source'],
    [['keys', 'create-ingest', 'X', '--source', 'x', '--days', '0'], '--days'],
    [['import'], '--mapping'],
    [['import', 'telco'], '--subscribers'],
    [['import', 'telco', '--subscribers', 'x', '--as-of', 'May'], '--as-of'],
    [['doctor', '--colour'], 'colour'],
    [['audit', 'key', '--json'], 'json'],
    [['audit', 'checkpoints', 'x'], 'x'],
    [['audit', 'export'], '--reason'],
    [['audit', 'prove'], 'Name one event'],
    [['audit', 'retain', '--reason', 'x'], '--export'],
  ])('%j is called wrongly, in words', async (line, story) => {
    await expect(run(line)).rejects.toThrow(story)
  })

  const spawn = (args: readonly string[], environment = {}) => bench.spawn(args, environment)

  test('help, misuse and faults end with the documented status', async () => {
    const missing = join(bench.folder, 'missing.json')
    const [help, own, unknown, misused, faulty, lost] = await Promise.all([
      spawn(['--help']),
      spawn(['import', '--help']),
      spawn(['nonsense']),
      spawn(['freeze', '--json']),
      spawn(['doctor', '--json'], { PORT: 'many' }),
      spawn(['import', '--mapping', missing, missing]),
    ])
    expect({ status: help.status, named: COMMANDS.every(({ name }) => help.out.includes(name)) }).toEqual({
      status: 0,
      named: true,
    })
    expect(own).toMatchObject({ status: 0, out: expect.stringContaining('--skip-bad-rows') })
    expect(unknown).toMatchObject({
      status: 2,
      err: expect.stringContaining('There is no command "nonsense"'),
    })
    expect(misused.status).toBe(2)
    expect(JSON.parse(misused.out).error).toContain('Say what')
    expect(faulty.status).toBe(1)
    expect(JSON.parse(faulty.out).error).toContain('PORT')
    expect(lost).toEqual({ status: 1, out: '', err: `There is no ${missing}.\n` })
  })

  test('whoever reads no further, such as head, ends a command without a fault of the machine’s own', async () => {
    expect(await bench.spawnUnread(['--help'])).toEqual({ status: 0, err: '' })
  })
})
