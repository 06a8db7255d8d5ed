import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { PayoutTables } from './tables.ts'

/** An earning as a file holds it. */
export interface EarningOut {
  readonly id: string
  readonly referral_id: string
  readonly occurred_at: Date
  readonly period_month: string
  readonly kind: string
  readonly component: string
  readonly state: string
  readonly available_on: string
  readonly currency: string
  readonly base_minor: number
  readonly amount_minor: number
  readonly payout_item_id: string | null
}

/** Which rows of the own partner a file holds: months from and to, both included. */
export interface Span {
  readonly from: string | null
  readonly to: string | null
  readonly limit: number
}

/** The earnings of the own partner, newest first. */
export async function readEarnings(mandate: Mandate<'program'>, span: Span): Promise<EarningOut[]> {
  const { rows } = await sql<EarningOut>`
    select id, referral_id, occurred_at, period_month, kind, component, state, available_on, currency::text as currency, base_minor, amount_minor, payout_item_id
    from earning
    where partner_id = ${mandate.partner.id} and (${span.from}::date is null or period_month >= ${span.from}::date) and (${span.to}::date is null or period_month <= ${span.to}::date)
    order by occurred_at desc, id desc limit ${span.limit}`.execute(tables<PayoutTables>(mandate))
  return rows
}

/** A referral as a file holds it: no field of the tenant. */
export interface ReferralOut {
  readonly id: string
  readonly method: string
  readonly referred_at: Date
  readonly state: string
}

/** The referrals of the own partner, newest first. */
export async function readReferrals(mandate: Mandate<'program'>, span: Span): Promise<ReferralOut[]> {
  const { rows } = await sql<ReferralOut>`
    select id, method, referred_at, state from referral
    where partner_id = ${mandate.partner.id} and (${span.from}::date is null or referred_at >= ${span.from}::date) and (${span.to}::date is null or referred_at < ${span.to}::date + interval '1 month')
    order by referred_at desc, id desc limit ${span.limit}`.execute(tables<PayoutTables>(mandate))
  return rows
}
