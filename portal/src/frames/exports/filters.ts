import { choiceField, textField } from '../../platform/filters.ts'
import type { FilterValues } from '../../platform/filters.ts'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { isMoment, isRequestId } from '../../platform/pasted.ts'
import { t, tValue } from '../../platform/words.ts'

export const formats = ['csv', 'xlsx', 'pdf', 'jsonl'] as const

/** How the file is to be and what the list showed, all in the address: it survives the way to a step-up and back. */
export const orderSpec = {
  kind: textField(),
  format: choiceField(formats, 'csv'),
  columns: textField(),
  mark: choiceField(['no', 'yes'] as const, 'no'),
  search: textField(),
  status: textField(),
  overdue: textField(),
  currency: textField(),
  priority: textField(),
  sort: textField(),
  order: textField(),
  outcome: textField(),
  by: textField(),
  from: textField(),
  to: textField(),
  sla: textField(),
  category: textField(),
  who: textField(),
  group: textField(),
  tenant: textField(),
  state: textField(),
  month: textField(),
  partner: textField(),
  person: textField(),
  delegation: textField(),
  /** The kind of earnings; the kind of the file has its name. */
  rows: textField(),
}

export type OrderValues = FilterValues<typeof orderSpec>

/** One filter of the list in the server's form, with the words that tell it. */
type Filter = { field: string; value: unknown; words: string }

function given(value: string): boolean {
  return value !== '' && value !== 'any' && value !== 'default'
}

function searchOf({ search }: OrderValues): Filter[] {
  return search === '' ? [] : [{ field: 'search', value: search, words: `“${search}”` }]
}

function invoiceFilters(values: OrderValues): Filter[] {
  const found = searchOf(values)
  const { status, overdue } = values
  if (given(status)) found.push({ field: 'status', value: [status], words: tValue('status.invoice', status) })
  if (given(overdue))
    found.push({
      field: 'overdue_days_min',
      value: Number(overdue),
      words: t('exports.overdue_from', { days: Number(overdue) }),
    })
  if (/^[A-Z]{3}$/.test(values.currency))
    found.push({ field: 'currency', value: values.currency, words: values.currency })
  return found
}

const unfinished = ['open', 'pending', 'on_hold']

function ticketFilters(values: OrderValues): Filter[] {
  const found = searchOf(values)
  const { status, priority } = values
  if (status === '' || status === 'unfinished')
    found.push({ field: 'status', value: unfinished, words: t('pick.unfinished') })
  else if (given(status))
    found.push({ field: 'status', value: [status], words: tValue('status.ticket', status) })
  if (given(priority))
    found.push({ field: 'priority', value: [priority], words: tValue('status.priority', priority) })
  return [...found, ...clockFilters(values)]
}

function clockFilters({ sla, category, who }: OrderValues): Filter[] {
  const found: Filter[] = []
  if (sla === 'endangered')
    found.push({ field: 'sla_state', value: ['breached', 'at_risk'], words: t('pick.endangered') })
  else if (given(sla)) found.push({ field: 'sla_state', value: [sla], words: tValue('status.sla', sla) })
  if (given(category))
    found.push({ field: 'category', value: [category], words: tValue('category', category) })
  if (who === 'mine') found.push({ field: 'mine', value: true, words: t('exports.mine') })
  if (who === 'unassigned') found.push({ field: 'unassigned', value: true, words: t('exports.unassigned') })
  return found
}

function subscriberFilters(values: OrderValues): Filter[] {
  const found = searchOf(values)
  const { status } = values
  if (given(status))
    found.push({ field: 'status', value: [status], words: tValue('status.organisation', status) })
  return found
}

const isMonth = (text: string): boolean => /^\d{4}-\d\d$/.test(text)

/** A day as one reads it; a month stays as it is. */
const told = (time: string): string => (isDay(time) ? formatDate(time) : time)

/** The time of a report: days, or whole months for revenue. */
function reportFilters({ kind, from, to }: OrderValues): Filter[] {
  const [unit, isTime] = kind === 'report_revenue' ? ['month', isMonth] : ['date', isDay]
  const found: Filter[] = []
  if (isTime(from))
    found.push({ field: `from_${unit}`, value: from, words: t('exports.from', { time: told(from) }) })
  if (isTime(to)) found.push({ field: `to_${unit}`, value: to, words: t('exports.to', { time: told(to) }) })
  return found
}

