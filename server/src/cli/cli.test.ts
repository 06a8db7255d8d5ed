import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#platform/config.ts'
import { ingestAsOperator } from '#platform/operator.ts'
import { BadRowsError, importRows } from '#modules/ingest/index.ts'
import type { IncomingRow } from '#modules/ingest/index.ts'
import { testRoleSecret } from '#testing/database.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Surroundings } from './command.ts'
import { COMMANDS } from './registry.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const OPERATOR = { id: '01980000-0000-8000-a000-000000000001', name: 'root@test' }
const COLLEAGUE = { id: '01980000-0000-8000-a000-000000000002', name: 'night@test' }

let world: TestWorld
let folder: string
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  folder = await mkdtemp(join(tmpdir(), 'liaison-cli-'))
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
})

/** Runs a command in this process on the test database. */
async function run(line: readonly string[], operator = OPERATOR): Promise<number> {
  const [name, ...args] = line
  const command = await COMMANDS.find((candidate) => candidate.name === name)?.load()
  if (!command) throw new Error(`no command ${name}`)
  const surroundings: Surroundings = {
    config: readConfig({ LIAISON_DATA_DIR: folder }),
    operator,
    now: () => new Date('2026-11-21T12:00:00Z'),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTerminal: false,
    open: async () => ({
      admin: world.connection,
      roleSecret: testRoleSecret(),
      secretKey: TEST_SECRET_KEY,
      isEmbedded: false,
      ended: new Promise(() => undefined),
      stop: () => Promise.resolve(),
    }),
  }
  return command.run(args, surroundings)
}

