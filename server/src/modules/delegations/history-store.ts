import type { LinkRole } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { DelegationTables } from './tables.ts'

/** Who may read the past of a tenant's access: its own people, and whoever it let in for an audit. */
export type HistoryMandate = Mandate<'acting' | 'tenant'>

/** Somebody who was assigned to a link; times are ISO texts, since they come in one JSON value. */
interface PersonThen {
  readonly person_id: string
  readonly name: string
  readonly role: LinkRole | null
  readonly mask: string
  readonly ends_at: string | null
  readonly elevated_until: string | null
  readonly stopped: 'person_inactive' | 'member_inactive' | 'frozen' | null
}

/** One delegation as it stood at a moment. */
export interface AccessThenRow {
  readonly total: string
  readonly id: string
  readonly kind: 'link' | 'consent' | 'resale'
  readonly partner_name: string
  readonly client_name: string | null
  readonly access_role: LinkRole | null
  readonly state: 'open' | 'not_started' | 'suspended' | 'frozen' | 'partner_inactive' | 'tenant_closed'
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly mask: string
  readonly granted: string
  readonly denied: string
  readonly own_accounts_only: boolean
  readonly own_accounts: string | null
  readonly accounts: readonly { readonly number: string; readonly name: string }[] | null
  readonly freezes: readonly { readonly set_by: 'partner' | 'tenant' | 'provider'; readonly since: string }[]
  readonly people: readonly PersonThen[]
  readonly people_total: string
}

/** Since when the record tells who had access to the tenant; null when this mandate may not read it. */
export async function findHistorySince(mandate: HistoryMandate): Promise<Date | null> {
  const work = sql<{ since: Date | null }>`select access.history_since() as since`
  return (await work.execute(tables<DelegationTables>(mandate))).rows[0]?.since ?? null
}

/** What stood in the tenant at a moment, by partner; nothing for a moment of which the record does not say all. */
export async function listAccessAt(
  mandate: HistoryMandate,
  moment: Date,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<readonly AccessThenRow[]> {
  const work = sql<AccessThenRow>`select * from access.access_at(${moment}::timestamptz, ${offset}::integer, ${limit}::integer)`
  return (await work.execute(tables<DelegationTables>(mandate))).rows
}

/** The partner that the tenant was itself at a moment: since when, and until when if that has ended. */
export interface OwnPartnerThen {
  readonly partner_name: string
  readonly since: Date
  readonly ended_at: Date | null
}

/** Whose apps used all accounts at a moment because the two were one; undefined where nobody's did, or nothing is recorded. */
export async function findOwnPartnerAt(
  mandate: HistoryMandate,
  moment: Date,
): Promise<OwnPartnerThen | undefined> {
  const work = sql<OwnPartnerThen>`select * from access.own_partner_at(${moment}::timestamptz)`
  return (await work.execute(tables<DelegationTables>(mandate))).rows[0]
}
