import { inflateRawSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExportCell, ExportColumn } from '#platform/export-source.ts'
import { toDecimal } from '#platform/money.ts'
import { NOBODY_READ, readPdfWords } from '#testing/pdf-words.ts'
import { neutralise } from '#platform/table-file/cells.ts'
import { chooseColumns, describeFilter, estimateCompletion, fileNameOf, isTooLarge } from './rules.ts'
import type { Format } from './tables.ts'
import { makeWriter } from '#platform/table-file/make.ts'
import { TextLine } from '#platform/table-file/pdf-line.ts'
import { groupThousands, toShown } from '#platform/table-file/pdf-text.ts'
import { Totals } from '#platform/table-file/totals.ts'

const COLUMNS: readonly ExportColumn[] = [
  { key: 'number', label: 'Number', type: 'text', width: 2 },
  { key: 'issued', label: 'Issued', type: 'day', width: 1 },
  { key: 'total', label: 'Total', type: 'money', width: 2 },
  { key: 'at', label: 'Recorded', type: 'instant' },
  { key: 'is_open', label: 'Open', type: 'flag' },
]
const AT = new Date('2026-03-05T12:00:00.000Z')
const rowOf = (text: string, minor = 123_456, currency = 'EUR'): ExportCell[] => [
  text,
  '2026-03-05',
  { amount_minor: minor, currency },
  AT,
  true,
]

async function write(format: Format, rows: ExportCell[][], columns = COLUMNS): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const facts = {
    title: 'Invoices',
    about: ['Filters: none'],
    columns,
    hasByteOrderMark: false,
    createdAt: AT,
  }
  const writer = makeWriter(format, facts, (bytes) => void parts.push(Buffer.from(bytes)))
  for (const row of rows) await writer.write([row])
  await writer.end()
  return Buffer.concat(parts)
}

/** The files of an archive, found through its directory as every reader does. */
function unzip(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  const end = archive.length - 22
  expect(archive.readUInt32LE(end)).toBe(0x0605_4b50)
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, plain, nameLength, offset] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt32LE(at + 24),
      archive.readUInt16LE(at + 28),
      archive.readUInt32LE(at + 42),
    ]
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    const data = inflateRawSync(archive.subarray(offset + 30 + nameLength, offset + 30 + nameLength + packed))
    expect(data.length).toBe(plain)
    files.set(name, data.toString())
    at += 46 + nameLength
  }
  return files
}

const minor = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 })

