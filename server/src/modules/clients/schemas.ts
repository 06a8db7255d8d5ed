import { ACTION_NAMES, isCidr, OWN_SCOPE_NAMES, SCOPE_NAMES } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import type { ClientRow } from './store.ts'

const Jwks = z
  .strictObject({ keys: z.array(z.record(z.string().max(20), z.unknown())).max(20) })
  .meta({ description: 'The public keys with which the client authenticates (RFC 7517).' })

const PublicKeys = z.strictObject({ keys: z.array(z.record(z.string(), z.string())) })

const TokenBinding = z.enum(['dpop', 'mtls']).meta({
  description:
    'What tokens are bound to: a key that every request proves (RFC 9449), or a registered certificate of a mutual TLS connection (RFC 8705).',
})
const MOST_CHARACTERS = 8192

const Range = z.string().max(50).refine(isCidr, 'must be an address or a range such as 192.0.2.0/24')

/** What a client says of one of its actions. */
export const Need = z.strictObject({
  action: z.enum(ACTION_NAMES),
  is_needed: z.boolean().meta({
    description:
      'Whether the client does not work without it: then it comes with every consent of the client.',
  }),
  why: plainText(0, 200).nullable().meta({ description: 'What it is needed for, as customers read it.' }),
})

const settings = {
  name: plainText(1, 100),
  description: plainText(0, 500).nullable(),
  redirect_uris: z.array(z.string().max(2000)).max(20),
  scopes: z.array(z.enum(SCOPE_NAMES)).min(1).max(SCOPE_NAMES.length),
  needs: z.array(Need).max(ACTION_NAMES.length).meta({
    description:
      'What the client needs actions of its scopes for: customers read it when they decide. What costs money is never needed.',
  }),
  jwks: Jwks,
  token_binding: TokenBinding,
  certificates: z.array(z.string().max(MOST_CHARACTERS)).max(10).meta({
    description:
      'The certificates that tokens may be bound to, each in PEM form: the one in use and its successor.',
  }),
  asks_without_browser: z.boolean().meta({
    description:
      'Whether the client may ask a customer, in which it holds a consent, to approve something without a browser (CIBA), where the provider offers that.',
  }),
  pins_proof_key: z.boolean().meta({
    description:
      'Whether a refresh or an exchange is refused with the proof of another key than that of the token before.',
  }),
  ip_allow: z.array(Range).max(50),
}

/** What makes a client. */
export const NewClientBody = z.strictObject({
  ...settings,
  description: settings.description.default(null),
  redirect_uris: settings.redirect_uris.default([]),
  needs: settings.needs.default([]),
  token_binding: settings.token_binding.default('dpop'),
  certificates: settings.certificates.default([]),
  asks_without_browser: settings.asks_without_browser.default(false),
  pins_proof_key: settings.pins_proof_key.default(false),
  ip_allow: settings.ip_allow.default([]),
})

const SCOPES_OF_TENANT = [...SCOPE_NAMES, ...OWN_SCOPE_NAMES] as const
const ofTenant = { scopes: z.array(z.enum(SCOPES_OF_TENANT)).min(1).max(SCOPES_OF_TENANT.length) }

/** What makes a client of an organisation: some scopes are for its own clients alone. */
export const NewTenantClientBody = NewClientBody.extend(ofTenant)

const hasChange = (body: object): boolean => Object.keys(body).length > 0
const NO_CHANGE = 'must change something'

/** What of a client can be changed. */
export const ClientChangeBody = z.strictObject(settings).partial().refine(hasChange, NO_CHANGE)

/** What of an organisation's client can be changed. */
export const TenantClientChangeBody = z
  .strictObject({ ...settings, ...ofTenant })
  .partial()
  .refine(hasChange, NO_CHANGE)

/** Why a client is moved; both sides read it. */
export const MoveBody = z.strictObject({ reason: plainText(1, 500) })

export const ClientParams = z.strictObject({ client_id: publicId('api_client') })

const ToldLogo = z.strictObject({ sha256: z.string(), width: z.int(), height: z.int() })

/** A client as its owner and the provider see it. */
export const ClientBody = z.strictObject({
  client_id: z.string(),
  owner: z.strictObject({ kind: z.enum(['partner', 'tenant']), id: z.string(), name: z.string() }),
  name: z.string(),
  description: z.string().nullable(),
  environment: z.enum(['sandbox', 'live']),
  live_requested_at: z.string().nullable(),
  live_approved_at: z.string().nullable(),
  status: z.enum(['active', 'suspended', 'revoked']),
  status_reason: z.string().nullable(),
  status_changed_by_side: z.string().nullable(),
  own_suspended_at: z.string().nullable().meta({
    description:
      'Since when its owner has it suspended, too, while the provider has: each lifts its own suspension, and it works again once none stands.',
  }),
  own_suspended_reason: z.string().nullable(),
  redirect_uris: z.array(z.string()),
  scopes: z.array(z.string()),
  needs: z.array(Need),
  jwks: PublicKeys,
  token_binding: TokenBinding,
  certificates: z.array(
    z.strictObject({
      thumbprint: z.string(),
      subject: z.string(),
      ends_at: z.string(),
      pem: z.string(),
    }),
  ),
  asks_without_browser: z.boolean(),
  pins_proof_key: z.boolean(),
  ip_allow: z.array(z.string()),
  logos: z
    .strictObject({
      in_use: ToldLogo.nullable(),
      waiting: ToldLogo.extend({ handed_in_at: z.string() }).strict().nullable(),
      refused: z
        .strictObject({ reason: z.string(), decided_at: z.string() })
        .nullable()
        .meta({ description: 'Why a logo was refused or taken down, until another one is handed in.' }),
    })
    .meta({ description: 'What customers see, and what waits for the provider to look at it.' }),
  created_by_name: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  first_token_at: z.string().nullable(),
  first_call_at: z.string().nullable(),
  first_live_call_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
})

function ownerOf(row: ClientRow): z.output<typeof ClientBody>['owner'] {
  return row.partner_id === null
    ? {
        kind: 'tenant',
        id: publicIdOf('tenant', row.tenant_id ?? ''),
        name: row.owner_name,
      }
    : {
        kind: 'partner',
        id: publicIdOf('partner', row.partner_id),
        name: row.owner_name,
      }
}

/** The public form of a client. */
export function toClient(row: ClientRow): z.input<typeof ClientBody> {
  return {
    client_id: publicIdOf('api_client', row.id),
    owner: ownerOf(row),
    name: row.name,
    description: row.description,
    environment: row.environment,
    live_requested_at: isoOf(row.live_requested_at),
    live_approved_at: isoOf(row.live_approved_at),
    status: row.status,
    status_reason: row.status_reason,
    status_changed_by_side: row.status_changed_by_side,
    own_suspended_at: isoOf(row.own_suspended_at),
    own_suspended_reason: row.own_suspended_reason,
    redirect_uris: row.redirect_uris,
    scopes: row.scopes,
    needs: row.needs.map((need) => ({ ...need })),
    jwks: row.jwks,
    token_binding: row.token_binding,
    certificates: row.certificates,
    asks_without_browser: row.asks_without_browser,
    pins_proof_key: row.pins_proof_key,
    ip_allow: row.ip_allow,
    logos: row.logos,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    first_token_at: isoOf(row.first_token_at),
    first_call_at: isoOf(row.first_call_at),
    first_live_call_at: isoOf(row.first_live_call_at),
    last_used_at: isoOf(row.last_used_at),
  }
}