async function file(name: string, text: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

let serial = 0

/** A mapping of subscribers of a source of its own, with a tenant to put them into. */
async function seedMapping(more: object = {}) {
  const source = `file-${(serial += 1)}`
  await world.seed(`insert into tenant (name, slug, source, external_id) values ('Acme', $1, $1, 't1')`, [
    source,
  ])
  const mapping = {
    kind: 'subscribers',
    source,
    fields: {
      tenant: { constant: 't1' },
      external_id: 'Id',
      name: 'Name',
      status: { column: 'Churn', transforms: [{ lookup: { Yes: 'closed', No: 'active' } }] },
      activated_on: { column: 'Since', transforms: [{ date: 'DD-MM-YYYY' }] },
    },
    ...more,
  }
  const rows = () =>
    world.sql(
      'select external_id, name, status, activated_on::text as since from subscriber where source = $1 order by external_id',
      [source],
    )
  return { source, rows, mapping: await file(`${source}.json`, JSON.stringify(mapping)) }
}

const GOOD =
  '\uFEFFId,Name,Churn,Since\r\n1,Ada,No,22-04-2015\r\n2,"Grace ""G"" Hopper, Rear\nAdmiral",Yes,\r\n\r\n3,Älva,No,01-01-2020\r\n'

describe('import of a file', () => {
  test('a file with a byte order mark, CRLF, quotes and empty lines is taken, and taking it again changes nothing', async () => {
    const { mapping, rows } = await seedMapping()
    const path = await file('good.csv', GOOD)
    expect(await run(['import', '--mapping', mapping, path, '--json'])).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      imported: true,
      rows: 3,
      kinds: { subscribers: { received: 3, created: 3 } },
    })
    expect(await rows()).toEqual([
      { external_id: '1', name: 'Ada', status: 'active', since: '2015-04-22' },
      { external_id: '2', name: 'Grace "G" Hopper, Rear\nAdmiral', status: 'closed', since: null },
      { external_id: '3', name: 'Älva', status: 'active', since: '2020-01-01' },
    ])
    out = ''
    expect(await run(['import', '--mapping', mapping, path, '--json'])).toBe(0)
    expect(JSON.parse(out).kinds.subscribers).toEqual({ received: 3, created: 0, updated: 0, unchanged: 3 })
  })

  const BAD =
    'Id,Name,Churn,Since\n1,Ada,No,22-04-2015\n2,Grace,Perhaps,\n3,,No,\n4,Too,few\n5,Joan,No,31-04-2015\n"6\n",Alan,No,\n1,Again,No,\n7,Good,Yes,\n'
  const PLACES = [
    [3, '/status', 'NOT_READABLE'],
    [4, '/name', 'INVALID_TYPE'],
    [5, '', 'MISSHAPEN_ROW'],
    [6, '/activated_on', 'NOT_READABLE'],
    [9, '/external_id', 'DUPLICATE_ITEM'],
  ]

  test('every bad row is told by line, place and reason, and nothing is half imported', async () => {
    const { mapping, rows } = await seedMapping()
    expect(await run(['import', '--mapping', mapping, await file('bad.csv', BAD), '--json'])).toBe(1)
    const { imported, bad_rows: badRows, bad_row_count: count } = JSON.parse(out)
    const found = badRows.map((bad: { line: number; pointer: string; code: string }) => [
      bad.line,
      bad.pointer,
      bad.code,
    ])
    expect(found.toSorted((left: [number], right: [number]) => left[0] - right[0])).toEqual(PLACES)
    expect({ imported, count }).toEqual({ imported: false, count: 5 })
    expect(await rows()).toEqual([])
  })

  test('with --skip-bad-rows the good rows are taken, and the others stand in the report', async () => {
    const { mapping, rows } = await seedMapping()
    const report = join(folder, 'report.csv')
    expect(
      await run([
        'import',
        '--mapping',
        mapping,
        await file('bad.csv', BAD),
        '--skip-bad-rows',
        '--report',
        report,
      ]),
    ).toBe(1)
    expect(await rows()).toHaveLength(3)
    const lines = (await readFile(report, 'utf8')).trim().split('\n')
    expect(lines[0]).toBe('file,line,kind,pointer,code,detail')
    expect(lines).toHaveLength(6)
  })

  test('a dry run finds the same faults and changes nothing, audit log included', async () => {
    const { mapping, rows, source } = await seedMapping()
    const path = await file('good.csv', GOOD)
    expect(await run(['import', '--mapping', mapping, path, '--dry-run', '--json'])).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ imported: false, kinds: { subscribers: { created: 3 } } })
    expect(await rows()).toEqual([])
    expect(await world.sql(`select 1 from audit_event where changes ->> 'source' = $1`, [source])).toEqual([])
  })

  test.each([
    [
      'a column that is missing and one that is unknown',
      'Id,Name,Churn,Colour\n',
      /"Since" is missing.*"Colour" is unknown/,
    ],
    ['a column that comes twice', 'Id,Name,Churn,Since,Since\n', /"Since" comes twice/],
    ['an empty file', '', /is empty/],
    ['a quote that is never closed', 'Id,Name,Churn,Since\n1,"Ada,No,\n', /line \d/],
    ['bytes of another encoding', Buffer.from('Id,Name,Churn,Since\n1,\xC4lva,No,\n', 'latin1'), /not utf-8/],
  ])('%s refuses the file in one sentence', async (_what, text, story) => {
    const { mapping, rows } = await seedMapping()
    await expect(run(['import', '--mapping', mapping, await file('odd.csv', text)])).rejects.toThrow(story)
    expect(await rows()).toEqual([])
  })

  test('other encodings and delimiters are read as the mapping says', async () => {
    const { mapping, rows } = await seedMapping({ encoding: 'windows-1252', delimiter: '\t', quote: null })
    const text = Buffer.from('Id\tName\tChurn\tSince\n1\t"\xC4lva\tNo\t\n', 'latin1')
    expect(await run(['import', '--mapping', mapping, await file('other.tsv', text)])).toBe(0)
    expect(await rows()).toMatchObject([{ name: '"Älva' }])
  })

  test('a mapping with faults is refused with all of them', async () => {
    const path = await file(
      'mapping.json',
      JSON.stringify({ kind: 'persons', source: 'X', fields: { a: { column: 'A', transforms: ['eval'] } } }),
    )
    await expect(run(['import', '--mapping', path, path])).rejects.toThrow(/kind[\s\S]*source[\s\S]*fields/)
  })

  test('an import that breaks in the middle leaves nothing', async () => {
    const { source, rows } = await seedMapping()
    async function* breaking(): AsyncGenerator<IncomingRow> {
      for (let line = 1; line <= 2500; line += 1) {
        yield {
          file: 'f',
          line,
          items: [
            {
              kind: 'subscribers',
              raw: { tenant: 't1', external_id: String(line), name: 'A', status: 'active' },
            },
          ],
          faults: [],
        }
      }
      throw new Error('the disk went away')
    }
    const options = { skipsBadRows: true, onBadRow: () => undefined, onProgress: () => undefined }
    const request = { operator: OPERATOR, command: 'import', source }
    await expect(
      ingestAsOperator(world.connection, request, (mandate) => importRows(mandate, breaking(), options)),
    ).rejects.toThrow('the disk went away')
    expect(await rows()).toEqual([])
    expect(await world.sql(`select 1 from audit_event where changes ->> 'source' = $1`, [source])).toEqual([])
  })

  test('what is imported is in the audit log of its tenant, by the account that ran the command', async () => {
    const { mapping, source } = await seedMapping()
    await run(['import', '--mapping', mapping, await file('good.csv', GOOD)])
    const rows = await world.sql(
      `select e.actor_name, e.source, e.plane, e.row_count::integer as rows from audit_event e join audit_scope s on s.event_id = e.id join tenant t on t.id = s.scope_id where t.source = $1`,
      [source],
    )
    expect(rows).toEqual([{ actor_name: 'root@test', source: 'cli', plane: 'ingest', rows: 3 }])
  })

  test('a bad row is an error of its own kind, so that callers can tell it from a fault of ours', async () => {
    const { source } = await seedMapping()
    async function* bad(): AsyncGenerator<IncomingRow> {
      yield { file: 'f', line: 2, items: [{ kind: 'subscribers', raw: {} }], faults: [] }
    }
    const options = { skipsBadRows: false, onBadRow: () => undefined, onProgress: () => undefined }
    const running = ingestAsOperator(
      world.connection,
      { operator: OPERATOR, command: 'import', source },
      (mandate) => importRows(mandate, bad(), options),
    )
    await expect(running).rejects.toBeInstanceOf(BadRowsError)
  })
})