describe('money', () => {
  test('an amount as a decimal is exact, whatever the currency and the size', () => {
    fc.assert(
      fc.property(
        minor,
        fc.constantFrom(['EUR', 2] as const, ['JPY', 0] as const, ['KWD', 3] as const),
        (amount, [currency, decimals]) => {
          const text = toDecimal({ amount_minor: amount, currency })
          expect(text).toMatch(decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`))
          expect(BigInt(text.replace('.', ''))).toBe(BigInt(amount))
        },
      ),
    )
  })

  test('totals never add two currencies, and lose nothing beyond the range of numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(minor, fc.constantFrom('EUR', 'JPY', 'USD'))), (amounts) => {
        const totals = new Totals(COLUMNS)
        const expected: Record<string, bigint> = {}
        for (const [amount, currency] of amounts) {
          totals.add(rowOf('x', amount, currency))
          expected[currency] = (expected[currency] ?? 0n) + BigInt(amount)
        }
        const told = Object.fromEntries(
          totals.perCurrency().map(({ currency, sums }) => [currency, sums[0]?.minor]),
        )
        expect(told).toEqual(expected)
      }),
    )
  })

  test('thousands are set apart without touching a digit', () => {
    expect(['0.05', '1234.50', '-1234567.890', '999'].map(groupThousands)).toEqual([
      '0.05',
      '1,234.50',
      '-1,234,567.890',
      '999',
    ])
  })
})

describe('text', () => {
  test('what a spreadsheet would run begins with an apostrophe; everything else is untouched (ASVS 1.2.10)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'),
        fc.string(),
        (start, rest) => {
          expect(neutralise(start + rest)).toBe(`'${start}${rest}`)
        },
      ),
    )
    expect(['a=b', "'=x", ' =x', '1'].map(neutralise)).toEqual(['a=b', "'=x", ' =x', '1'])
  })

  test('letters of European scripts come into a PDF with a font; what no font has becomes a question mark, which is said', () => {
    const told = (text: string, isExact: boolean, isWide: boolean) => ({ text, isExact, isWide })
    expect(toShown('Crème €5')).toEqual(told('Crème €5', true, false))
    for (const name of ['Zażółć gęślą jaźń', 'Łukasz', 'Βασίλης', 'Дмитрий', 'Nguyễn', 'Հայաստան', 'ქართული'])
      expect(toShown(name)).toEqual(told(name, true, true))
    expect(toShown('Łódź 東京 שלום')).toEqual(told('Łódź ?? ????', false, true))
    expect(toShown('東京')).toEqual(told('??', false, false))
  })
})

describe('an XLSX file', () => {
  test('is a whole archive with typed cells: amounts, days and instants are numbers, text is never a formula', async () => {
    const files = unzip(await write('xlsx', [rowOf('=1+1 <&"> \u0007'), rowOf('two', -5, 'JPY')]))
    expect([...files.keys()][0]).toBe('[Content_Types].xml')
    const sheet = files.get('xl/worksheets/sheet1.xml') ?? ''
    expect(sheet).toContain('<t xml:space="preserve">=1+1 &lt;&amp;&quot;&gt; </t>')
    expect(sheet).not.toContain('<f>')
    expect(sheet).toContain('<c s="2"><v>46086</v></c>')
    expect(sheet).toContain('<c s="6"><v>1234.56</v></c>')
    expect(sheet).toContain('<c s="3"><v>46086.5</v></c>')
    expect(sheet).toContain('<c s="4"><v>-5</v></c>')
    expect(sheet.match(/<row>/g)).toHaveLength(3)
    expect(files.get('xl/worksheets/sheet2.xml')).toContain('Filters: none')
  })

  test('gives the same bytes for the same rows', async () => {
    const rows = [rowOf('one')]
    expect((await write('xlsx', rows)).equals(await write('xlsx', rows))).toBe(true)
  })
})

describe('a PDF file', () => {
  test('has as many pages as its rows need, each with a number', async () => {
    const file = (
      await write(
        'pdf',
        Array.from({ length: 100 }, (_, index) => rowOf(`INV-${index}`)),
      )
    ).toString('latin1')
    expect(file.startsWith('%PDF-')).toBe(true)
    expect(file.match(/\/Type \/Page\n/g)).toHaveLength(3)
    expect(file.trimEnd().endsWith('%%EOF')).toBe(true)
  })

  test('shows each cell in the font that its page names, with the letters that WinAnsi keeps at other places', async () => {
    const file = await write('pdf', [rowOf('“Müller” €5 (a)\\')])
    const text = file.toString('latin1')
    const streams = [...text.matchAll(/stream\n/g)].flatMap(({ index }) => {
      const from = index + 'stream\n'.length
      const bytes = file.subarray(from, text.indexOf('\nendstream', from))
      return bytes[0] === 0x78 ? [inflateSync(bytes).toString('latin1')] : []
    })
    const winAnsi = Buffer.from([0x93, ...Buffer.from('Müller', 'latin1'), 0x94, 0x20, 0x80])
    const page = streams.find((stream) => stream.includes(winAnsi.toString('hex')))
    expect(page).toMatch(/BT \/F1 7\.5 Tf\n1 0 0 1 [\d.]+ [\d.]+ Tm </)
    const [, font = ''] = /\/F1 (\d+) 0 R/.exec(text) ?? []
    expect(text.slice(text.indexOf(`\n${font} 0 obj`)).slice(0, 150)).toContain('/BaseFont /Helvetica\n')
  })

  test('shows names beyond Western Europe on the line of their row, and brings only the letters that it uses', async (context) => {
    const names = ['Zażółć gęślą jaźń', 'Łukasz', 'Βασίλης', 'Дмитрий Иванов']
    const file = await write('pdf', [rowOf('Anna'), ...names.map((name) => rowOf(name))])
    expect(file.length).toBeLessThan(40_000)
    expect(file.toString('latin1')).toMatch(/\/BaseFont \/[A-Z]{6}\+DejaVuSansCondensed\n/)
    expect((await write('pdf', [rowOf('Müller')])).toString('latin1')).not.toContain('DejaVu')
    const words = await readPdfWords(file, ['-layout'])
    if (words === null) return context.skip(NOBODY_READ)
    for (const name of ['Anna', ...names])
      expect(words).toMatch(new RegExp(`${name} +2026-03-05 +1,234.56 EUR`))
    // Times of day stand in a column that names their zone.
    expect(words).toMatch(/, UTC\b.*\n(?:.*\n)*.*2026-03-05 12:00/)
    expect(words).not.toContain('were replaced')
  })

  test('cuts what has no room with an ellipsis, and sets figures at the right', () => {
    const source = { font: () => source, fontSize: () => source, widthOfString: () => 5 }
    const line = new TextLine(source, 10)
    const put = (text: string, isRight: boolean) =>
      line.write([{ text, x: 100, width: 20, isRight }], { top: 50, height: 500 }).split('\n')[1]
    expect(put('abcd', false)).toBe('1 0 0 1 100.00 442.82 Tm <61626364> Tj')
    expect(put('abcde', false)).toBe('1 0 0 1 100.00 442.82 Tm <61626385> Tj')
    expect(put('12', true)).toBe('1 0 0 1 110.00 442.82 Tm <3132> Tj')
    expect(put('', true)).toBe('')
  })
})

test('every format writes a file without rows', async () => {
  for (const format of ['csv', 'xlsx', 'pdf', 'jsonl'] as const) {
    const file = await write(format, [])
    expect(file.length > 0 || format === 'jsonl').toBe(true)
  }
})

test('a file holds at most 500,000 rows and 1 GB (B6)', () => {
  expect([isTooLarge(500_000), isTooLarge(500_001), isTooLarge(1, 1e9), isTooLarge(1, 1e9 + 1)]).toEqual([
    false,
    true,
    false,
    true,
  ])
})

test('columns are those asked for in their order, else all, and on a page those that have a place', () => {
  expect(chooseColumns(COLUMNS, ['total', 'number'], 'csv')).toEqual(['total', 'number'])
  expect(chooseColumns(COLUMNS, undefined, 'csv')).toHaveLength(5)
  expect(chooseColumns(COLUMNS, undefined, 'pdf')).toEqual(['number', 'issued', 'total'])
})

test('the name of a file and its filters are told in plain words', () => {
  expect(fileNameOf({ kind: 'invoices', format: 'csv', created_at: AT })).toBe('invoices-20260305-1200.csv')
  expect(describeFilter({})).toBe('no filter')
  expect(describeFilter({ from_date: '2026-01-01', status: ['paid', 'overdue'] })).toBe(
    'from date 2026-01-01; status paid, overdue',
  )
})

test('more rows are expected to take longer', () => {
  fc.assert(
    fc.property(fc.nat(500_000), fc.nat(500_000), (left, right) => {
      const at = (rows: number) => estimateCompletion(AT, rows, 'pdf').getTime()
      expect(at(Math.max(left, right))).toBeGreaterThanOrEqual(at(Math.min(left, right)))
      expect(at(0)).toBeGreaterThan(AT.getTime())
    }),
  )
})
