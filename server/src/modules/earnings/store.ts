import type { IdOf, PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { whoStillDecides } from '#platform/first-approver.ts'
import type { InCharge } from '#platform/first-approver.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import type { EarningState } from './accrual-facts.ts'
import type { EarningKind, EarningTables } from './tables.ts'

export type EarningMandate = Mandate<'program' | 'platform'>
type EarningId = IdOf<'earning'>

/** Which earnings a list shows. Months are first days. */
export interface EarningFilter {
  readonly partnerId?: PartnerId | undefined
  readonly month?: string | undefined
  readonly state?: readonly EarningState[] | undefined
  readonly currency?: string | undefined
  readonly kind?: EarningKind | undefined
  readonly referralId?: string | undefined
}

function filtered(mandate: EarningMandate, filter: EarningFilter) {
  let query = tables<EarningTables>(mandate).selectFrom('earning')
  if (filter.partnerId !== undefined) query = query.where('partner_id', '=', filter.partnerId)
  if (filter.month !== undefined) query = query.where('period_month', '=', filter.month)
  if (filter.state) query = query.where('state', 'in', [...filter.state])
  if (filter.currency !== undefined) query = query.where('currency', '=', filter.currency)
  if (filter.kind) query = query.where('kind', '=', filter.kind)
  if (filter.referralId !== undefined) query = query.where('referral_id', '=', filter.referralId)
  return query
}

const selectAll = (mandate: EarningMandate) => filtered(mandate, {}).selectAll()
export type EarningRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** The earnings that the mandate's side may see, newest payment first, with how many there are. */
export async function listEarnings(
  mandate: EarningMandate,
  filter: EarningFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: EarningRow[]; total: number }> {
  return readPage(
    filtered(mandate, filter).selectAll().orderBy('occurred_at', 'desc').orderBy('id', 'desc'),
    page,
  )
}

/** One earning. Throws EARNING_NOT_FOUND. */
export async function getEarning(mandate: EarningMandate, id: EarningId): Promise<EarningRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'EARNING_NOT_FOUND', 'No earning that you can see has this id.')
  return row
}

/** These earnings, in no order; ids that are not there are left out. */
export function findEarnings(mandate: Mandate<'platform'>, ids: readonly EarningId[]): Promise<EarningRow[]> {
  return selectAll(mandate)
    .where('id', 'in', [...ids])
    .execute()
}

/** What was taken back of an earning so far, oldest first. */
export function listTakenBack(mandate: EarningMandate, id: string): Promise<EarningRow[]> {
  return selectAll(mandate)
    .where('reverses_id', '=', id)
    .orderBy('occurred_at')
    .orderBy('id')
    .limit(500)
    .execute()
}

/** What people know the other sides of rows by. */
export interface EarningNames {
  readonly tenants: ReadonlyMap<string, { readonly id: string; readonly name: string }>
  readonly partners: ReadonlyMap<string, string>
  /** Who of the provider gave a first approval that counts; nobody for the partner, which is told of none. */
  readonly inCharge: InCharge
}

/** Who gave the first of two approvals of an earning that waits for the second. */
export const firstOf = (row: EarningRow): string | null =>
  row.state === 'pending' ? row.first_approved_by : null

/** The tenants of the rows' referrals, as far as the side sees them, and the partners, by name. */
export async function nameRows(mandate: EarningMandate, rows: readonly EarningRow[]): Promise<EarningNames> {
  if (rows.length === 0) return { tenants: new Map(), partners: new Map(), inCharge: new Set() }
  const referralIds = new Set(rows.map((row) => row.referral_id).filter((id) => id !== null))
  const referrals =
    referralIds.size === 0
      ? []
      : await tables<EarningTables>(mandate)
          .selectFrom('referral')
          .select(['id', 'tenant_id'])
          .where('id', 'in', [...referralIds])
          .execute()
  const tenantIds = [...new Set(referrals.map((row) => row.tenant_id))]
  const tenants = await nameTenants(mandate, tenantIds)
  const partners = await tables<EarningTables>(mandate)
    .selectFrom('partner')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(rows.map((row) => row.partner_id))])
    .execute()
  return {
    tenants: new Map(
      referrals.flatMap(({ id, tenant_id: tenantId }) => {
        const name = tenants.get(tenantId)
        return name === undefined ? [] : [[id, { id: tenantId, name }]]
      }),
    ),
    partners: new Map(partners.map(({ id, name }) => [id, name])),
    inCharge: mandate.kind === 'platform' ? await whoStillDecides(mandate, rows.map(firstOf)) : new Set(),
  }
}

