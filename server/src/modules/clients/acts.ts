import { idFromUuid } from '@liaison/access'
import type { ClientId } from '@liaison/access'
import { z } from 'zod'
import { parseClientRegistration } from '#modules/oauth/index.ts'
import type { ClientCertificate, RegistrationFault } from '#modules/oauth/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList } from '#platform/route-input.ts'
import { sentAt } from '#platform/route.ts'
import { looksLike } from '#platform/words/names.ts'
import { noteClient, publishClient } from './events.ts'
import { lookAgain } from './logo-store.ts'
import { canMove, findNeedFaults, needsWithin } from './rules.ts'
import { ClientBody, toClient } from './schemas.ts'
import { getClient, insertClient, isSandboxTenant, listClients, moveClient, updateClient } from './store.ts'
import type { ClientFilter, ClientMandate, ClientRow, ClientSettings } from './store.ts'
import type { Environment } from './tables.ts'

const STATUSES = ['active', 'suspended', 'revoked'] as const
export const listInput = {
  query: z.strictObject({ status: commaList(z.enum(STATUSES)).optional(), ...pageQuery }),
}
export const listResponses = { 200: z.strictObject(pageOf(ClientBody)) }

export type Owner = Mandate<'program'> | Mandate<'tenant'>

export const MOVES = {
  suspend: { to: 'suspended', summary: 'Stop an API client for now: its next call is refused' },
  resume: { to: 'active', summary: 'Let a suspended API client work again' },
  revoke: { to: 'revoked', summary: 'End an API client for ever: its next call is refused' },
} as const

const SIDES = { program: 'partner', tenant: 'tenant', platform: 'provider' } as const

/** A client with the version that a change of it must name. */
export function answer(row: ClientRow) {
  return sentAt(toClient(row), row.version)
}

/** What a client is to be, as it came in. */
type WantedSettings = Omit<ClientSettings, 'jwks' | 'certificates'> & {
  readonly jwks: unknown
  /** In PEM form. */
  readonly certificates: readonly string[]
}

function notLikeThis(faults: readonly RegistrationFault[]): ProblemError {
  return new ProblemError(422, 'VALIDATION_ERROR', 'The API client cannot be registered like this.', {
    errors: faults.map((fault) => ({ ...fault, pointer: `/body${fault.pointer}` })),
  })
}

/** The settings in the form in which they are kept. Throws VALIDATION_ERROR with everything that is wrong with them. */
export function check(wanted: WantedSettings, environment: Environment): ClientSettings {
  const { redirect_uris: redirectUris, scopes, jwks, token_binding: tokenBinding, certificates } = wanted
  const result = parseClientRegistration({
    environment,
    redirectUris,
    scopes,
    jwks,
    tokenBinding,
    certificates,
  })
  const needs = wanted.needs.map((need) => ({ ...need, why: need.why?.trim() || null }))
  const faults = [...('faults' in result ? result.faults : []), ...findNeedFaults(needs, scopes)]
  if ('faults' in result || faults.length > 0) throw notLikeThis(faults)
  const { registration } = result
  return {
    ...wanted,
    needs,
    redirect_uris: registration.redirectUris,
    scopes: registration.scopes,
    jwks: { keys: registration.jwks.keys.map((key) => ({ ...key })) },
    certificates: registration.certificates,
  }
}

/** A certificate that has ended binds no token, so none is taken; one that ended here stays until it is taken away. */
function requireRunning(
  { certificates }: Pick<ClientSettings, 'certificates'>,
  { held, now }: { readonly held: readonly ClientCertificate[]; readonly now: Date },
): void {
  const ended = certificates.flatMap(({ thumbprint, ends_at: end }, index) =>
    held.some((one) => one.thumbprint === thumbprint) || new Date(end) > now
      ? []
      : [{ pointer: `/certificates/${index}`, code: 'CERTIFICATE_ENDED', detail: `ended at ${end}` }],
  )
  if (ended.length > 0) throw notLikeThis(ended)
}

/** A page of the clients that the mandate sees. */
export async function showClients(
  mandate: ClientMandate,
  query: ClientFilter & { readonly limit: number; readonly offset: number },
) {
  const { rows, total } = await listClients(mandate, query, query)
  return toPage(rows.map(toClient), query, total)
}

/** Registers a client. Partners start in the sandbox; a tenant's client belongs where the tenant is. */
export async function create(mandate: Owner, wanted: WantedSettings) {
  const isSandbox = mandate.kind === 'program' || (await isSandboxTenant(mandate))
  const environment = isSandbox ? 'sandbox' : 'live'
  const settings = check(wanted, environment)
  requireRunning(settings, { held: [], now: mandate.origin.now })
  const id = idFromUuid('api_client', await insertClient(mandate, settings, environment))
  const row = await getClient(mandate, id)
  noteClient(mandate, row, {
    action: 'clients.create',
    changes: { scopes: row.scopes, needs: row.needs, environment },
  })
  return row
}

