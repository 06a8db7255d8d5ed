import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { VoucherState, VoucherTables } from './tables.ts'

type Staff = Mandate<'tenant'>

export interface VoucherFilter {
  /** States as they are now: an issued voucher whose end has come counts as expired. */
  readonly states?: readonly VoucherState[] | undefined
  readonly typeCode?: string | undefined
  readonly agencyId?: string | undefined
  /** With a name besides, either of them is meant. */
  readonly code?: string | undefined
  readonly name?: string | undefined
  readonly dateOfBirth?: string | undefined
  readonly oldestFirst?: boolean
}

function vouchers(mandate: Staff) {
  return tables<VoucherTables>(mandate)
    .selectFrom('voucher as v')
    .innerJoin('voucher_type as t', (join) =>
      join.onRef('t.tenant_id', '=', 'v.tenant_id').onRef('t.id', '=', 'v.voucher_type_id'),
    )
    .innerJoin('voucher_recipient as r', (join) =>
      join.onRef('r.tenant_id', '=', 'v.tenant_id').onRef('r.voucher_id', '=', 'v.id'),
    )
    .where('v.tenant_id', '=', mandate.tenant.id)
}

/** The state as it is at this statement. */
const NOW_STATE = sql<VoucherState>`case when v.status = 'issued' and v.expires_at <= statement_timestamp() then 'expired' else v.status end`

/** The states as they are stored: one that has run out is noted as issued until the clock comes. An index holds these. */
const storedStatesOf = (states: readonly VoucherState[]): VoucherState[] =>
  states.includes('expired') ? [...states, 'issued'] : [...states]

function filtered(mandate: Staff, filter: VoucherFilter) {
  let query = vouchers(mandate)
  if (filter.states)
    query = query
      .where('v.status', 'in', storedStatesOf(filter.states))
      .where(NOW_STATE, 'in', [...filter.states])
  if (filter.typeCode !== undefined) query = query.where('t.code', '=', filter.typeCode)
  if (filter.agencyId !== undefined) query = query.where('v.agency_id', '=', filter.agencyId)
  if (filter.dateOfBirth !== undefined) query = query.where('r.date_of_birth', '=', filter.dateOfBirth)
  const words = filter.name?.split(/\s+/).filter((part) => part !== '') ?? []
  if (filter.code === undefined && words.length === 0) return query
  return query.where((eb) => {
    const named = words.map((word) => {
      const pattern = containsPattern(word)
      return eb.or([eb('r.first_name', 'ilike', pattern), eb('r.last_name', 'ilike', pattern)])
    })
    if (filter.code === undefined) return eb.and(named)
    const isCode = eb('v.code', '=', filter.code)
    return named.length === 0 ? isCode : eb.or([isCode, eb.and(named)])
  })
}

const OF_VOUCHER = [
  'v.tenant_id',
  'v.id',
  'v.code',
  'v.voucher_type_id',
  'v.agency_id',
  'v.agency_name',
  'v.issuer_mode',
  'v.issued_by_label',
  'v.requested_at',
  'v.issued_at',
  'v.expires_at',
  'v.redeemed_at',
  'v.redeemed_place',
  'v.receipt_id',
  'v.gross_minor',
  'v.currency',
  'v.version',
  't.code as type_code',
  't.label as type_label',
  'r.first_name',
  'r.last_name',
  'r.household_adults',
  'r.household_children',
  'r.purge_after',
  'r.purged_at',
  'r.identity_key',
] as const

const shown = (mandate: Staff, filter: VoucherFilter) =>
  filtered(mandate, filter)
    .select(OF_VOUCHER)
    .select(NOW_STATE.as('status'))
    .select(sql<string>`access.voucher_currency()`.as('usual_currency'))
    .select(sql<string | null>`r.date_of_birth::text`.as('date_of_birth'))
    .select(
      sql<boolean>`v.status = 'redeemed' and (v.redeemed_at at time zone access.voucher_zone())::date = (statement_timestamp() at time zone access.voucher_zone())::date`.as(
        'may_reverse',
      ),
    )

export type VoucherRow = Awaited<ReturnType<ReturnType<typeof shown>['executeTakeFirstOrThrow']>>

/** A page of vouchers and how many there are. */
export async function listVouchers(
  mandate: Staff,
  filter: VoucherFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: VoucherRow[]; total: number }> {
  const order = filter.oldestFirst ? 'asc' : 'desc'
  const rows = await shown(mandate, filter)
    .orderBy('v.requested_at', order)
    .orderBy('v.id', order)
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await filtered(mandate, filter)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total }
}

/** One voucher. Throws VOUCHER_NOT_FOUND. */
export async function getVoucher(mandate: Staff, id: IdOf<'voucher'>): Promise<VoucherRow> {
  const row = await shown(mandate, {}).where('v.id', '=', id).executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'VOUCHER_NOT_FOUND', 'Your organisation has no voucher with this id.')
}

/** One voucher by its stored code, if there is one. */
export function findVoucher(mandate: Staff, code: string): Promise<VoucherRow | undefined> {
  return shown(mandate, { code }).executeTakeFirst()
}

/** Other vouchers of the same type for the same person, the newest first; at most 20. */
export function listOfSamePerson(mandate: Staff, row: VoucherRow): Promise<VoucherRow[]> {
  return shown(mandate, {})
    .where('r.identity_key', '=', row.identity_key)
    .where('v.id', '<>', row.id)
    .orderBy('v.requested_at', 'desc')
    .orderBy('v.id', 'desc')
    .limit(20)
    .execute()
}

/** What happened to a voucher, from the beginning. */
export function listHistory(mandate: Staff, id: string) {
  return tables<VoucherTables>(mandate)
    .selectFrom('voucher_event')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('voucher_id', '=', id)
    .orderBy('at')
    .orderBy('id')
    .limit(200)
    .execute()
}
