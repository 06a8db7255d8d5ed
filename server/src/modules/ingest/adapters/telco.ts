import { createHash } from 'node:crypto'
import type { IncomingRow } from '../import.ts'
import type { MisshapenRow, NamedRow, ReadingState } from '../reader.ts'
import { readNamedRows } from '../reader.ts'
import type { Kind } from '../schemas.ts'
import { parseMoment, toMinorUnits, TransformError } from '../transforms.ts'

/**
 * An example of an adapter: a telecom company's subscriber list and complaint list become tenants, subscribers,
 * invoices and tickets. docs/import.md states its rules.
 */
export interface TelcoFiles {
  readonly subscribers: string
  readonly complaints?: string
  /** The month of the newest invoice; its first day is used. */
  readonly asOf: Date
  /** The slug of the partner that opened the complaints which were filed on behalf of somebody. */
  readonly partner?: string
}

/** What the files hold besides rows. */
export interface TelcoReading {
  readonly rows: AsyncGenerator<IncomingRow>
  /** The external ids of the tenants, in the order in which complaints are dealt to them. */
  readonly tenants: readonly string[]
  /** Things that are odd but no fault; filled while the rows are read. */
  readonly notes: string[]
}

interface Brand {
  readonly externalId: string
  readonly name: string
  readonly slug: string
}

interface Telco {
  readonly files: TelcoFiles
  readonly brands: readonly Brand[]
  readonly brandOfCity: ReadonlyMap<string, Brand>
  readonly others: Brand | undefined
  readonly state: ReadingState
  readonly notes: string[]
}

export const TELCO_SOURCE = 'telco'
const CURRENCY = 'USD'
const SMALLEST_CITY = 20
const TERM_DAYS = 14
const SUBSCRIBER_FORM = { delimiter: ',', quote: '"', encoding: 'utf-8' } as const
const COMPLAINT_FORM = { delimiter: '\t', quote: null, encoding: 'utf-8' } as const

const SUBSCRIBER_COLUMNS = [
  'customerID',
  'tenure',
  'InternetService',
  'PhoneService',
  'Contract',
  'PaymentMethod',
  'MonthlyCharges',
  'TotalCharges',
  'Churn',
  'City',
  'ZipCode',
]
const COMPLAINT_COLUMNS = [
  'Ticket #',
  'Customer Complaint',
  'Date',
  'Date_month_year',
  'Time',
  'Received Via',
  'City',
  'State',
  'Zip code',
  'Status',
  'Filing on Behalf of Someone',
]

function requireColumns(wanted: readonly string[]) {
  return (columns: readonly string[]) =>
    wanted.filter((column) => !columns.includes(column)).map((column) => `the column "${column}" is missing`)
}

function readSubscribers(path: string, state: ReadingState) {
  return readNamedRows(path, SUBSCRIBER_FORM, { state, check: requireColumns(SUBSCRIBER_COLUMNS) })
}

function toBrand(city: string): Brand {
  const slug = city
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return { externalId: `city-${slug}`, name: `${city} Broadband`, slug: `${slug}-broadband` }
}

const OTHERS: Brand = {
  externalId: 'city-others',
  name: 'Small Towns Broadband',
  slug: 'small-towns-broadband',
}

/** The first pass: which cities are large enough to be a tenant of their own. */
async function countCities(path: string, state: ReadingState): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const row of readSubscribers(path, state)) {
    const city = 'columns' in row ? (row.columns['City'] ?? '').trim() : ''
    if (city !== '') counts.set(city, (counts.get(city) ?? 0) + 1)
  }
  return counts
}

function describeTelco(files: TelcoFiles, counts: ReadonlyMap<string, number>, state: ReadingState): Telco {
  const large = [...counts]
    .filter(([, count]) => count >= SMALLEST_CITY)
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const brandOfCity = new Map(large.map(([city]) => [city, toBrand(city)]))
  const others = large.length < counts.size ? OTHERS : undefined
  return {
    files,
    brands: [...brandOfCity.values(), ...(others ? [others] : [])],
    brandOfCity,
    others,
    state,
    notes: [],
  }
}

interface Fault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

/** Reads a cell, keeping what is wrong with it instead of throwing. */
function makeCells(row: NamedRow) {
  const faults: Fault[] = []
  const text = (column: string) => (row.columns[column] ?? '').trim()
  const fail = (column: string, detail: string) =>
    void faults.push({ pointer: `/${column}`, code: 'NOT_READABLE', detail: `Column ${column}: ${detail}.` })
  const matching = (column: string, form: RegExp, what: string): string => {
    const value = text(column)
    if (!form.test(value)) fail(column, `"${value}" is not ${what}`)
    return value
  }
  const reading = <Value>(column: string, read: (value: string) => Value): Value | undefined => {
    try {
      return read(text(column))
    } catch (error) {
      if (!(error instanceof TransformError)) throw error
      fail(column, error.message)
      return undefined
    }
  }
  return { faults, text, matching, reading, fail }
}

