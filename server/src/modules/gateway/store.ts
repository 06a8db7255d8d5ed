import { findPermission, idFromUuid } from '@liaison/access'
import type { ClientId, ClientPermission, TenantId } from '@liaison/access'
import { z } from 'zod'
import { readEnteredClient } from '#platform/resolvers/client-facts.ts'
import type { EnteredClient } from '#platform/resolvers/client-facts.ts'
import type { Database } from '#platform/database.ts'
import { featuresOf } from '#platform/features.ts'
import { toAvailabilityProblem } from '#platform/transaction.ts'

/** Whether a permission is one that API clients can hold. */
export function isClientPermission(name: string): name is ClientPermission {
  return name.startsWith('api.') && findPermission(name) !== undefined
}

const Entered = z
  .object({
    id: z.string(),
    name: z.string(),
    ip_allow: z.array(z.string()),
    is_trusted: z.boolean(),
    reads_certificates: z.boolean(),
    /** What the database compares to say whether all of this still holds; null where there is nothing to decide about. */
    kept: z.unknown(),
    upstream: z
      .object({
        name: z.string(),
        audience: z.string(),
        origin: z.string(),
        routes: z.array(
          z.object({
            template: z.string(),
            permission: z.custom<ClientPermission>(
              (name) => typeof name === 'string' && isClientPermission(name),
            ),
          }),
        ),
      })
      .nullable(),
  })
  .nullable()

/** A gateway that may ask, and what is registered for one method at one origin. */
export type EnteredGateway = NonNullable<z.output<typeof Entered>>

/** One question to the database; an outage is told as such. */
async function ask(
  database: Database,
  query: { readonly name: string; readonly text: string },
  values: readonly unknown[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    const { rows } = await database
      .pool('liaison_auth')
      .query<Record<string, unknown>>({ ...query, values: [...values] })
    return rows
  } catch (error) {
    throw toAvailabilityProblem(error)
  }
}

const ENTER = {
  name: 'gateway_enter',
  text: 'select access.enter_gateway($1, $2, $3) as entered',
}

/** The gateway of a credential, as it is now; null when there is none. */
export async function enterGateway(
  database: Database,
  credential: Buffer,
  wanted: { readonly origin: string; readonly method: string },
): Promise<EnteredGateway | null> {
  const [row] = await ask(database, ENTER, [credential, wanted.origin, wanted.method])
  return Entered.parse(row?.['entered'] ?? null)
}

const FACTS = {
  name: 'gateway_client_facts',
  text: `select access.client_facts($1, $2, coalesce(access.ban_of_ref($1, $2, $3), $3), $4) || jsonb_build_object('now', statement_timestamp(), 'token_revoked', false) as facts`,
}

/** What a decision about a client and an account would be based on. */
export async function readFacts(
  database: Database,
  about: {
    readonly clientId: ClientId
    readonly tenantId: TenantId
    /** By its number, or by the reference of the client's partner. */
    readonly accountName: string
    readonly delegationId: string | null
  },
): Promise<EnteredClient> {
  const [row] = await ask(database, FACTS, [
    about.clientId,
    about.tenantId,
    about.accountName,
    about.delegationId,
  ])
  return readEnteredClient(row?.['facts'], featuresOf(database))
}

/** Where a search goes on: after this candidate. */
export interface CandidatePage {
  readonly after: { readonly id: string; readonly delegationId: string | null } | null
  readonly most: number
}

/** An account that a client could be asked about. */
export interface AccountCandidate {
  readonly tenantId: TenantId
  readonly accountId: string
  readonly ban: string
  readonly delegationId: string | null
}

const ACCOUNTS = {
  name: 'gateway_accounts_of_client',
  text: 'select tenant_id, account_id, ban, delegation_id from access.accounts_of_client($1, $2, $3, $4)',
}

const AccountRow = z.object({
  tenant_id: z.string(),
  account_id: z.string(),
  ban: z.string(),
  delegation_id: z.string().nullable(),
})

/** Accounts that a client owns or was let in to, by id, after a given one. */
export async function listAccountsOfClient(
  database: Database,
  clientId: ClientId,
  page: CandidatePage,
): Promise<AccountCandidate[]> {
  const rows = await ask(database, ACCOUNTS, [clientId, page.after?.id, page.after?.delegationId, page.most])
  return rows.map((row) => {
    const {
      tenant_id: tenantId,
      account_id: accountId,
      ban,
      delegation_id: delegationId,
    } = AccountRow.parse(row)
    return { tenantId: idFromUuid('tenant', tenantId), accountId, ban, delegationId }
  })
}

/** A client that could be asked about. */
export interface ClientCandidate {
  readonly clientId: ClientId
  readonly delegationId: string | null
}

const CLIENTS = {
  name: 'gateway_clients_of_account',
  text: 'select client_id, delegation_id from access.clients_of_account($1, $2, $3, $4, $5)',
}

const ClientRow = z.object({ client_id: z.string(), delegation_id: z.string().nullable() })

/** Clients that own an account or were let in to it, by id, after a given one. */
export async function listClientsOfAccount(
  database: Database,
  account: { readonly tenantId: TenantId; readonly ban: string },
  page: CandidatePage,
): Promise<ClientCandidate[]> {
  const rows = await ask(database, CLIENTS, [
    account.tenantId,
    account.ban,
    page.after?.id,
    page.after?.delegationId,
    page.most,
  ])
  return rows.map((row) => {
    const { client_id: clientId, delegation_id: delegationId } = ClientRow.parse(row)
    return { clientId: idFromUuid('api_client', clientId), delegationId }
  })
}
