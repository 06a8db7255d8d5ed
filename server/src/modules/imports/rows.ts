import { z } from 'zod'
import { readNamedRows } from '#modules/ingest/index.ts'
import type { BadRow } from '#modules/ingest/index.ts'
import { COUNTRY_CODES, parseWebsite } from '#modules/partners/index.ts'
import { FORMS } from './forms.ts'
import type { Form, FormName } from './forms.ts'

const MOST_ROWS = 50_000
const COMMAS = { delimiter: ',', quote: '"', encoding: 'utf-8' } as const
const DAY = /^\d{4}-\d{2}-\d{2}$/

// A spreadsheet that opens an export would run it; no partner is called so.
export const plain = (most: number) =>
  z
    .string()
    .min(1, 'is missing')
    .max(most, `has more than ${most} letters`)
    .refine((text) => !/^[=+\-@\t\r]/.test(text), 'begins like a formula of a spreadsheet')
    // oxlint-disable-next-line eslint/no-control-regex -- these are what is looked for
    .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'has letters that cannot be shown')

export const empty = z.literal('').transform(() => null)
export const email = z
  .email('is no address')
  .max(254)
  .transform((text) => text.toLowerCase())

const website = z.string().transform((text, context) => {
  const parsed = parseWebsite(text)
  if (parsed !== null) return parsed
  context.addIssue({ code: 'custom', message: 'is no address of a website' })
  return z.NEVER
})

// A month has days that others do not have: the thirtieth of February would be taken for one of March.
const isDay = (text: string): boolean =>
  DAY.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(Date.parse(text)).toISOString().startsWith(text)

/** A day that has begun. */
export const toPastDay = (now: Date) =>
  z
    .string()
    .refine(isDay, 'is no day such as 2026-11-30')
    .refine((day) => Date.parse(day) <= now.getTime(), 'is in the future')

const toPartnerRow = (now: Date) =>
  z.object({
    email,
    name: plain(200),
    country: empty.or(
      z.string().refine((code) => COUNTRY_CODES.includes(code), 'is no country of ISO 3166-1'),
    ),
    website: empty.or(website),
    joinedOn: empty.or(toPastDay(now)),
  })

/** A code as codes read. */
export const CodeText = z
  .string()
  .transform((text) => text.toUpperCase())
  .refine((code) => /^[A-Z0-9]{4,24}$/.test(code), 'is not 4 to 24 letters and digits')

const CodeRow = z.object({
  email,
  code: CodeText,
  label: empty.or(plain(100)),
  campaign: empty.or(plain(60)),
})

/** Where a line stands. */
export interface Placed {
  readonly file: string
  readonly line: number
}

export type PartnerLine = z.output<ReturnType<typeof toPartnerRow>> & Placed
export type CodeLine = z.output<typeof CodeRow> & Placed

/** The lines of a file that can be read, and every fault of the others. */
export interface Checked<Line> {
  readonly lines: readonly Line[]
  readonly bad: readonly BadRow[]
  readonly rows: number
}

/** One fault of one line. */
export const badRow = (
  { file, line }: Placed,
  { pointer, code, detail }: Pick<BadRow, 'pointer' | 'code' | 'detail'>,
): BadRow => ({
  file,
  line,
  kind: null,
  pointer,
  code,
  detail,
})

export type Cells = Readonly<Record<string, string>>

/** Reads a file by the columns of a form. Throws UnreadableError when its text or its header cannot be used. */
export async function readLines<Line extends object>(
  path: string,
  form: { readonly needs: readonly string[]; readonly cells: (columns: Cells) => object },
  schema: z.ZodType<Line>,
): Promise<Checked<Line & Placed>> {
  const lines: (Line & Placed)[] = []
  const bad: BadRow[] = []
  const check = (columns: readonly string[]) =>
    form.needs
      .filter((column) => !columns.includes(column))
      .map((column) => `the column "${column}" is missing`)
  let rows = 0
  for await (const row of readNamedRows(path, COMMAS, { state: { bytes: 0, rows: 0 }, check })) {
    rows += 1
    if (rows > MOST_ROWS) {
      // What is too long is not read further and not tried either.
      const tooMany = badRow(row, {
        pointer: '',
        code: 'TOO_MANY_ROWS',
        detail: `A file has ${MOST_ROWS} lines at most; divide it.`,
      })
      return { lines: [], bad: [...bad, tooMany], rows }
    }
    if ('detail' in row) {
      bad.push(badRow(row, { pointer: '', code: 'MISSHAPEN', detail: row.detail }))
      continue
    }
    const parsed = schema.safeParse(form.cells(row.columns))
    if (parsed.success) lines.push({ ...parsed.data, file: row.file, line: row.line })
    else
      for (const {
        path: [field],
        message,
      } of parsed.error.issues)
        bad.push(
          badRow(row, {
            pointer: `/${String(field)}`,
            code: 'INVALID',
            detail: `${String(field)} ${message}.`,
          }),
        )
  }
  return { lines, bad, rows }
}

/** The text of a column; empty where there is none. */
export const cell = (columns: Cells, name: string | undefined): string =>
  name === undefined ? '' : (columns[name] ?? '').trim()

/** The first line of each thing; another that says the same is left out, one that contradicts it is bad. */
function withoutRepeats<Line extends Placed>(
  checked: Checked<Line>,
  form: Form,
  of: { readonly key: (line: Line) => string; readonly says: (line: Line) => string; readonly name: string },
): Checked<Line> {
  const first = new Map<string, Line>()
  const bad = [...checked.bad]
  for (const line of checked.lines) {
    const earlier = first.get(of.key(line))
    if (earlier === undefined) first.set(of.key(line), line)
    else if (!form.repeats || of.says(earlier) !== of.says(line))
      bad.push(
        badRow(line, {
          pointer: `/${of.name}`,
          code: 'REPEATED',
          detail: `${of.name} stands on line ${earlier.line} already.`,
        }),
      )
  }
  return { ...checked, lines: [...first.values()], bad }
}

/** The partners of a file, one for each address. */
export async function readPartners(path: string, name: FormName, now: Date): Promise<Checked<PartnerLine>> {
  const form: Form = FORMS[name]
  const cells = (columns: Cells) => ({
    email: cell(columns, form.email),
    name: form.name
      .map((column) => cell(columns, column))
      .join(' ')
      .trim(),
    country: cell(columns, form.country).toUpperCase(),
    website: cell(columns, form.website),
    joinedOn: cell(columns, form.joinedOn),
  })
  const checked = await readLines(path, { needs: [form.email, ...form.name], cells }, toPartnerRow(now))
  return withoutRepeats(checked, form, {
    key: (line) => line.email,
    says: (line) => line.name,
    name: 'email',
  })
}

/** The codes of a file, each once; in a form of another program a line without a code says none. */
export async function readCodes(path: string, name: FormName): Promise<Checked<CodeLine>> {
  const form: Form = FORMS[name]
  const cells = (columns: Cells) => ({
    email: cell(columns, form.email),
    code: cell(columns, form.code),
    label: cell(columns, form.label),
    campaign: cell(columns, form.campaign),
  })
  const checked = await readLines(path, { needs: [form.email, form.code], cells }, CodeRow)
  return withoutRepeats(checked, form, {
    key: (line) => line.code,
    says: (line) => line.email,
    name: 'code',
  })
}
