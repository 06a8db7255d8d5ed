import { idFromUuid } from '@liaison/access'
import type { ClientId, TenantId } from '@liaison/access'
import { z } from 'zod'
import { readEnteredClient } from '#platform/resolvers/client-facts.ts'
import type { EnteredClient } from '#platform/resolvers/client-facts.ts'
import type { Database } from '#platform/database.ts'
import { featuresOf } from '#platform/features.ts'

const Terms = z.object({
  id: z.string(),
  kind: z.enum(['consent', 'resale']),
  tenant_id: z.string(),
  tenant_name: z.string(),
  epoch: z.number(),
  ends_at: z.coerce.date(),
  bans: z.array(z.string()),
  scopes: z.array(z.string()),
  actions: z.array(z.string()),
  approved_by: z.string().nullable(),
  agreement_reference: z.string().nullable(),
  max_revocation_seconds: z.int().nullable(),
  /** What stands for each account with the partner; null where it is told the numbers. */
  refs: z
    .record(z.string(), z.string())
    .nullish()
    .transform((refs) => refs ?? null),
})

/** What a consent or resale opens, as it was agreed. */
export type DelegationTerms = z.output<typeof Terms>

/** The organisation of a client and its billing accounts. */
const Own = z.object({ tenant_id: z.string(), tenant_name: z.string(), bans: z.array(z.string()) })

/** All that a token is made from, read in one moment: the same facts that a call with the token is decided on. */
export interface TokenBasis {
  readonly clientId: ClientId
  readonly tenantId: TenantId
  readonly tenantName: string
  /** The accounts that can be chosen from; the first is the default of a delegation. */
  readonly bans: readonly string[]
  /** The account that the token is to name. */
  readonly ban: string
  /** What the partner is told in the place of each number; null where it is told the numbers. */
  readonly refs: ReadonlyMap<string, string> | null
  /** What it is told of the account of whoever pays now. */
  readonly payerRef: string | null
  readonly entered: EnteredClient
  /** Null for the client's own organisation. */
  readonly terms: DelegationTerms | null
}

interface FactsRow {
  readonly terms: unknown
  readonly facts: Record<string, unknown>
  readonly now: string
  readonly ban: string | null
  readonly payer_ref?: string | null
}

function toEntered(database: Database, row: FactsRow): EnteredClient {
  return readEnteredClient({ ...row.facts, now: row.now, token_revoked: false }, featuresOf(database))
}

/** What a token under a delegation is made from; null when the client holds no such delegation, or it has no such account. */
export async function readDelegatedBasis(
  database: Database,
  wanted: {
    readonly clientId: ClientId
    readonly delegationId: string
    readonly ban: string | null
    /** The account by the partner's reference, in the place of its number. */
    readonly customerRef?: string | undefined
  },
): Promise<TokenBasis | null> {
  const { rows } = await database.pool('liaison_auth').query<FactsRow>(
    `with agreed as materialized (select access.delegation_terms($1, $2) as terms),
       chosen as materialized (select terms, (terms ->> 'tenant_id')::uuid as tenant,
         case when $4::text is null then coalesce($3, terms -> 'bans' ->> 0) else access.ban_of_ref($1, (terms ->> 'tenant_id')::uuid, $4) end as ban
         from agreed where terms is not null)
     select terms, ban, access.client_facts($1, tenant, ban, $2) as facts, to_jsonb(statement_timestamp()) #>> '{}' as now,
       case when $4::text is not null or terms ->> 'refs' is not null then access.payer_ref($1, tenant, ban) end as payer_ref from chosen`,
    [wanted.clientId, wanted.delegationId, wanted.ban, wanted.customerRef],
  )
  const row = rows[0]
  if (!row) return null
  const terms = Terms.parse(row.terms)
  if (row.ban === null || !terms.bans.includes(row.ban)) return null
  const tenantId = idFromUuid('tenant', terms.tenant_id)
  const { bans, tenant_name: tenantName } = terms
  return {
    clientId: wanted.clientId,
    tenantId,
    tenantName,
    bans,
    ban: row.ban,
    refs: terms.refs && new Map(Object.entries(terms.refs)),
    payerRef: row.payer_ref ?? null,
    entered: toEntered(database, row),
    terms,
  }
}

/** The scopes that the customer added to a consent because its client asked for them (A16). */
export async function readAddedScopes(
  database: Database,
  { clientId, delegationId }: { readonly clientId: ClientId; readonly delegationId: string },
): Promise<readonly string[]> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ scopes: string[] }>('select access.scopes_added($1, $2) as scopes', [clientId, delegationId])
  return rows[0]?.scopes ?? []
}

/** Whether a client holds a consent because its partner asked for it in the portal, where no code could reach the client (C1). */
export async function wasAskedFor(
  database: Database,
  { clientId, delegationId }: { readonly clientId: ClientId; readonly delegationId: string },
): Promise<boolean> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ asked: boolean }>('select access.was_asked_for($1, $2) as asked', [clientId, delegationId])
  return rows[0]?.asked === true
}

/** What a token for the client's own organisation is made from. */
export type OwnBasis =
  | { readonly is: 'found'; readonly basis: TokenBasis }
  /** The organisation has several accounts and none was named. */
  | { readonly is: 'ambiguous'; readonly bans: readonly string[] }
  /** There is no organisation of one's own, or it has no such account. */
  | { readonly is: 'missing' }

/** Finds the account of the client's own organisation that a token is to name: the one that is wanted, or the only one. */
export async function readOwnBasis(
  database: Database,
  wanted: { readonly clientId: ClientId; readonly tenantId: string | null; readonly ban: string | null },
): Promise<OwnBasis> {
  const { rows } = await database.pool('liaison_auth').query<FactsRow>(
    `with own as materialized (select access.own_accounts($1) as terms),
       chosen as (select terms, coalesce($2, case when jsonb_array_length(terms -> 'bans') = 1 then terms -> 'bans' ->> 0 end) as ban from own where terms is not null)
     select terms, ban, access.client_facts($1, (terms ->> 'tenant_id')::uuid, ban, null) as facts, to_jsonb(statement_timestamp()) #>> '{}' as now from chosen`,
    [wanted.clientId, wanted.ban],
  )
  const row = rows[0]
  if (!row) return { is: 'missing' }
  const own = Own.parse(row.terms)
  if (wanted.tenantId !== null && wanted.tenantId !== own.tenant_id) return { is: 'missing' }
  if (row.ban === null) return own.bans.length === 0 ? { is: 'missing' } : { is: 'ambiguous', bans: own.bans }
  if (!own.bans.includes(row.ban)) return { is: 'missing' }
  const tenantId = idFromUuid('tenant', own.tenant_id)
  const found = { clientId: wanted.clientId, tenantId, tenantName: own.tenant_name, bans: own.bans }
  const told = { refs: null, payerRef: null, entered: toEntered(database, row), terms: null }
  return { is: 'found', basis: { ...found, ...told, ban: row.ban } }
}

/** The resale in force under which a client may act for an account of an end customer; null when there is none. */
export async function findResale(
  database: Database,
  wanted: { readonly clientId: ClientId; readonly tenantId: string | null; readonly ban: string },
): Promise<string | null> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ id: string | null }>('select access.resale_for($1, $2, $3) as id', [
      wanted.clientId,
      wanted.tenantId,
      wanted.ban,
    ])
  return rows[0]?.id ?? null
}
