import { sql } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { ProblemError } from '#platform/problem.ts'
import { db, revocationBy } from './agency-store.ts'
import type { TenantMandate } from './agency-store.ts'
import { HASH_KEY_ID } from './token.ts'
import type { TokenMode } from './token.ts'

function tokens(mandate: TenantMandate) {
  return db(mandate)
    .selectFrom('form_token as t')
    .leftJoin('agency_credential_use as u', 'u.credential_id', 't.id')
    .where('t.tenant_id', '=', mandate.tenant.id)
    .select([
      't.id',
      't.agency_id',
      't.form_id',
      't.mode',
      't.display_prefix',
      't.last4',
      't.status',
      't.valid_until',
      't.replaced_by',
      't.created_by_name',
      't.created_at',
      't.revoked_at',
      't.revoked_by_name',
      't.revoked_reason',
      'u.last_used_at',
    ])
    .select((eb) =>
      eb
        .selectFrom('form_token_origin as o')
        .whereRef('o.token_id', '=', 't.id')
        .select(
          sql<
            { origin: string; first_seen_at: string; last_seen_at: string }[]
          >`coalesce(jsonb_agg(jsonb_build_object('origin', o.origin, 'first_seen_at', o.first_seen_at, 'last_seen_at', o.last_seen_at) order by o.last_seen_at desc), '[]')`.as(
            'origins',
          ),
        )
        .as('origins'),
    )
}

export type TokenRow = Awaited<ReturnType<ReturnType<typeof tokens>['execute']>>[number]

/** The tokens of a form, the newest first: the current one, those whose overlap runs, and those that ended. */
export function listTokens(mandate: TenantMandate, formId: string): Promise<TokenRow[]> {
  return tokens(mandate).where('t.form_id', '=', formId).orderBy('t.id', 'desc').limit(50).execute()
}

/** One token. Throws FORM_TOKEN_NOT_FOUND, also for one of another organisation. */
export async function getToken(mandate: TenantMandate, id: string): Promise<TokenRow> {
  const row = await tokens(mandate).where('t.id', '=', id).executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'FORM_TOKEN_NOT_FOUND', 'No form token of your organisation has this id.')
}

/** The mode of every token of the mandate's organisation: a sandbox has test tokens alone, any other one live ones. */
export async function modeOfTenant(mandate: TenantMandate): Promise<TokenMode> {
  const row = await db(mandate)
    .selectFrom('tenant')
    .select('is_sandbox')
    .where('id', '=', mandate.tenant.id)
    .executeTakeFirstOrThrow()
  return row.is_sandbox ? 'test' : 'live'
}

export interface NewToken {
  readonly agencyId: string
  readonly formId: string
  readonly mode: TokenMode
  readonly hash: Buffer
  readonly display_prefix: string
  readonly last4: string
}

const naming = guardedBy({
  form_token_one_current: ['FORM_TOKEN_EXISTS', 'The form has a current token; replace that one.'],
})

/** Keeps a token's digest; returns its id. Throws FORM_TOKEN_EXISTS when the form has a current one. */
export async function insertToken(mandate: TenantMandate, token: NewToken): Promise<string> {
  const { id } = await naming(
    db(mandate)
      .insertInto('form_token')
      .values({
        tenant_id: mandate.tenant.id,
        agency_id: token.agencyId,
        form_id: token.formId,
        mode: token.mode,
        token_hash: token.hash,
        hash_key_id: HASH_KEY_ID,
        display_prefix: token.display_prefix,
        last4: token.last4,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return id
}

const notCurrent = (status: string): ProblemError =>
  new ProblemError(
    409,
    'FORM_TOKEN_STATE_CONFLICT',
    `The token is ${status}; only the current one is replaced.`,
  )

/** Sets the end of a current token, after an overlap of so many seconds. Throws FORM_TOKEN_STATE_CONFLICT. */
export async function endLater(mandate: TenantMandate, row: TokenRow, overlapSeconds: number): Promise<void> {
  const ended = await db(mandate)
    .updateTable('form_token')
    .set({ valid_until: sql<Date>`statement_timestamp() + make_interval(secs => ${overlapSeconds})` })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', row.id)
    .where('status', '=', 'active')
    .where('valid_until', 'is', null)
    .executeTakeFirst()
  if (ended.numUpdatedRows === 0n) throw notCurrent(row.status === 'active' ? 'replaced' : row.status)
}

/** Says which token took the place of another. */
export async function noteReplacement(mandate: TenantMandate, oldId: string, newId: string): Promise<void> {
  await db(mandate)
    .updateTable('form_token')
    .set({ replaced_by: newId })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', oldId)
    .execute()
}

/** Ends a token at once. Throws FORM_TOKEN_STATE_CONFLICT. */
export async function revokeToken(mandate: TenantMandate, row: TokenRow, reason: string): Promise<void> {
  const revoked = await db(mandate)
    .updateTable('form_token')
    .set(revocationBy(mandate, reason))
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', row.id)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (revoked.numUpdatedRows === 0n)
    throw new ProblemError(409, 'FORM_TOKEN_STATE_CONFLICT', `The token is ${row.status} already.`)
}