function addMonths(first: Date, months: number): Date {
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + months, 1))
}

const toDay = (date: Date) => date.toISOString().slice(0, 10)

/** A number from 0 to 99 that depends on the subscriber alone. */
function shareOf(externalId: string): number {
  return createHash('sha256').update(externalId).digest().readUInt16BE(0) % 100
}

interface Account {
  readonly id: string
  readonly tenure: number
  readonly isClosed: boolean
  readonly paysItself: boolean
  readonly monthlyMinor: number
}

/** Which of the newest months are unpaid, as a share of those who do not pay automatically, newest month first. */
const UNPAID_SHARES = [70, 6, 2, 1, 1]

function isUnpaid(account: Account, month: number): boolean {
  const share = UNPAID_SHARES[account.tenure - month] ?? 0
  return !account.isClosed && !account.paysItself && shareOf(account.id) < share
}

function toInvoices(account: Account, brand: Brand, asOf: Date): { kind: Kind; raw: unknown }[] {
  return Array.from({ length: account.tenure }, (_, index) => {
    const month = index + 1
    const issuedOn = addMonths(asOf, month - account.tenure)
    const dueOn = toDay(new Date(issuedOn.getTime() + TERM_DAYS * 86_400_000))
    const isOpen = isUnpaid(account, month)
    const raw = {
      tenant: brand.externalId,
      external_id: `${account.id}-${month}`,
      billing_account: 'main',
      subscriber: account.id,
      number: `${account.id}-${String(month).padStart(3, '0')}`,
      customer_name: `Subscriber ${account.id}`,
      issued_on: toDay(issuedOn),
      due_on: dueOn,
      status: isOpen ? 'finalized' : 'paid',
      subtotal: { amount_minor: account.monthlyMinor, currency: CURRENCY },
      ...(!isOpen && { paid_on: dueOn }),
    }
    return { kind: 'invoices' as const, raw }
  })
}

function describePlan(cells: ReturnType<typeof makeCells>): string {
  const internet = cells.text('InternetService')
  const service =
    internet === 'No' ? 'Phone' : cells.text('PhoneService') === 'Yes' ? `${internet} and phone` : internet
  return `${service}, ${cells.text('Contract').toLowerCase()}`
}

function toSubscriberRow(telco: Telco, row: NamedRow): IncomingRow {
  const cells = makeCells(row)
  const city = cells.matching('City', /\S/, 'a city')
  const postalCode = cells.matching('ZipCode', /^\d{5}$/, 'a ZIP code of five digits')
  const churn = cells.matching('Churn', /^(Yes|No)$/, 'Yes or No')
  const account: Account = {
    id: cells.matching('customerID', /^[\w-]{1,60}$/, 'an id'),
    tenure: Number(cells.matching('tenure', /^\d{1,3}$/, 'a number of months')),
    isClosed: churn === 'Yes',
    paysItself: cells.text('PaymentMethod').endsWith('(automatic)'),
    monthlyMinor: cells.reading('MonthlyCharges', (value) => toMinorUnits(value, CURRENCY)) ?? 0,
  }
  if (cells.text('TotalCharges') === '')
    telco.notes.push(`${row.file}:${row.line}: TotalCharges is blank; it is not needed.`)
  const brand = telco.brandOfCity.get(city) ?? telco.others
  if (!brand || cells.faults.length > 0)
    return { file: row.file, line: row.line, items: [], faults: cells.faults }
  const since = addMonths(telco.files.asOf, -Math.max(account.tenure - 1, 0))
  const raw = {
    tenant: brand.externalId,
    external_id: account.id,
    name: `Subscriber ${account.id}`,
    status: account.isClosed ? 'closed' : 'active',
    plan: describePlan(cells),
    city,
    postal_code: postalCode,
    activated_on: toDay(since),
    ...(account.isClosed && { closed_on: toDay(telco.files.asOf) }),
  }
  return {
    file: row.file,
    line: row.line,
    items: [{ kind: 'subscribers', raw }, ...toInvoices(account, brand, telco.files.asOf)],
    faults: [],
  }
}

const STATES: Readonly<Record<string, string>> = {
  Open: 'open',
  Pending: 'pending',
  Solved: 'resolved',
  Closed: 'closed',
}