/** The settings of a client as they are. */
export function settingsOf(row: ClientRow): WantedSettings {
  return {
    name: row.name,
    description: row.description,
    redirect_uris: row.redirect_uris,
    scopes: row.scopes,
    needs: row.needs,
    jwks: row.jwks,
    token_binding: row.token_binding,
    certificates: row.certificates.map(({ pem }) => pem),
    asks_without_browser: row.asks_without_browser,
    pins_proof_key: row.pins_proof_key,
    ip_allow: row.ip_allow,
  }
}

/** Names what changed; keys and certificates are told by their ids alone. */
function tellChanges(before: ClientRow, after: ClientRow): Record<string, unknown> {
  const picked = (row: ClientRow): Record<string, unknown> => ({
    name: row.name,
    description: row.description,
    redirect_uris: row.redirect_uris,
    scopes: row.scopes,
    needs: row.needs,
    keys: row.jwks.keys.map(({ kid }) => kid),
    token_binding: row.token_binding,
    certificates: row.certificates.map(({ thumbprint }) => thumbprint),
    asks_without_browser: row.asks_without_browser,
    pins_proof_key: row.pins_proof_key,
    ip_allow: row.ip_allow,
  })
  const [old, now] = [picked(before), picked(after)]
  return Object.fromEntries(
    Object.keys(now)
      .filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]))
      .map((key) => [key, { before: old[key], after: now[key] }]),
  )
}

/**
 * The provider looked at a client under its name before customers could meet it: another one that passes for the provider's
 * own would be looked at by nobody. Throws VALIDATION_ERROR. Source: attack 30.
 */
function requireOwnLook(before: ClientRow, { name }: Pick<ClientSettings, 'name'>): void {
  const isLookedAt = before.environment === 'live' || before.live_requested_at !== null
  if (before.partner_id === null || !isLookedAt || name === before.name || !looksLike(name, PROVIDER_NAME))
    return
  throw notLikeThis([
    {
      pointer: '/name',
      code: 'LOOK_ALIKE',
      detail: `looks like ${PROVIDER_NAME}; a client that is live, or asks to be, takes no such name, since nobody would look at it`,
    },
  ])
}

/** Changes a client in the version that was read. Throws CLIENT_STATE_CONFLICT, PRECONDITION_FAILED, VALIDATION_ERROR. */
export async function change(
  mandate: Owner,
  client: { readonly id: ClientId; readonly expectedVersion: number },
  wanted: { readonly [K in keyof WantedSettings]?: WantedSettings[K] | undefined },
): Promise<ClientRow> {
  const before = await getClient(mandate, client.id)
  if (before.status === 'revoked')
    throw new ProblemError(409, 'CLIENT_STATE_CONFLICT', 'A revoked API client does not change.')
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  const held = settingsOf(before)
  // Whoever gives up a scope gives up what was said of it.
  const needs = needsWithin(held.needs, wanted.scopes ?? held.scopes)
  const settings = check({ ...held, needs, ...given }, before.environment)
  requireRunning(settings, { held: before.certificates, now: mandate.origin.now })
  requireOwnLook(before, settings)
  await updateClient(mandate, { id: before.id, version: client.expectedVersion }, settings)
  // An image was approved beside a name: under another one it could pass for somebody else.
  const isLookedAtAgain =
    mandate.kind === 'program' && before.name !== settings.name && (await lookAgain(mandate, client.id))
  const after = await getClient(mandate, client.id)
  noteClient(mandate, after, { action: 'clients.change', changes: tellChanges(before, after) })
  if (isLookedAtAgain) noteClient(mandate, after, { action: 'clients.logo.look_again' })
  await publishClient(mandate, after)
  return after
}

const suspendersOf = ({
  partner_id: partner,
  status_changed_by_side: side,
  own_suspended_at: own,
}: ClientRow) => [
  ...(side === null ? [] : [side]),
  ...(own === null ? [] : [partner === null ? 'tenant' : 'partner']),
]

/** Stops a client, lets it work again as far as this side stopped it, or ends it. Throws CLIENT_STATE_CONFLICT. */
export async function move(
  mandate: ClientMandate,
  id: ClientId,
  { name, reason }: { readonly name: keyof typeof MOVES; readonly reason: string },
): Promise<ClientRow> {
  const before = await getClient(mandate, id)
  const side = SIDES[mandate.kind]
  const from = {
    status: before.status,
    changedBy: before.status_changed_by_side,
    isOwnToo: before.own_suspended_at !== null,
  }
  if (!canMove(from, name, side))
    throw new ProblemError(
      409,
      'CLIENT_STATE_CONFLICT',
      `A client that is ${before.status} cannot be moved like this.`,
    )
  const status = MOVES[name].to
  await moveClient(mandate, before, { status, side, reason: status === 'active' ? null : reason })
  const after = await getClient(mandate, id)
  noteClient(mandate, before, {
    action: `clients.${name}`,
    changes: {
      status: { before: before.status, after: after.status },
      // One side stops it, or no longer does, and the other one does still.
      ...(before.status === after.status && {
        suspended_by: { before: suspendersOf(before), after: suspendersOf(after) },
      }),
    },
    reason,
  })
  await publishClient(mandate, before)
  return after
}

export const MOVE_NAMES = ['suspend', 'resume', 'revoke'] as const
export const moveProblems = ['CLIENT_NOT_FOUND', 'CLIENT_STATE_CONFLICT'] as const
