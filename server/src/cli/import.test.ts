import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importRows } from '#modules/ingest/index.ts'
import type { IncomingRow } from '#modules/ingest/index.ts'
import { ingestAsOperator } from '#platform/operator.ts'
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
  return { source, rows, mapping: await bench.file(`${source}.json`, JSON.stringify(mapping)) }
}

const GOOD =
  '\uFEFFId,Name,Churn,Since\r\n1,Ada,No,22-04-2015\r\n2,"Grace ""G"" Hopper, Rear\nAdmiral",Yes,\r\n\r\n3,Älva,No,01-01-2020\r\n'

describe('import of a file', () => {
  test('a file with a byte order mark, CRLF, quotes and empty lines is taken, and taking it again changes nothing', async () => {
    const { mapping, rows } = await seedMapping()
    const path = await bench.file('good.csv', GOOD)
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
    expect(await run(['import', '--mapping', mapping, await bench.file('bad.csv', BAD), '--json'])).toBe(1)
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

  test('a report takes the place of no file that is read, by whatever name, and nothing is imported then', async () => {
    const { mapping, rows } = await seedMapping()
    const file = await bench.file('own.csv', GOOD)
    const link = join(bench.folder, 'other-name.csv')
    await symlink(file, link)
    for (const report of [file, link, mapping]) {
      const line = ['import', '--mapping', mapping, file, '--report', report]
      await expect(run(line), report).rejects.toThrow('would be written over')
    }
    expect(await readFile(file, 'utf8')).toBe(GOOD)
    expect(await rows()).toEqual([])
  })

  test('with --skip-bad-rows the good rows are taken, and the others stand in the report', async () => {
    const { mapping, rows } = await seedMapping()
    const report = join(bench.folder, 'report.csv')
    expect(
      await run([
        'import',
        '--mapping',
        mapping,
        await bench.file('bad.csv', BAD),
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
    const path = await bench.file('good.csv', GOOD)
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
    await expect(run(['import', '--mapping', mapping, await bench.file('odd.csv', text)])).rejects.toThrow(
      story,
    )
    expect(await rows()).toEqual([])
  })

  test('other encodings and delimiters are read as the mapping says', async () => {
    const { mapping, rows } = await seedMapping({ encoding: 'windows-1252', delimiter: '\t', quote: null })
    const text = Buffer.from('Id\tName\tChurn\tSince\n1\t"\xC4lva\tNo\t\n', 'latin1')
    expect(await run(['import', '--mapping', mapping, await bench.file('other.tsv', text)])).toBe(0)
    expect(await rows()).toMatchObject([{ name: '"Älva' }])
  })

  test('a mapping with faults is refused with all of them', async () => {
    const path = await bench.file(
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

  test('many rows, written in several sets, are counted exactly, and one that comes again is told with its first line', async () => {
    const { source, rows } = await seedMapping()
    const told: string[] = []
    const take = (count: number) => {
      async function* reading(): AsyncGenerator<IncomingRow> {
        for (let line = 1; line <= count + 1; line += 1) {
          const id = line > count ? 7 : line
          const raw = { tenant: 't1', external_id: String(id), name: `N ${id}`, status: 'active' }
          yield { file: 'f', line, items: [{ kind: 'subscribers', raw }], faults: [] }
        }
      }
      return ingestAsOperator(
        world.connection,
        { operator: OPERATOR, command: 'import', source },
        (mandate) =>
          importRows(mandate, reading(), {
            skipsBadRows: true,
            onBadRow: ({ line, code, detail }) => told.push(`${line} ${code} ${detail}`),
            onProgress: () => undefined,
          }),
      )
    }
    const counts = { received: 4501, created: 4500, updated: 0, unchanged: 0 }
    expect(await take(4500)).toEqual({ rows: 4501, badRows: 1, kinds: { subscribers: counts } })
    expect(told).toEqual(['4501 DUPLICATE_ITEM The same record stands in f, line 7.'])
    expect(await rows()).toHaveLength(4500)
    expect(await take(4500)).toMatchObject({ kinds: { subscribers: { created: 0, unchanged: 4500 } } })
  })

  test('what is imported is in the audit log of its tenant, by the account that ran the command', async () => {
    const { mapping, source } = await seedMapping()
    await run(['import', '--mapping', mapping, await bench.file('good.csv', GOOD)])
    const rows = await world.sql(
      `select e.actor_name, e.source, e.plane, e.row_count::integer as rows from audit_event e join audit_scope s on s.event_id = e.id join tenant t on t.id = s.scope_id where t.source = $1`,
      [source],
    )
    expect(rows).toEqual([{ actor_name: 'root@test', source: 'cli', plane: 'ingest', rows: 3 }])
  })
})