describe('the example adapter', () => {
  const HEADER =
    'customerID,gender,tenure,PhoneService,InternetService,Contract,PaymentMethod,MonthlyCharges,TotalCharges,Churn,City,ZipCode'
  const subscriber = (
    id: string,
    city: string,
    more: { tenure?: number; churn?: string; total?: string; charge?: string } = {},
  ) =>
    `${id},F,${more.tenure ?? 2},Yes,DSL,Two year,Mailed check,${more.charge ?? '29.85'},${more.total ?? '59.70'},${more.churn ?? 'No'},${city},90001`
  const COMPLAINTS =
    'Ticket #\tCustomer Complaint\tDate\tDate_month_year\tTime\tReceived Via\tCity\tState\tZip code\tStatus\tFiling on Behalf of Someone'

  test('large cities become tenants, tenure becomes invoices, complaints become tickets, and faults are told by line', async () => {
    const partner = await world.partner('Northwind')
    const [row] = await world.sql<{ slug: string }>('select slug from partner where id = $1', [partner])
    const slug = row?.slug ?? ''
    const large = Array.from({ length: 20 }, (_, index) => subscriber(`L-${index}`, 'Los Angeles'))
    const rows = [
      HEADER,
      ...large,
      subscriber('S-1', 'Tiny', { tenure: 0, total: ' ' }),
      subscriber('S-2', 'Small', { churn: 'Yes' }),
      subscriber('S-3', 'Small', { charge: '1.234' }),
    ]
    const complaints = [
      COMPLAINTS,
      '250635\tSays "slow\t22-04-2015\t22-Apr-15\t3.53.50 PM\tInternet\tAbingdon\tMaryland\t21009\tClosed\tYes',
      '250636\tDown\t22-Apr-15\t22-Apr-15\t12.05.00 AM\tInternet\tAbingdon\tMaryland\t21008\tSolved\tNo',
      'comcas\tcut\t22-04-2015\t22-Apr-15\t3.53.50 PM\tInternet\tAbingdon\tMaryland\t21009\tClosed\tNo',
    ]
    const paths = [
      await file('s.csv', `\uFEFF${rows.join('\r\n')}\r\n`),
      await file('c.tsv', `${complaints.join('\r\n')}\r\n`),
    ] as const
    const line = [
      'import',
      'telco',
      '--subscribers',
      paths[0],
      '--complaints',
      paths[1],
      '--as-of',
      '2026-11',
      '--partner',
      slug,
      '--attest',
      'MSA-14',
      '--skip-bad-rows',
      '--json',
    ]
    expect(await run(line)).toBe(1)
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      imported: true,
      bad_row_count: 2,
      links_made: 2,
      kinds: {
        tenants: { created: 2 },
        subscribers: { created: 22 },
        invoices: { created: 42 },
        tickets: { created: 2 },
      },
    })
    expect(report.bad_rows.map((bad: { file: string; line: number }) => [bad.file, bad.line])).toEqual([
      ['s.csv', 24],
      ['c.tsv', 4],
    ])
    expect(report.notes).toEqual(['s.csv:22: TotalCharges is blank; it is not needed.'])
    const tickets = await world.sql(
      `select t.number, t.status, t.created_at, t.created_by_partner_name as partner, n.name from ticket t join tenant n on n.id = t.tenant_id where t.source = 'telco' order by t.number`,
    )
    expect(tickets).toEqual([
      {
        number: '250635',
        status: 'closed',
        created_at: new Date('2015-04-22T15:53:50Z'),
        partner: 'Northwind',
        name: 'Small Towns Broadband',
      },
      {
        number: '250636',
        status: 'resolved',
        created_at: new Date('2015-04-22T00:05:00Z'),
        partner: null,
        name: 'Los Angeles Broadband',
      },
    ])
    const [closed] = await world.sql(
      `select s.status, bool_and(i.status = 'paid') as paid, max(i.issued_on)::text as newest from subscriber s join invoice i on i.tenant_id = s.tenant_id and i.subscriber_id = s.id where s.external_id = 'S-2' group by 1`,
    )
    expect(closed).toEqual({ status: 'closed', paid: true, newest: '2026-11-01' })
    const links = await world.sql(
      `select d.status, d.approval_basis, l.access_role, l.initiated_by from delegation d join link l on l.id = d.id where d.partner_id = $1`,
      [partner],
    )
    expect(links).toEqual(
      Array.from({ length: 2 }, () => ({
        status: 'active',
        approval_basis: 'operator_attested',
        access_role: 'msp_support',
        initiated_by: 'provider',
      })),
    )
    out = ''
    await run(line)
    expect(JSON.parse(out)).toMatchObject({
      links_made: 0,
      kinds: { invoices: { created: 0, updated: 0, unchanged: 42 }, tickets: { unchanged: 2 } },
    })
  })
})

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
      expect(await run(['freeze', ...target, '--reason', 'Stolen laptop']), target[0]).toBe(0)
      expect(await may(), target[0]).toBe(1)
      expect(await run(['freeze', ...target, '--reason', 'Again'])).toBe(0)
      expect(await run(['unfreeze', ...target, '--reason', 'Wiped'])).toBe(0)
      expect(await may(), target[0]).toBe(0)
    }
    await expect(run(['unfreeze', 'partner', slugs.partner, '--reason', 'Again'])).rejects.toThrow(
      'has set no freeze',
    )
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

  test('a key is printed alone on standard output, so that scripts can keep it', async () => {
    expect(await run(['keys', 'create-ingest', 'Billing', '--source', 'billing'])).toBe(0)
    expect(out).toMatch(/^lsn_ing_[\w-]{49}\n$/)
    expect(err).not.toContain(out.trim())
  })

  test('the doctor finds a sound installation sound, and a migration that was not run', async () => {
    expect(await run(['doctor', '--json'])).toBe(0)
    expect(JSON.parse(out).findings.map((finding: { check: string }) => finding.check)).toEqual([
      'configuration',
      'database',
      'migrations',
      'logins',
      'audit sealing',
      'disk',
    ])
    const [taken] = await world.sql(
      `delete from liaison_migration where name = (select max(name) from liaison_migration) returning name, timestamp`,
    )
    out = ''
    expect(await run(['doctor'])).toBe(1)
    expect(out).toMatch(/FAULT +migrations +1 wait/)
    await world.sql('insert into liaison_migration (name, timestamp) values ($1, $2)', [
      taken?.['name'],
      taken?.['timestamp'],
    ])
  })

  test('migrating a current database changes nothing', async () => {
    expect(await run(['migrate', '--json'])).toBe(0)
    expect(JSON.parse(out)).toEqual({ applied: [] })
  })

  test('the demo world is refused outside an embedded database', async () => {
    await expect(run(['demo'])).rejects.toThrow('embedded database only')
  })

  test('the checks of the audit log are reached', async () => {
    expect(await run(['audit', 'key'])).toBe(0)
    expect(out.trim()).not.toBe('')
    await expect(run(['audit', 'burn'])).rejects.toThrow('There is no command')
  })
})

