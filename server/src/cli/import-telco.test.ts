import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CommandBench, OPERATOR } from '#testing/command.ts'
import { TestWorld } from '#testing/world.ts'

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
      await bench.file('s.csv', `\uFEFF${rows.join('\r\n')}\r\n`),
      await bench.file('c.tsv', `${complaints.join('\r\n')}\r\n`),
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
    await run(line)
    expect(JSON.parse(out)).toMatchObject({
      links_made: 0,
      kinds: { invoices: { created: 0, updated: 0, unchanged: 42 }, tickets: { unchanged: 2 } },
    })
  })

  test('a wrong role, an attestation without its partner and a partner that is not there are told before anything is imported (B17)', async () => {
    const rows = [HEADER, subscriber('W-1', 'Wronghaven')]
    const line = ['import', 'telco', '--subscribers', await bench.file('w.csv', `${rows.join('\n')}\n`)]
    const count = async () =>
      (await world.sql(`select count(*)::integer as count from subscriber where external_id = 'W-1'`))[0]
    const wrong = [
      [['--partner', 'nobody', '--attest', 'MSA-1', '--role', 'msp_full'], '--role is'],
      [['--attest', 'MSA-1'], '--partner'],
      [['--partner', 'nobody', '--role', 'msp_billing'], '--role needs --attest'],
      [['--partner', 'nobody', '--attest', 'MSA-1'], 'no active partner "nobody"'],
    ] as const
    for (const [more, words] of wrong) {
      await expect(run([...line, ...more])).rejects.toThrow(words)
      expect(await count()).toEqual({ count: 0 })
    }
  })
})