/** Partners know the tenants that they referred by the limited view alone (D2). */
async function nameTenants(
  mandate: EarningMandate,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows =
    mandate.kind === 'program'
      ? await tables<EarningTables>(mandate)
          .selectFrom('partner_visible_tenant')
          .select(['tenant_id as id', 'name'])
          .where('tenant_id', 'in', [...ids])
          .execute()
      : await tables<EarningTables>(mandate)
          .selectFrom('tenant')
          .select(['id', 'name'])
          .where('id', 'in', [...ids])
          .execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** A sum of earnings of one month, currency and state. */
export interface EarningTotal {
  readonly month: string
  readonly currency: string
  readonly state: EarningState
  readonly earnings: number
  readonly amount_minor: number
}

/** Totals of the mandate's own partner: amounts and counts alone, the one thing that staff see of earnings (D8). */
export async function totalOwn(mandate: Mandate<'program'>): Promise<EarningTotal[]> {
  const { rows } = await sql<EarningTotal>`
    select to_char(period_month, 'YYYY-MM') as month, currency, state, sum(earnings)::bigint as earnings, sum(amount_minor)::bigint as amount_minor
    from access.own_earning_totals() group by 1, 2, 3 order by 1 desc, 2, 3`.execute(
    tables<EarningTables>(mandate),
  )
  return rows
}

/** The month that it is where the program is at home, by which earnings are put into months. */
export async function thisMonth(mandate: Mandate<'program'>): Promise<string> {
  const { rows } = await sql<{ month: string }>`
    select to_char(access.program_day(statement_timestamp()), 'YYYY-MM') as month`.execute(
    tables<EarningTables>(mandate),
  )
  return rows[0]?.month ?? ''
}

/** Who the owners of the mandate's own partner are, by name. */
export async function listOwnerNames(mandate: Mandate<'program'>): Promise<string[]> {
  const { rows } = await sql<{
    name: string
  }>`select own_owner_names as name from access.own_owner_names()`.execute(tables<EarningTables>(mandate))
  return rows.map(({ name }) => name)
}

/** Totals over partners, by month, currency and state. */
export async function totalAll(mandate: Mandate<'platform'>, filter: EarningFilter): Promise<EarningTotal[]> {
  const rows = await filtered(mandate, filter)
    .select((eb) => [
      sql<string>`to_char(period_month, 'YYYY-MM')`.as('month'),
      'currency',
      'state',
      eb.fn.countAll<number>().as('earnings'),
      sql<number>`sum(amount_minor)::bigint`.as('amount_minor'),
    ])
    .groupBy(['period_month', 'currency', 'state'])
    .orderBy('period_month', 'desc')
    .orderBy('currency')
    .orderBy('state')
    .limit(2000)
    .execute()
  return rows
}

/** What a partner has earned and was not paid, by currency, and how that is made up. */
export interface Balance {
  readonly currency: string
  readonly balance_minor: number
  readonly pending_minor: number
  readonly held_minor: number
  readonly approved_minor: number
  readonly due_minor: number
  readonly in_payout_minor: number
  readonly paid_minor: number
}

/** The balances of a partner, by currency; nothing for a partner that the mandate has no part in. */
export async function findBalances(mandate: EarningMandate, partnerId: string): Promise<Balance[]> {
  const { rows } = await sql<Balance>`select * from access.earning_balance(${partnerId}::uuid)`.execute(
    tables<EarningTables>(mandate),
  )
  return rows
}
