import { BILLING_PARTIES, fromBits, LINK_ROLES, LINK_STATUSES, RELATIONSHIP_TYPES } from '@liaison/access'
import { z } from 'zod'
import { JsonInstant, maybe } from '../database-json.ts'
import type { FeatureSource } from '../features.ts'
import { StoredConditions } from './stored-conditions.ts'

const FreezeEntry = z.object({
  id: z.string(),
  scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']),
  set_by: z.enum(['partner', 'tenant', 'provider']),
})

const ElevationEntry = z.object({
  id: z.string(),
  mask: z.string().transform(fromBits),
  starts_at: JsonInstant,
  ends_at: JsonInstant,
})

const Party = z.enum(BILLING_PARTIES)
const BillingMap = z.object({ services: Party, api_calls: Party, seats: Party, exports: Party })

const LinkEntrySchema = z.object({
  id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  tenant_status: z.string(),
  status: z.enum(LINK_STATUSES),
  status_reason: maybe(z.string()),
  role: z.enum(LINK_ROLES),
  role_version: z.number(),
  relationship_type: z.enum(RELATIONSHIP_TYPES),
  starts_at: JsonInstant,
  ends_at: maybe(JsonInstant),
  epoch: z.number(),
  billing_party: z.enum(BILLING_PARTIES),
  /** Missing in decisions that were kept before a link said who pays for what. */
  billing_parties: BillingMap.optional(),
  status_changed_by_side: maybe(z.string()),
  status_changed_at: JsonInstant,
  own_accounts_only: z.boolean().default(false),
  conditions: StoredConditions,
  tenant_conditions: StoredConditions,
  /** The networks that the partner itself works from. */
  partner_conditions: StoredConditions.default({}),
  overrides: z.array(
    z.object({
      id: z.string(),
      pattern: z.string(),
      effect: z.enum(['grant', 'deny']),
      expires_at: maybe(JsonInstant),
    }),
  ),
  assignment: maybe(z.object({ role: maybe(z.enum(LINK_ROLES)), ends_at: maybe(JsonInstant) })),
  elevations: z.array(ElevationEntry).default([]),
  freezes: z.array(FreezeEntry),
})

/** One link with everything that decides about it, for one person. */
export type LinkEntry = z.output<typeof LinkEntrySchema>

/** The parts of the ticket of a read across tenants, as the database cut and signed them. */
const SignedTicketSchema = z.object({
  code: z.string(),
  stands: z.string(),
  reached: z.string(),
  reached_code: z.string(),
  context: z.string(),
  context_code: z.string(),
})

/** What proves to the database that a question about all tenants was decided, and for whom. */
export type SignedTicket = z.output<typeof SignedTicketSchema>

/** The same of any question; one about a single organisation is proved by the id of a row that the database keeps, which is a secret. */
export type Ticket = string | SignedTicket

const EnteredFactsSchema = z.object({
  now: JsonInstant,
  plane: z.enum(['platform', 'program', 'delegation', 'tenant']),
  /** A job works for the person who ordered it; nobody sits before it who could show a factor again. */
  actor_kind: z.enum(['person', 'job']).default('person'),
  actor: maybe(
    z.object({
      person_id: z.string(),
      name: z.string(),
      status: z.string(),
      factor: z.enum(['none', 'otp', 'phishing_resistant']),
      factor_at: maybe(JsonInstant),
      session_id: maybe(z.string()),
      seen_seconds_ago: z.number().optional(),
    }),
  ),
  platform_role: maybe(z.enum(['SUPER_ADMIN'])).optional(),
  partner: maybe(
    z.object({
      id: z.string(),
      name: z.string(),
      slug: z.string().default(''),
      status: z.string(),
      kinds: z.array(z.string()).default([]),
    }),
  ),
  partner_member: maybe(
    z.object({ id: z.string(), role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']), status: z.string() }),
  ),
  tenant: maybe(
    z.object({ id: z.string(), name: z.string(), slug: z.string().default(''), status: z.string() }),
  ),
  tenant_member: maybe(
    z.object({
      id: z.string().default(''),
      role: z.enum(['TENANT_ADMIN', 'TENANT_USER']),
      status: z.string(),
    }),
  ),
  link: maybe(LinkEntrySchema),
  /** Freezes of the person, which hold on every plane; those of a link come with the link. */
  freezes: z.array(FreezeEntry).default([]),
  /** Under which the same may be said to hold at the next read of the same question: across tenants, and inside one organisation. */
  kept: maybe(SignedTicketSchema).optional(),
  ticket_id: maybe(z.string()).optional(),
})

/** What the database says about a session, the memberships of its person and the link that is asked for. */
export type EnteredFacts = z.output<typeof EnteredFactsSchema> & {
  /** The features that are off for the partner at that instant. */
  readonly features_off: ReadonlySet<string>
}

const NO_FEATURES: ReadonlySet<string> = new Set()

/** Parses the answer of `access.enter_person` and looks up the partner's features. A form that is not known is a fault of ours. */
export function decodeFacts(value: unknown, features: FeatureSource): EnteredFacts {
  const entered = EnteredFactsSchema.parse(value)
  const { partner, now } = entered
  return { ...entered, features_off: partner ? features.offFor(partner.id, now) : NO_FEATURES }
}

/** Parses the answer of `access.portfolio`. */
export function decodePortfolio(value: unknown): LinkEntry[] {
  return z.array(LinkEntrySchema).parse(value)
}