describe('the command line', () => {
  test.each([
    [['freeze'], 'Say what'],
    [['freeze', 'partner', '--reason', 'x'], 'Name one partner'],
    [['freeze', 'partner', 'x'], '--reason'],
    [['freeze', 'platform', 'x', '--reason', 'x'], 'has no name'],
    [['explain', 'a', 'b'], 'Name a person'],
    [['explain', 'a', 'b', 'partner.everything'], 'There is no permission'],
    [['keys', 'create-ingest', 'X'], '--source'],
    [['keys', 'create-ingest', 'X', '--source', 'x', '--days', '0'], '--days'],
    [['import'], '--mapping'],
    [['import', 'telco'], '--subscribers'],
    [['import', 'telco', '--subscribers', 'x', '--as-of', 'May'], '--as-of'],
    [['doctor', '--colour'], 'colour'],
  ])('%j is called wrongly, in words', async (line, story) => {
    await expect(run(line)).rejects.toThrow(story)
  })

  const spawn = (args: readonly string[], environment: Record<string, string> = {}) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        [MAIN, ...args],
        { env: { PATH: process.env['PATH'], LIAISON_DATA_DIR: folder, ...environment } },
        (error, stdout, stderr) =>
          resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      )
    })

  test('help, misuse and faults end with the documented status', async () => {
    const [help, own, unknown, misused, faulty] = await Promise.all([
      spawn(['--help']),
      spawn(['import', '--help']),
      spawn(['nonsense']),
      spawn(['freeze', '--json']),
      spawn(['doctor', '--json'], { PORT: 'many' }),
    ])
    expect({ status: help.status, named: COMMANDS.every(({ name }) => help.stdout.includes(name)) }).toEqual({
      status: 0,
      named: true,
    })
    expect(own).toMatchObject({ status: 0, stdout: expect.stringContaining('--skip-bad-rows') })
    expect(unknown).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('There is no command "nonsense"'),
    })
    expect(misused.status).toBe(2)
    expect(JSON.parse(misused.stdout).error).toContain('Say what')
    expect(faulty.status).toBe(1)
    expect(JSON.parse(faulty.stdout).error).toContain('PORT')
  })
})
