import { sql } from 'kysely'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { takeTurn } from '#platform/turn.ts'
import { digestOf, makeToken } from '#platform/credentials/secret-token.ts'
import type { IdentityTables, TokenPurpose } from './tables.ts'

/** What is kept beside a token that works once. */
export interface TokenTerms {
  readonly purpose: TokenPurpose
  readonly lifeSeconds: number
  readonly personId?: string | null
  readonly email?: string | null
  readonly detail?: Readonly<Record<string, unknown>>
}

/** A token that was found and still works. */
export interface LiveToken {
  readonly id: string
  readonly personId: string | null
  readonly email: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

const Detail = z.record(z.string(), z.unknown())

/** Keeps a token under its digest; `token` is for values that others made, such as WebAuthn challenges. */
export async function keepToken(
  mandate: Mandate<'identity'>,
  terms: TokenTerms,
  token = makeToken(),
): Promise<string> {
  const { purpose, lifeSeconds, personId = null, email = null, detail = {} } = terms
  await runStatements(mandate, [
    {
      text: `insert into single_use_token (purpose, token_hash, person_id, email, detail, ends_at) values ($1, $2, $3, $4, $5, statement_timestamp() + make_interval(secs => $6))`,
      values: [purpose, digestOf(token), personId, email, JSON.stringify(detail), lifeSeconds],
    },
  ])
  return token
}

/** Looks a token up without using it; null when it is unknown, used or past its end. */
export async function findToken(
  mandate: Mandate<'identity'>,
  purpose: TokenPurpose,
  token: string,
): Promise<LiveToken | null> {
  const row = await tables<IdentityTables>(mandate)
    .selectFrom('single_use_token')
    .select(['id', 'person_id', 'email', 'detail'])
    .where('token_hash', '=', digestOf(token))
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where(sql<boolean>`ends_at > statement_timestamp()`)
    .executeTakeFirst()
  return row
    ? { id: row.id, personId: row.person_id, email: row.email, detail: Detail.parse(row.detail) }
    : null
}

/** Uses a token; of any number of simultaneous calls one gets it, the others null. */
export async function useToken(
  mandate: Mandate<'identity'>,
  purpose: TokenPurpose,
  token: string,
): Promise<LiveToken | null> {
  const row = await tables<IdentityTables>(mandate)
    .updateTable('single_use_token')
    .set({ used_at: sql<Date>`statement_timestamp()` })
    .where('token_hash', '=', digestOf(token))
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where(sql<boolean>`ends_at > statement_timestamp()`)
    .returning(['id', 'person_id', 'email', 'detail'])
    .executeTakeFirst()
  return row
    ? { id: row.id, personId: row.person_id, email: row.email, detail: Detail.parse(row.detail) }
    : null
}

/** Makes every open token of a kind for one person useless. */
export async function dropTokens(
  mandate: Mandate<'identity'>,
  purpose: TokenPurpose,
  personId: string,
): Promise<void> {
  await tables<IdentityTables>(mandate)
    .updateTable('single_use_token')
    .set({ used_at: sql<Date>`statement_timestamp()` })
    .where('purpose', '=', purpose)
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .execute()
}

/** Stands where a turn belongs to an address alone and to no organisation. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * How many tokens of a kind were made for an address within the last so many seconds. Whoever asks the same meanwhile waits,
 * so that many at once are as many as one after the other.
 */
export async function countRecentTokens(
  mandate: Mandate<'identity'>,
  asked: { readonly purpose: TokenPurpose; readonly email: string; readonly seconds: number },
): Promise<number> {
  await takeTurn(mandate, `${asked.purpose} mails to ${asked.email}`, NOBODY)
  const row = await tables<IdentityTables>(mandate)
    .selectFrom('single_use_token')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('purpose', '=', asked.purpose)
    .where('email', '=', asked.email)
    .where(sql<boolean>`created_at > statement_timestamp() - make_interval(secs => ${asked.seconds})`)
    .executeTakeFirst()
  return row?.count ?? 0
}