/** Whose rows: one tenant's, or those of a group. The server says which tenants that are. */
function tenantFilters({ tenant, group }: OrderValues): Filter[] {
  const found: Filter[] = []
  if (given(tenant)) found.push({ field: 'tenant_ids', value: [tenant], words: t('exports.one_tenant') })
  if (given(group)) found.push({ field: 'group', value: group, words: t('exports.one_group') })
  return found
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/** A time of the log: a day, or an instant, as in the address of a visit. */
function momentOf(text: string): string | null {
  if (isDay(text)) return formatDate(text)
  return isMoment(text) ? formatDateTime(text) : null
}

/** One person, one access or one request of the log, as the address names them. */
function idsOf({ person, delegation }: OrderValues): Filter[] {
  const found: Filter[] = []
  if (/^psn_[0-9a-z]{26}$/.test(person))
    found.push({ field: 'person_id', value: person, words: t('exports.one_person') })
  if (/^[a-z]{3}_[0-9a-z]{26}$/.test(delegation))
    found.push({ field: 'delegation_id', value: delegation, words: t('exports.one_access') })
  return found
}

function activityFilters(values: OrderValues): Filter[] {
  const { outcome, by, from, to, search } = values
  const found = isRequestId(search)
    ? [{ field: 'request_id', value: search, words: t('exports.one_request') }]
    : searchOf(values)
  found.push(...idsOf(values))
  if (given(outcome))
    found.push({ field: 'outcome', value: [outcome], words: tValue('activity.outcome', outcome) })
  if (['partner', 'tenant', 'provider'].includes(by))
    found.push({ field: 'by', value: by, words: tValue('activity.by', by) })
  for (const [field, text] of [
    ['from', from],
    ['to', to],
  ] as const) {
    const moment = momentOf(text)
    if (moment !== null) found.push({ field, value: text, words: `${t(`activity.${field}`)} ${moment}` })
  }
  return found
}

/** What the list showed, for the order and in words. */
export function filtersOf(values: OrderValues): readonly Filter[] {
  const read = readers[values.kind] ?? searchOf
  return [...read(values), ...tenantFilters(values)]
}

/** Which rows of the program: their state, one month, one currency, one partner. */
function programFilters(values: OrderValues): Filter[] {
  const found: Filter[] = []
  const { kind, state, month, currency, partner, rows } = values
  if (given(state) && kind !== 'statements')
    found.push({
      field: 'state',
      value: [state],
      words: tValue(`status.${programStates[kind] ?? kind}`, state),
    })
  if (kind === 'earnings' && given(rows))
    found.push({ field: 'earning_kind', value: [rows], words: tValue('earning_kind', rows) })
  if (isMonth(month)) {
    found.push({ field: 'from_month', value: month, words: t('exports.in_month', { month }) })
    found.push({ field: 'to_month', value: month, words: '' })
  }
  if (/^[A-Z]{3}$/.test(currency) && kind !== 'referrals')
    found.push({ field: 'currency', value: currency, words: currency })
  if (partner !== '' && kind !== 'payout_batches')
    found.push({ field: 'partner_id', value: partner, words: t('exports.one_partner') })
  return found
}

const programStates: Readonly<Record<string, string>> = {
  earnings: 'earning',
  referrals: 'referral',
  payouts: 'payout_item',
  payout_batches: 'payout_batch',
}

const readers: Readonly<Record<string, (values: OrderValues) => Filter[]>> = {
  invoices: invoiceFilters,
  tickets: ticketFilters,
  subscribers: subscriberFilters,
  activity: activityFilters,
  report_sla: reportFilters,
  report_usage: reportFilters,
  report_revenue: reportFilters,
  earnings: programFilters,
  referrals: programFilters,
  statements: programFilters,
  payouts: programFilters,
  payout_batches: programFilters,
}

const sortNames = new Set(['invoice_date', 'amount', 'status'])

/** The order of the rows, where the list's own can be kept. */
function sortingOf({ kind, sort, order }: OrderValues): Record<string, string> {
  if (kind !== 'invoices' || !sortNames.has(sort)) return {}
  return { sort_by: sort, sort_order: order === 'asc' ? 'asc' : 'desc' }
}

/** What is ordered: how the file is to be, and which rows of the list. */
export type Wanted = {
  kind: string
  format: OrderValues['format']
  columns?: string[]
  byte_order_mark?: boolean
  filter: Readonly<Record<string, unknown>>
}

/** The chosen columns, which the address holds by their places among all; none chosen means the usual ones. */
export function chosenColumns(values: OrderValues, all: readonly string[]): string[] {
  const places = new Set(values.columns.split('.'))
  return values.columns === '' ? [] : all.filter((_, index) => places.has(String(index)))
}

/** Columns for the address. */
export function placesOf(keys: readonly string[], all: readonly string[]): string {
  return keys.map((key) => all.indexOf(key)).join('.')
}

/** The order that the address describes. */
export function toWanted(values: OrderValues, all: readonly string[]): Wanted {
  const filter = Object.fromEntries(filtersOf(values).map(({ field, value }) => [field, value]))
  const columns = chosenColumns(values, all)
  return {
    kind: values.kind,
    format: values.format,
    ...(columns.length === 0 ? {} : { columns }),
    ...(values.format === 'csv' && values.mark === 'yes' ? { byte_order_mark: true } : {}),
    filter: { ...filter, ...sortingOf(values) },
  }
}
