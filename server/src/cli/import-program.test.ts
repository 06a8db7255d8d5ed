import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import { CommandBench, OPERATOR } from '#testing/command.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(makePartnerRoutes)
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

interface Report {
  readonly imported: boolean
  readonly files: readonly { kind: string; rows: number; created: number; unchanged: number }[]
  readonly bad_rows: readonly { file: string; line: number; pointer: string; code: string }[]
}

let serial = 0
const file = (lines: readonly string[]) =>
  bench.file(`file-${(serial += 1)}.csv`, Buffer.from(`${lines.join('\n')}\n`))

async function load(line: readonly string[]): Promise<Report & { status: number }> {
  const ran = await bench.run(['import', 'program', ...line, '--json'], OPERATOR)
  return { ...JSON.parse(ran.out), status: ran.status }
}

const faultsOf = ({ bad_rows: bad }: Report) => bad.map(({ line, pointer, code }) => [line, pointer, code])
const partnerOf = (email: string) =>
  world.sql(
    `select name, slug, kinds, status, country, website, onboarding_date::text as joined from partner where contact_email = $1`,
    [email],
  )
const countOf = async (table: string) =>
  Number((await world.sql<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n)

describe('partners and codes of another program', () => {
  test('are not imported where the report cannot be written, or would be written over them', async () => {
    const partners = await file(['email,name', 'lost@report.example,Lost Report'])
    for (const [report, story] of [
      [`${bench.folder}/nowhere/report.csv`, 'ENOENT'],
      [partners, 'would be written over'],
    ] as const)
      await expect(load(['--partners', partners, '--apply', '--report', report]), report).rejects.toThrow(
        story,
      )
    expect(await partnerOf('lost@report.example')).toEqual([])
  })

  test('are tried first and change nothing, are imported with --apply, and are there already the next time (D12)', async () => {
    const partners = await file([
      'email,name,country,website,joined_on,notes',
      'Rowan@Quarry.example,Quarry Hill,de,quarry.example,2023-04-01,old',
      'sam@harrow.example,"Harrow, Sons",,,,',
    ])
    const codes = await file([
      'email,code,label',
      'rowan@quarry.example,quarry1,Fairs',
      'sam@harrow.example,HARROW,',
    ])
    const line = ['--partners', partners, '--codes', codes]
    const tried = await load(line)
    expect(tried).toMatchObject({ status: 0, imported: false, bad_rows: [] })
    expect(tried.files.map(({ created }) => created)).toEqual([2, 2])
    expect(await partnerOf('rowan@quarry.example')).toEqual([])
    expect((await load([...line, '--apply'])).imported).toBe(true)
    expect(await partnerOf('rowan@quarry.example')).toEqual([
      {
        name: 'Quarry Hill',
        slug: 'quarry-hill',
        kinds: ['referral'],
        status: 'active',
        country: 'DE',
        website: 'https://quarry.example/',
        joined: '2023-04-01',
      },
    ])
    const again = await load([...line, '--apply'])
    expect(again.files).toMatchObject([
      { created: 0, unchanged: 2 },
      { created: 0, unchanged: 2 },
    ])
    const events = await world.sql<{ action: string; n: string }>(
      `select e.action, count(*) as n from audit_event e where e.actor_id = $1 and e.action in ('partners.create', 'program.code.created') group by 1 order by 1`,
      [OPERATOR.id],
    )
    expect(events.map(({ action, n }) => [action, Number(n)])).toEqual([
      ['partners.create', 2],
      ['program.code.created', 2],
    ])
  })

  test('come without agreement, people, referral or access to anybody (D2, D4, D12)', async () => {
    const tables = [
      'agreement',
      'partner_member',
      'referral',
      'delegation',
      'link',
      'outbox',
      'single_use_token',
    ]
    const before = await Promise.all(tables.map(countOf))
    const partners = await file(['email,name', 'alone@alone.example,Alone'])
    const codes = await file(['email,code', 'alone@alone.example,ALONE1'])
    expect((await load(['--partners', partners, '--codes', codes, '--apply'])).imported).toBe(true)
    expect(await Promise.all(tables.map(countOf))).toEqual(before)
    const [code] = await world.sql(
      `select c.created_side, c.created_by, c.state from referral_code c where c.code = 'ALONE1'`,
    )
    expect(code).toEqual({ created_side: 'provider', created_by: OPERATOR.id, state: 'active' })
  })

  test('are refused whole with every bad line and its reason: addresses, names, formulas, days, repeats, fields (D12)', async () => {
    const partners = await file([
      'email,name,country,website,joined_on',
      'nobody,Nobody,,,',
      'a@a.example,,,,',
      'b@b.example,"=HYPERLINK(""x"")",,,',
      'c@c.example,Cedar,XX,ftp://c,2999-01-01',
      'd@d.example,Dogwood,,',
      'e@e.example,Elm,,,',
      'E@e.example,Elm again,,,',
    ])
    const refused = await load(['--partners', partners, '--apply'])
    expect(refused).toMatchObject({ status: 1, imported: false })
    expect(faultsOf(refused)).toEqual([
      [2, '/email', 'INVALID'],
      [3, '/name', 'INVALID'],
      [4, '/name', 'INVALID'],
      [5, '/country', 'INVALID'],
      [5, '/website', 'INVALID'],
      [5, '/joinedOn', 'INVALID'],
      [6, '', 'MISSHAPEN'],
      [8, '/email', 'REPEATED'],
    ])
    expect(await partnerOf('e@e.example')).toEqual([])
  })

  test('have codes that nobody else has, of partners that are there and work, in the form that codes have (D5, D12)', async () => {
    const partners = await file(['email,name', 'f@f.example,Fir', 'g@g.example,Gorse', 'h@h.example,Hazel'])
    const first = await file(['email,code', 'f@f.example,FIRST'])
    expect((await load(['--partners', partners, '--codes', first, '--apply'])).imported).toBe(true)
    await world.seed(
      `update partner set status = 'suspended', status_reason = 'A test.' where contact_email = 'h@h.example'`,
      [],
    )
    const codes = await file([
      'email,code',
      'g@g.example,first',
      'unknown@f.example,OTHER1',
      'h@h.example,HAZEL',
      'g@g.example,with-hyphen',
      'g@g.example,ADMIN',
      'g@g.example,TWICE',
      'f@f.example,twice',
      'g@g.example,GOOD1',
    ])
    const refused = await load(['--codes', codes, '--apply'])
    expect(refused.status).toBe(1)
    expect(faultsOf(refused).toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
      [2, '/code', 'CODE_TAKEN'],
      [3, '/email', 'PARTNER_UNKNOWN'],
      [4, '/email', 'PARTNER_INACTIVE'],
      [5, '/code', 'INVALID'],
      [6, '/code', 'CODE_RESERVED'],
      [8, '/code', 'REPEATED'],
    ])
    expect(await world.sql(`select code from referral_code where code in ('GOOD1', 'TWICE')`)).toEqual([])
  })

  test('are never found by an address that a partner only says is its own, since what is imported is paid to it (D5, D12)', async () => {
    const thief = await world.partner('Quick Fingers', ['referral'])
    const person = await world.person('Quick Fingers')
    await world.partnerMember(thief, person.id, 'PARTNER_OWNER')
    const owner = await world.signIn(person.id)
    const say = async (email: string) => {
      const read = await world.call(owner, 'GET', '/api/v1/partner/profile')
      return world.call(owner, 'PUT', '/api/v1/partner/profile/contact', {
        body: { contact_email: email, website: null },
        headers: { 'if-match': String(read.headers['etag']) },
      })
    }
    expect((await say('juno@juniper.example')).statusCode).toBe(200)
    const partners = await file(['email,name', 'juno@juniper.example,Juniper'])
    const codes = await file(['email,code', 'juno@juniper.example,JUNIPER'])
    const taken = await load(['--partners', partners, '--codes', codes, '--apply'])
    expect(taken.imported).toBe(false)
    expect(faultsOf(taken)).toEqual([
      [2, '/email', 'PARTNER_UNPROVEN'],
      [2, '/email', 'PARTNER_UNPROVEN'],
    ])
    // Nor does it keep out the partner whose address the provider itself wrote.
    await say('away@quick.example')
    expect((await load(['--partners', partners, '--apply'])).imported).toBe(true)
    await say('juno@juniper.example')
    expect(await load(['--partners', partners, '--codes', codes, '--apply'])).toMatchObject({
      imported: true,
      files: [{ created: 0, unchanged: 1 }, { created: 1 }],
    })
    const [code] = await world.sql(
      `select p.name from referral_code c join partner p on p.id = c.partner_id where c.code = 'JUNIPER'`,
    )
    expect(code).toEqual({ name: 'Juniper' })
    // With the address that somebody of it signs in with, it is known.
    await say(person.email)
    const own = await file(['email,code', `${person.email},QUICKEST`])
    expect((await load(['--codes', own, '--apply'])).imported).toBe(true)
  })

  test('are read in the published forms of other programs, one partner on several lines where the form says so (D12)', async () => {
    const rewardful = await file([
      'stripe_customer_id,first_name,last_name,email,paypal_email,token',
      'cus_1,Ines,Moreau,ines@moreau.example,,inesm',
      'cus_2,Ines,Moreau,ines@moreau.example,,inesm',
    ])
    const taken = await load([
      '--from',
      'rewardful',
      '--partners',
      rewardful,
      '--codes',
      rewardful,
      '--apply',
    ])
    expect(taken.files).toMatchObject([
      { rows: 2, created: 1 },
      { rows: 2, created: 1 },
    ])
    expect(await partnerOf('ines@moreau.example')).toMatchObject([{ name: 'Ines Moreau' }])
    const affonso = await file([
      'Name,Email,Tracking Parameter,PayPal Email',
      'Mike Chen,mike@chen.example,mikechen,',
    ])
    expect(
      (await load(['--from', 'affonso', '--partners', affonso, '--codes', affonso, '--apply'])).imported,
    ).toBe(true)
    await expect(bench.run(['import', 'program', '--from', 'other', '--partners', affonso])).rejects.toThrow(
      /--from is one of/,
    )
  })

  test('are not read from a file without its columns or in another encoding, and nothing is kept (D12)', async () => {
    const headless = await file(['mail,name', 'i@i.example,Ivy'])
    await expect(bench.run(['import', 'program', '--partners', headless])).rejects.toThrow(
      /"email" is missing/,
    )
    const latin = await bench.file(
      'latin.csv',
      Buffer.concat([Buffer.from('email,name\nj@j.example,Jos'), Buffer.from([0xe9, 0x0a])]),
    )
    await expect(bench.run(['import', 'program', '--partners', latin, '--apply'])).rejects.toThrow(/utf-8/)
    expect(await partnerOf('j@j.example')).toEqual([])
  })

  test('come by the thousand, up to fifty thousand lines in a file (D12)', async () => {
    const many = await file([
      'email,name',
      ...Array.from({ length: 1200 }, (_, index) => `p${index}@many.example,Many partners`),
    ])
    const taken = await load(['--partners', many, '--apply'])
    expect(taken.files).toMatchObject([{ rows: 1200, created: 1200 }])
    const [slugs] = await world.sql(
      `select count(distinct slug)::int as n from partner where contact_email like '%@many.example'`,
    )
    expect(slugs).toEqual({ n: 1200 })
    const tooMany = await file([
      'email,name',
      ...Array.from({ length: 50_001 }, (_, index) => `q${index}@more.example,More partners`),
    ])
    const refused = await load(['--partners', tooMany, '--apply'])
    expect(refused.imported).toBe(false)
    expect(faultsOf(refused)).toEqual([[50_002, '', 'TOO_MANY_ROWS']])
  }, 120_000)
})
