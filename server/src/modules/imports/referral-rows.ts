import { decodeId } from '@liaison/access'
import { basename } from 'node:path'
import { z } from 'zod'
import { cell, CodeText, email, empty, plain, readLines, toPastDay } from './rows.ts'
import type { Cells, Checked, Placed } from './rows.ts'

/** The columns that a tenant may be known by; a line fills one of them. */
const KNOWN_BY = ['tenant_id', 'tenant_slug', 'tenant', 'account_number'] as const

const REFERENCE_LENGTH = 200

interface KnownAs {
  readonly by: (typeof KNOWN_BY)[number]
  readonly as: string
}

function toKnownAs(cells: Cells, source: string | null): KnownAs | string {
  const [only, ...others] = KNOWN_BY.filter((column) => cells[column] !== '')
  if (only === undefined || others.length > 0) return `is named by one of ${KNOWN_BY.join(', ')}`
  const text = cells[only] ?? ''
  if (only === 'tenant' && source === null)
    return 'is known by an external id only in a source: give --source'
  if (only !== 'tenant_id') return { by: only, as: text }
  const id = decodeId('tenant', text)
  return id === null ? 'has no id such as ten_…' : { by: only, as: id }
}

const Known = (source: string | null) =>
  z.record(z.string(), z.string()).transform((cells, context): KnownAs => {
    const known = toKnownAs(cells, source)
    if (typeof known !== 'string') return known
    context.addIssue({ code: 'custom', message: known })
    return z.NEVER
  })

/** What was paid elsewhere has a first and a last day; the first payment alone is the last one, too. */
function toPaid(line: { referredOn: string; firstPaidOn: string | null; paidThrough: string | null }) {
  const { referredOn, firstPaidOn, paidThrough } = line
  if (firstPaidOn === null)
    return paidThrough === null ? [] : [['firstPaidOn', 'is missing: months are counted from it']]
  const faults: string[][] = []
  if (firstPaidOn < referredOn)
    faults.push(['firstPaidOn', 'is before referred_on: a tenant that had paid is referred by nobody'])
  if (paidThrough !== null && paidThrough < firstPaidOn)
    faults.push(['paidThrough', 'is before first_paid_on'])
  return faults
}

const toReferralRow = (now: Date, of: { readonly source: string | null; readonly file: string }) =>
  z
    .object({
      email,
      tenant: Known(of.source),
      code: empty.or(CodeText),
      referredOn: toPastDay(now),
      firstPaidOn: empty.or(toPastDay(now)),
      paidThrough: empty.or(toPastDay(now)),
      contactEmail: empty.or(email),
      reference: empty.or(plain(REFERENCE_LENGTH)),
    })
    .superRefine((line, context) => {
      for (const [field = '', message = ''] of toPaid(line))
        context.addIssue({ code: 'custom', path: [field], message })
    })
    .transform((line) => ({
      ...line,
      paidThrough: line.paidThrough ?? line.firstPaidOn,
      reference: line.reference ?? of.file.slice(0, REFERENCE_LENGTH),
    }))

export type ReferralLine = z.output<ReturnType<typeof toReferralRow>> & Placed

const KEYS = {
  code: 'code',
  referredOn: 'referred_on',
  firstPaidOn: 'first_paid_on',
  paidThrough: 'paid_through',
  contactEmail: 'contact_email',
  reference: 'reference',
} as const

/** Whom partners referred, by the lines of a file in our own columns. */
export async function readReferrals(
  path: string,
  { now, source }: { readonly now: Date; readonly source: string | null },
): Promise<Checked<ReferralLine>> {
  const cells = (columns: Cells) => ({
    email: cell(columns, 'email'),
    tenant: Object.fromEntries(KNOWN_BY.map((column) => [column, cell(columns, column)])),
    ...Object.fromEntries(Object.entries(KEYS).map(([key, column]) => [key, cell(columns, column)])),
  })
  const schema = toReferralRow(now, { source, file: basename(path) })
  return readLines(path, { needs: ['email', 'referred_on'], cells }, schema)
}
