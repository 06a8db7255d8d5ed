import { maskOfScopes, toBits } from '@liaison/access'
import type { ClientId, ClientNeed, PartnerId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { ClientCertificate, TokenBinding } from '#modules/oauth/index.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import type { ClientLogos, ClientStatus, ClientTables, Environment, PublicKeys } from './tables.ts'

/** The organisation or the provider that looks at clients; row policies show each only its own. */
export type ClientMandate = Mandate<'program'> | Mandate<'tenant'> | Mandate<'platform'>

const MOST_CLIENTS = 50

const ISO = sql.lit('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')

const TOLD = sql`jsonb_build_object('sha256', l.sha256, 'width', l.width, 'height', l.height)`

/** What is shown, what waits, and the last one where it was refused; however many there were, no other is read. */
const LOGOS = sql<ClientLogos>`jsonb_build_object(
    'in_use', (select ${TOLD} from api_client_logo l where l.client_id = c.id and l.status = 'approved'),
    'waiting', (select ${TOLD} || jsonb_build_object('handed_in_at', to_char(l.created_at at time zone 'UTC', ${ISO})) from api_client_logo l where l.client_id = c.id and l.status = 'waiting'),
    'refused', (select jsonb_build_object('reason', l.reason, 'decided_at', to_char(l.decided_at at time zone 'UTC', ${ISO}))
      from (select status, reason, decided_at from api_client_logo where client_id = c.id order by greatest(created_at, decided_at) desc, id desc limit 1) l where l.status = 'refused'))`

/** Customers never decide about an organisation's own clients, so those have none. */
const NO_LOGOS = sql<ClientLogos>`'{"in_use":null,"waiting":null,"refused":null}'::jsonb`

function clients(mandate: ClientMandate) {
  return tables<ClientTables>(mandate)
    .selectFrom('api_client as c')
    .leftJoin('api_client_use as u', 'u.client_id', 'c.id')
    .leftJoin('partner as p', 'p.id', 'c.partner_id')
    .leftJoin('tenant as t', 't.id', 'c.tenant_id')
    .select([
      'c.id',
      'c.partner_id',
      'c.tenant_id',
      'c.name',
      'c.description',
      'c.environment',
      'c.live_requested_at',
      'c.live_approved_at',
      'c.status',
      'c.status_reason',
      'c.status_changed_by_side',
      'c.own_suspended_at',
      'c.own_suspended_reason',
      'c.redirect_uris',
      'c.scopes',
      'c.needs',
      'c.jwks',
      'c.token_binding',
      'c.certificates',
      'c.asks_without_browser',
      'c.pins_proof_key',
      'c.ip_allow',
      'c.version',
      'c.created_by_name',
      'c.created_at',
      'c.updated_at',
      'u.first_token_at',
      'u.first_call_at',
      'u.first_live_call_at',
      'u.last_used_at',
      sql<string>`coalesce(p.name, t.name)`.as('owner_name'),
      (mandate.kind === 'tenant' ? NO_LOGOS : LOGOS).as('logos'),
    ])
}

export type ClientRow = Awaited<ReturnType<ReturnType<typeof clients>['execute']>>[number]

/** What a list of clients is narrowed by. */
export interface ClientFilter {
  readonly status?: readonly ClientStatus[] | undefined
  readonly partner_id?: PartnerId | undefined
  readonly tenant_id?: TenantId | undefined
  /** Those about which this side has something to decide. */
  readonly waiting_for?: 'provider' | undefined
}

const LIVE_WAITS = sql`c.environment = 'sandbox' and c.status = 'active' and c.live_requested_at is not null`
const WAITS = sql<boolean>`c.status <> 'revoked' and ((${LIVE_WAITS})
  or exists (select from api_client_logo l where l.client_id = c.id and l.status = 'waiting'))`

/** When the first of what waits began to. */
const WAITS_SINCE = sql`least(case when ${LIVE_WAITS} then c.live_requested_at end,
  (select coalesce(l.waits_since, l.created_at) from api_client_logo l where l.client_id = c.id and l.status = 'waiting'))`

/** A page of the clients that the mandate sees, the newest first; of those that wait, whoever waits longest. */
export async function listClients(
  mandate: ClientMandate,
  filter: ClientFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: ClientRow[]; total: number }> {
  let query = clients(mandate)
  let count = tables<ClientTables>(mandate)
    .selectFrom('api_client as c')
    .select(sql<number>`count(*)::integer`.as('total'))
  if (filter.status) {
    query = query.where('c.status', 'in', [...filter.status])
    count = count.where('c.status', 'in', [...filter.status])
  }
  for (const owner of ['partner_id', 'tenant_id'] as const) {
    const id = filter[owner]
    if (id === undefined) continue
    query = query.where(`c.${owner}`, '=', id)
    count = count.where(`c.${owner}`, '=', id)
  }
  if (filter.waiting_for) {
    query = query.where(WAITS).orderBy(WAITS_SINCE)
    count = count.where(WAITS)
  }
  const rows = await query.orderBy('c.id', 'desc').limit(page.limit).offset(page.offset).execute()
  return { rows, total: (await count.executeTakeFirst())?.total ?? 0 }
}

/** One client. Throws CLIENT_NOT_FOUND, also for one of somebody else. */
export async function getClient(mandate: ClientMandate, id: ClientId): Promise<ClientRow> {
  const row = await clients(mandate).where('c.id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'CLIENT_NOT_FOUND', 'No API client that you can see has this id.')
  return row
}

export interface ClientSettings {
  readonly name: string
  readonly description: string | null
  readonly redirect_uris: readonly string[]
  readonly scopes: readonly string[]
  readonly needs: readonly ClientNeed[]
  readonly jwks: PublicKeys
  readonly token_binding: TokenBinding
  readonly certificates: readonly ClientCertificate[]
  readonly asks_without_browser: boolean
  readonly pins_proof_key: boolean
  readonly ip_allow: readonly string[]
}

function toColumns({
  redirect_uris: uris,
  scopes,
  needs,
  ip_allow: ranges,
  certificates,
  ...rest
}: ClientSettings) {
  const mask = toBits(maskOfScopes(scopes))
  return {
    ...rest,
    redirect_uris: [...uris],
    scopes: [...scopes],
    mask,
    ip_allow: [...ranges],
    // A list would be sent as an array of PostgreSQL.
    needs: sql<readonly ClientNeed[]>`${JSON.stringify(needs)}::jsonb`,
    certificates: sql<ClientCertificate[]>`${JSON.stringify(certificates)}::jsonb`,
  }
}

/** Adds a client. Throws CLIENT_LIMIT_REACHED. */
export async function insertClient(
  mandate: Mandate<'program'> | Mandate<'tenant'>,
  settings: ClientSettings,
  environment: Environment,
): Promise<string> {
  const db = tables<ClientTables>(mandate)
  const owner =
    mandate.kind === 'program' ? { partner_id: mandate.partner.id } : { tenant_id: mandate.tenant.id }
  await takeTurn(mandate, 'api clients', mandate.kind === 'program' ? mandate.partner.id : mandate.tenant.id)
  const held = await db
    .selectFrom('api_client')
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('status', '<>', 'revoked')
    .executeTakeFirst()
  if ((held?.count ?? 0) >= MOST_CLIENTS)
    throw new ProblemError(
      409,
      'CLIENT_LIMIT_REACHED',
      `An organisation has at most ${MOST_CLIENTS} API clients.`,
    )
  const row = await db
    .insertInto('api_client')
    .values({
      ...toColumns(settings),
      ...owner,
      environment,
      created_by: mandate.actor.id,
      created_by_name: mandate.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Changes a client that is still in the version that was read. Throws PRECONDITION_FAILED. */
export async function updateClient(
  mandate: Mandate<'program'> | Mandate<'tenant'>,
  client: { readonly id: string; readonly version: number },
  settings: ClientSettings,
): Promise<void> {
  const changed = await tables<ClientTables>(mandate)
    .updateTable('api_client')
    .set({ ...toColumns(settings), version: client.version + 1 })
    .where('id', '=', client.id)
    .where('version', '=', client.version)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The API client changed since it was read.')
}

/** Puts a client into another state. */
export async function moveClient(
  mandate: ClientMandate,
  row: Pick<ClientRow, 'id' | 'status'>,
  to: {
    readonly status: ClientStatus
    readonly side: 'partner' | 'tenant' | 'provider'
    readonly reason: string | null
  },
): Promise<void> {
  const moved = await tables<ClientTables>(mandate)
    .updateTable('api_client')
    .set((builder) => ({
      status: to.status,
      status_reason: to.reason,
      status_changed_at: sql<Date>`now()`,
      status_changed_by_side: to.side,
      version: builder('version', '+', 1),
    }))
    .where('id', '=', row.id)
    .where('status', '=', row.status)
    .executeTakeFirst()
  if (moved.numUpdatedRows === 0n)
    throw new ProblemError(409, 'CLIENT_STATE_CONFLICT', 'The API client was changed at the same time.')
}

/** Writes what was decided about a client as it was read. Throws CLIENT_STATE_CONFLICT when it changed since, unseen. */
async function decideAbout(
  mandate: Mandate<'program'> | Mandate<'platform'>,
  { id, version }: Pick<ClientRow, 'id' | 'version'>,
  set:
    | { readonly live_requested_at: RawBuilder<Date> }
    | { readonly environment: 'live'; readonly live_approved_at: RawBuilder<Date> },
): Promise<void> {
  const decided = await tables<ClientTables>(mandate)
    .updateTable('api_client')
    .set({ ...set, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (decided.numUpdatedRows === 0n)
    throw new ProblemError(409, 'CLIENT_STATE_CONFLICT', 'The API client was changed at the same time.')
}

/** Notes that a partner wants to use a sandbox client for real customers. Throws CLIENT_STATE_CONFLICT. */
export const askForLive = (mandate: Mandate<'program'>, row: ClientRow): Promise<void> =>
  decideAbout(mandate, row, { live_requested_at: sql<Date>`now()` })

/** Refuses with AGREEMENT_NOT_IN_FORCE where the program asks for an agreement and the partner has none in force. */
export async function requireAgreement(
  mandate: Mandate<'platform' | 'program'>,
  partnerId: string,
): Promise<void> {
  const { rows } = await sql<{
    is_so: boolean
  }>`select access.agreement_lets_go_live(${partnerId}) as is_so`.execute(tables<ClientTables>(mandate))
  if (rows[0]?.is_so !== true)
    throw new ProblemError(409, 'AGREEMENT_NOT_IN_FORCE', 'The partner has no agreement in force.')
}

/** Lets a client work for real customers from now on, as it was looked at. Throws CLIENT_STATE_CONFLICT. */
export const goLive = (mandate: Mandate<'platform'>, row: ClientRow): Promise<void> =>
  decideAbout(mandate, row, { environment: 'live', live_approved_at: sql<Date>`now()` })

/** Whether the tenant of the mandate is one for trying things out. */
export async function isSandboxTenant(mandate: Mandate<'tenant'>): Promise<boolean> {
  const row = await tables<ClientTables>(mandate)
    .selectFrom('tenant')
    .select('is_sandbox')
    .where('id', '=', mandate.tenant.id)
    .executeTakeFirst()
  return row?.is_sandbox ?? false
}