/** When a complaint came; the two date columns must say the same day. */
function readMoment(cells: ReturnType<typeof makeCells>): Date | undefined {
  const day = cells.reading('Date', (text) =>
    parseMoment(text, /^\d{1,2}-\d{1,2}-\d{4}$/.test(text) ? 'DD-MM-YYYY' : 'DD-MMM-YY'),
  )
  const again = cells.reading('Date_month_year', (text) => parseMoment(text, 'DD-MMM-YY'))
  const time = cells.reading('Time', (text) => parseMoment(`2000-01-01 ${text}`, 'YYYY-MM-DD hh.mm.ss A'))
  if (!day || !again || !time) return undefined
  if (day.getTime() !== again.getTime()) {
    cells.fail('Date', `"${cells.text('Date')}" and "${cells.text('Date_month_year')}" are different days`)
    return undefined
  }
  return new Date(day.getTime() + (time.getTime() - Date.UTC(2000, 0, 1)))
}

function toTicketRow(telco: Telco, row: NamedRow): IncomingRow {
  const cells = makeCells(row)
  const number = cells.matching('Ticket #', /^\d{1,12}$/, 'a ticket number')
  const postalCode = cells.matching('Zip code', /^\d{4,5}$/, 'a ZIP code')
  const state = cells.matching('Status', /^(Open|Pending|Solved|Closed)$/, 'Open, Pending, Solved or Closed')
  const onBehalf = cells.matching('Filing on Behalf of Someone', /^(Yes|No)$/, 'Yes or No')
  const subject = cells.matching('Customer Complaint', /\S/, 'a subject')
  const createdAt = readMoment(cells)
  const brand = telco.brands[Number(postalCode) % telco.brands.length]
  if (!brand || !createdAt || cells.faults.length > 0)
    return { file: row.file, line: row.line, items: [], faults: cells.faults }
  const via = cells.text('Received Via')
  const raw = {
    tenant: brand.externalId,
    external_id: number,
    number,
    subject,
    description: `Received by ${via.toLowerCase()} from ${cells.text('City')}, ${cells.text('State')} ${postalCode}.`,
    status: STATES[state],
    category: 'complaint',
    tags: [via.toLowerCase()],
    created_at: createdAt.toISOString(),
    ...(onBehalf === 'Yes' && {
      opened_by_name: 'Filed on behalf of the consumer',
      ...(telco.files.partner !== undefined && { opened_by_partner: telco.files.partner }),
    }),
  }
  return { file: row.file, line: row.line, items: [{ kind: 'tickets', raw }], faults: [] }
}

function toBrandRow(telco: Telco, brand: Brand): IncomingRow {
  const tenant = {
    external_id: brand.externalId,
    name: brand.name,
    slug: brand.slug,
    status: 'active',
    currency: CURRENCY,
    timezone: 'America/Los_Angeles',
  }
  const account = {
    tenant: brand.externalId,
    external_id: 'main',
    ban: 'MAIN',
    name: 'Main',
    currency: CURRENCY,
  }
  return {
    file: telco.files.subscribers,
    line: 0,
    items: [
      { kind: 'tenants', raw: tenant },
      { kind: 'billing_accounts', raw: account },
    ],
    faults: [],
  }
}

function toMisshapen({ file, line, detail }: MisshapenRow): IncomingRow {
  return { file, line, items: [], faults: [{ pointer: '', code: 'MISSHAPEN_ROW', detail }] }
}

async function* generateRows(telco: Telco): AsyncGenerator<IncomingRow> {
  for (const brand of telco.brands) yield toBrandRow(telco, brand)
  for await (const row of readSubscribers(telco.files.subscribers, telco.state)) {
    yield 'columns' in row ? toSubscriberRow(telco, row) : toMisshapen(row)
  }
  if (telco.files.complaints === undefined) return
  const told = { state: telco.state, check: requireColumns(COMPLAINT_COLUMNS) }
  for await (const row of readNamedRows(telco.files.complaints, COMPLAINT_FORM, told)) {
    yield 'columns' in row ? toTicketRow(telco, row) : toMisshapen(row)
  }
}

/** Opens the files: a first pass finds the tenants, the rows then come one at a time. */
export async function readTelco(files: TelcoFiles, state: ReadingState): Promise<TelcoReading> {
  const counts = await countCities(files.subscribers, { bytes: 0, rows: 0 })
  const telco = describeTelco({ ...files, asOf: addMonths(files.asOf, 0) }, counts, state)
  return {
    rows: generateRows(telco),
    tenants: telco.brands.map(({ externalId }) => externalId),
    notes: telco.notes,
  }
}
