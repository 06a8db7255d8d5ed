import { decodeId } from '@liaison/access'
import type { AdapterPayload } from 'oidc-provider'
import type { Database } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { toClientMetadata } from './client-metadata.ts'
import type { RegisteredClient } from './client-metadata.ts'
import type { ClientCertificate } from './certificates.ts'
import type { ClientKey, TokenBinding } from './registration.ts'

interface ClientRow {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly environment: 'sandbox' | 'live'
  readonly redirect_uris: string[]
  readonly scopes: string[]
  readonly jwks: { keys: ClientKey[] }
  readonly token_binding: TokenBinding
  readonly certificates: ClientCertificate[]
  readonly asks_without_browser: boolean
  readonly pins_proof_key: boolean
  readonly facts: {
    readonly client: { readonly owner_tenant_id: string | null; readonly ip_allow: string[] } | null
    readonly partner: {
      readonly id: string
      readonly status: string
      readonly kinds: string[]
      readonly opens_api: boolean
    } | null
    readonly tenant: { readonly status: string } | null
    readonly freezes: string[]
  }
}

const COLUMNS = `k.id, k.name, k.status, k.environment, k.redirect_uris, k.scopes, k.jwks, k.token_binding, k.certificates, k.asks_without_browser, k.pins_proof_key, access.client_facts(k.id, k.tenant_id, null, null) as facts`

const WORKING = new Set(['active', 'trial'])

function isWorking(row: ClientRow): boolean {
  const { partner, tenant, freezes } = row.facts
  const owner = partner?.status ?? tenant?.status
  const isFrozen = freezes.some((scope) => scope === 'platform' || scope === 'partner')
  return (
    row.status === 'active' &&
    owner !== undefined &&
    WORKING.has(owner) &&
    !isFrozen &&
    partner?.opens_api !== false
  )
}

function toRegistered(row: ClientRow): RegisteredClient {
  const kinds = row.facts.partner?.kinds ?? null
  return {
    clientId: publicIdOf('api_client', row.id),
    name: row.name,
    environment: row.environment,
    redirectUris: row.redirect_uris,
    scopes: row.scopes,
    jwks: row.jwks,
    tokenBinding: row.token_binding,
    certificates: row.certificates,
    networks: row.facts.client?.ip_allow ?? [],
    asksWithoutBrowser: row.asks_without_browser,
    pinsProofKey: row.pins_proof_key,
    partnerKinds: kinds,
    hasOwnAccounts: row.facts.client?.owner_tenant_id !== null,
  }
}

/** The metadata of a client that may use the authorization server now; undefined for one that is unknown or stopped, alike. */
export async function findClientMetadata(
  database: Database,
  publicId: string,
  /** What the installation lets clients do at all. */
  { asksWithoutBrowser }: { readonly asksWithoutBrowser: boolean } = { asksWithoutBrowser: false },
): Promise<AdapterPayload | undefined> {
  const id = decodeId('api_client', publicId)
  if (id === null) return undefined
  const { rows } = await database
    .pool('liaison_auth')
    .query<ClientRow>(`select ${COLUMNS} from api_client k where k.id = $1`, [id])
  const row = rows[0]
  if (!row || !isWorking(row)) return undefined
  const client = toRegistered(row)
  return toClientMetadata({
    ...client,
    asksWithoutBrowser: client.asksWithoutBrowser && asksWithoutBrowser,
  })
}

/** Every client that is registered and not revoked, for the check at the start. */
export async function listRegistered(database: Database): Promise<RegisteredClient[]> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<ClientRow>(`select ${COLUMNS} from api_client k where k.status <> 'revoked' order by k.id`)
  return rows.map(toRegistered)
}
