import type { TenantId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import { digestFormToken, formTokenPepper, makeAgencyKey } from '#modules/agencies/index.ts'
import { makeTickets } from '../src/modules/embed/ticket.ts'
import type { Challenge } from '../src/modules/embed/ticket.ts'
import { seedAgency, seedForm, seedFormToken, seedVoucherTypes } from './agency-acts.ts'
import type { TestWorld } from './world.ts'

export const EMBED_ORIGIN = 'http://embed.localhost:3000'
export const AGENCY_ORIGIN = 'https://www.agency.example'

/** A form of an agency that is ready to be used, with its token. */
export interface EmbedScene {
  readonly world: TestWorld
  readonly tenant: TenantId
  readonly agency: string
  readonly form: { readonly uuid: string; readonly publicId: string }
  readonly token: string
  readonly tokenId: string
}

/** A tenant with an agency, a form that issues routers and visits, and its token. */
export async function openEmbedScene(
  world: TestWorld,
  name = 'Bright Travel',
  of?: TenantId,
): Promise<EmbedScene> {
  const tenant = of ?? (await world.tenant('Acme Fiber'))
  await seedVoucherTypes(world, tenant, 'router', 'visit', 'month')
  const agency = await seedAgency(world, tenant, name)
  const form = await seedForm(world, { tenant, agency }, ['router', 'visit'])
  const { token, uuid: tokenId } = await seedFormToken(world, { tenant, agency, form: form.uuid })
  return { world, tenant, agency, form, token, tokenId }
}

/** A server key of the scene's agency; returns the key and its UUID. */
export async function seedAgencyKey(
  { world, tenant, agency }: EmbedScene,
  terms: {
    readonly scopes?: readonly string[]
    readonly networks?: readonly string[]
    readonly calls?: number
  } = {},
): Promise<{ key: string; uuid: string }> {
  const key = makeAgencyKey()
  const hash = digestFormToken(formTokenPepper(world.app.services.vault), key)
  const [row] = await world.seed<{ id: string }>(
    `insert into agency_key (tenant_id, agency_id, name, key_hash, display_prefix, last4, scopes, allowed_networks, calls_per_minute, created_by_name)
     values ($1, $2, 'Server', $3, $4, $5, $6, $7::cidr[], $8, 'An admin') returning id`,
    [
      tenant,
      agency,
      hash,
      key.slice(0, 9),
      key.slice(-4),
      terms.scopes ?? ['vouchers.issue:own', 'vouchers.read:own'],
      terms.networks ?? [],
      terms.calls ?? 60,
    ],
    tenant,
  )
  return { key, uuid: row?.id ?? '' }
}

/** A ticket of a page that has been open for a while. */
export function ticketOf(
  { world, form }: Pick<EmbedScene, 'world' | 'form'>,
  page: { readonly origin?: string; readonly ageMs?: number } = {},
): Challenge {
  const at = new Date(performance.timeOrigin + performance.now() - (page.ageMs ?? 10_000))
  const place = { form: form.publicId, origin: page.origin ?? AGENCY_ORIGIN }
  return makeTickets(world.app.services.vault).make(place, at)
}

let serial = 0

/** What a person enters; each call is about somebody else. */
export function entries(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  serial += 1
  return {
    voucher_type: 'router',
    first_name: 'Maria',
    last_name: `Recipient ${serial}`,
    date_of_birth: '1980-05-17',
    household_adults: 2,
    household_children: 1,
    ...over,
  }
}

/** How a request of a form differs from a usual one. */
export interface FormCall {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly ip?: string
  readonly token?: string | null
  readonly form?: string
}

/** Sends one of the two requests as our own frame does, from an address of its own unless told. */
export function callForm(
  scene: EmbedScene,
  what: 'vouchers' | 'lookups',
  call: FormCall = {},
): Promise<LightMyRequestResponse> {
  serial += 1
  const token = call.token === undefined ? scene.token : call.token
  const body = call.body ?? (what === 'vouchers' ? { ...entries(), ticket: ticketOf(scene).ticket } : {})
  return scene.world.app.http.inject({
    method: 'POST',
    url: `/embed/v1/forms/${call.form ?? scene.form.publicId}/${what}`,
    remoteAddress:
      call.ip ?? `10.${Math.floor(serial / 60_000) % 250}.${Math.floor(serial / 250) % 250}.${serial % 250}`,
    headers: {
      'content-type': 'application/json',
      origin: EMBED_ORIGIN,
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(what === 'vouchers' && { 'idempotency-key': `key-${serial}` }),
      ...call.headers,
    },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Forgets all that the limits remember in the database, so that one test does not wait for another. */
export async function forgetLimits(world: TestWorld): Promise<void> {
  await world.sql('truncate rate_limit_log')
}
