import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { readPage } from '#platform/read-page.ts'
import type { LeaderboardTables, Measure } from './tables.ts'

type BoardMandate = Mandate<'platform' | 'program'>

/** Which board is read: of a month or of all time, and for earnings in which currency. */
export interface Board {
  readonly measure: Measure
  readonly period: string
  readonly currency: string
}

/** The boards that the partner's person may see. */
export async function listOwnBoards(mandate: Mandate<'program'>): Promise<Measure[]> {
  const { rows } = await sql<{ boards: Measure[] }>`select access.own_leaderboards() as boards`.execute(
    tables<LeaderboardTables>(mandate),
  )
  return rows.flatMap(({ boards }) => boards)
}

/** What the provider shows to partners now. */
export function getShown(mandate: Mandate<'platform'>) {
  return tables<LeaderboardTables>(mandate)
    .selectFrom('program_setting')
    .select(['shows_sign_up_ranks', 'shows_earning_ranks'])
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
}

/** This month and the one before, in the time zone of the program. */
export async function listMonths(mandate: BoardMandate): Promise<string[]> {
  const { rows } = await sql<{ months: string[] }>`select access.leaderboard_months() as months`.execute(
    tables<LeaderboardTables>(mandate),
  )
  return rows.flatMap(({ months }) => months)
}

/** In which currencies the partner has a place that its person may see. */
export async function listOwnCurrencies(mandate: Mandate<'program'>): Promise<string[]> {
  const { rows } = await sql<{
    currency: string
  }>`select currency from access.own_leaderboard_currencies() as currency`.execute(
    tables<LeaderboardTables>(mandate),
  )
  return rows.map(({ currency }) => currency)
}

/** In which currencies partners have places. */
export async function listCurrencies(mandate: Mandate<'platform'>): Promise<string[]> {
  const rows = await tables<LeaderboardTables>(mandate)
    .selectFrom('leaderboard_entry')
    .select('currency')
    .distinct()
    .where('measure', '=', 'earnings')
    .orderBy('currency')
    .execute()
  return rows.map(({ currency }) => currency)
}

/** A place as a partner sees it: no name where the other did not agree, no amount but its own. */
export interface OwnPlaceRow {
  readonly place: number
  readonly name: string | null
  readonly is_own: boolean
  readonly score: number | null
  readonly taken_at: Date
}

/** What the partner's person sees of a board; whose it is and what it tells is decided by the database. */
export async function listOwnPlaces(mandate: Mandate<'program'>, board: Board): Promise<OwnPlaceRow[]> {
  const { rows } =
    await sql<OwnPlaceRow>`select * from access.own_leaderboard(${board.measure}, ${board.period}, ${board.currency})`.execute(
      tables<LeaderboardTables>(mandate),
    )
  return rows
}

/** A page of all partners of a board, with their names and what they are ranked by. */
export const listPlaces = (
  mandate: Mandate<'platform'>,
  board: Board,
  page: { readonly limit: number; readonly offset: number },
) =>
  readPage(
    tables<LeaderboardTables>(mandate)
      .selectFrom('leaderboard_entry as e')
      .innerJoin('partner as p', 'p.id', 'e.partner_id')
      .leftJoin('leaderboard_choice as c', 'c.partner_id', 'e.partner_id')
      .where('p.status', '=', 'active')
      .where('e.measure', '=', board.measure)
      .where('e.period', '=', board.period)
      .where('e.currency', '=', board.currency)
      .select((eb) => [
        sql<number>`rank() over (order by e.score desc)`.as('place'),
        'e.partner_id',
        'p.name',
        'e.score',
        'e.taken_at',
        eb.fn.coalesce('c.is_named', sql<boolean>`false`).as('is_named'),
      ])
      .orderBy('e.score', 'desc')
      .orderBy('p.name')
      .orderBy('e.partner_id'),
    page,
  )

export type PlaceRow = Awaited<ReturnType<typeof listPlaces>>['rows'][number]

/** Whether the partner stands in boards by its name. */
export async function isNamed(mandate: Mandate<'program'>): Promise<boolean> {
  const row = await tables<LeaderboardTables>(mandate)
    .selectFrom('leaderboard_choice')
    .select('is_named')
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  return row?.is_named ?? false
}

/** Notes whether the partner stands in boards by its name; answers whether that is new. */
export async function choose(mandate: Mandate<'program'>, named: boolean): Promise<boolean> {
  const row = await tables<LeaderboardTables>(mandate)
    .insertInto('leaderboard_choice')
    .values({ partner_id: mandate.partner.id, is_named: named })
    .onConflict((on) =>
      on
        .column('partner_id')
        .doUpdateSet({ is_named: named })
        .where('leaderboard_choice.is_named', '<>', named),
    )
    .returning('is_named')
    .executeTakeFirst()
  return row !== undefined
}

/** Counts all boards anew; answers how many entries there are. */
export async function takeLeaderboard(mandate: Mandate<'system'>): Promise<number> {
  const { rows } = await sql<{ entries: number }>`select access.take_leaderboard() as entries`.execute(
    tables<LeaderboardTables>(mandate),
  )
  return rows[0]?.entries ?? 0
}
