import type { LinkId, MemberId, PartnerId, PersonId, TenantId } from './ids.ts'
import type { Mask } from './mask.ts'
import type { Permission } from './permissions.ts'
import type { Plane } from './planes.ts'
import type { LinkRole, PartnerRole, PlatformRole, RelationshipType, TenantRole } from './roles.ts'

/** Whether a person, member, partner or tenant takes part at all. Every state that is not active is inactive. */
export type Standing = 'active' | 'inactive'

/** The strongest second factor of a session. */
export type Factor = 'none' | 'otp' | 'phishing_resistant'

/** The person who really acts. */
export interface ActorFacts {
  readonly person_id: PersonId
  readonly status: Standing
  readonly factor: Factor
  /** When the second factor was last used. */
  readonly factor_at: Date | null
  /** The address the request came from; null when it is not known. */
  readonly ip: string | null
}

/**
 * How the actor acts: in a browser, through an API client, or by a job ordered earlier. A job has no address and no
 * fresh factor, so what was checked at the order is not asked again; all else is.
 */
export type ActorKind = 'person' | 'api_client' | 'job'

export const LINK_STATUSES = [
  'requested',
  'approved',
  'active',
  'suspended',
  'expired',
  'revoked',
  'declined',
  'withdrawn',
  'lapsed',
] as const

export type LinkStatus = (typeof LINK_STATUSES)[number]

/** One exception to the role of a link. A deny always wins. */
export interface Override {
  readonly id?: string
  /** An exact name, or a name prefix followed by `.*`. */
  readonly pattern: string
  readonly effect: 'grant' | 'deny'
  /** The first instant at which it no longer holds; null or absent while it has no end. */
  readonly expires_at?: Date | null
  /** What the pattern meant when it was approved. A grant never means more; a deny also covers names added later. */
  readonly mask?: Mask
}

/** A daily span of local time on some days of the week. */
export interface HoursWindow {
  /** 1 Monday to 7 Sunday: the days on which the span begins. */
  readonly days: readonly number[]
  /** `HH:MM`, included. */
  readonly from: string
  /** `HH:MM`, excluded; `24:00` is the end of the day; an earlier time than `from` lies on the next day. */
  readonly to: string
}

export interface Hours {
  /** An IANA time zone, such as `Europe/Rome`. */
  readonly tz: string
  readonly windows: readonly HoursWindow[]
}

/** What a request under a link must satisfy besides holding the permission. */
export interface Conditions {
  /** CIDR ranges or single addresses. An enforced empty list lets nobody in. */
  readonly ip_allow: readonly string[]
  readonly ip_mode: 'off' | 'monitor' | 'enforce'
  readonly mfa_max_age_s: number | null
  readonly phishing_resistant: boolean
  readonly hours: Hours | null
  readonly read_reason_required: boolean
  readonly tenant_elevation_approval?: boolean
  /** No standing write: sensitive permissions count only while an elevation gives them. Source: B13. */
  readonly elevation_required?: boolean
}

/** The place of one person in one link. */
export interface AssignmentFacts {
  /** The member's own role in the link; null means the link's. */
  readonly role: LinkRole | null
  readonly ends_at: Date | null
}

/** Further permissions one person holds in one link for a short time. */
export interface ElevationFacts {
  readonly id?: string
  readonly mask: Mask
  readonly starts_at: Date
  readonly ends_at: Date
}

/** The side that owns a rule or can remedy a refusal. */
export type Owner = 'self' | 'partner' | 'tenant' | 'provider'

export interface LinkFacts {
  readonly id: LinkId
  readonly status: LinkStatus
  readonly role: LinkRole
  readonly role_version: number
  readonly relationship_type: RelationshipType
  readonly starts_at: Date
  /** The first instant at which the link no longer holds; null while it has no end. */
  readonly ends_at: Date | null
  /** Grows with every narrowing, so that a token made before it is recognised. */
  readonly epoch: number
  readonly overrides: readonly Override[]
  readonly conditions: Conditions
  /** The side that set the conditions; the other side is not told what they say. */
  readonly conditions_owner: Exclude<Owner, 'self'>
  /** Null when the actor is not assigned to this link. */
  readonly assignment: AssignmentFacts | null
  readonly elevations: readonly ElevationFacts[]
  /** Only what belongs to the partner's own accounts is open, not the rest of the tenant; absent means all of it. Source: B18. */
  readonly own_accounts_only?: boolean
}

/** A freeze that is in force and covers the request. */
export interface FreezeFacts {
  readonly id?: string
  readonly scope: 'platform' | 'partner' | 'tenant' | 'delegation' | 'person'
  /** The side that set it and alone can lift it; absent when it is not known. */
  readonly set_by?: Exclude<Owner, 'self'>
}

/** All that a decision depends on, as it is at `now`. Nothing else is consulted. */
export interface Facts {
  readonly now: Date
  readonly plane: Plane
  readonly actor: ActorFacts | null
  readonly actor_kind: ActorKind
  readonly platform_role?: PlatformRole | null
  readonly partner?: { readonly id: PartnerId; readonly status: Standing } | null
  readonly partner_member?: {
    readonly id: MemberId
    readonly role: PartnerRole
    readonly status: Standing
  } | null
  readonly tenant?: { readonly id: TenantId; readonly status: Standing } | null
  readonly tenant_member?: { readonly role: TenantRole; readonly status: Standing } | null
  /** The newest link between the partner and the tenant, live or ended; null when there is none. */
  readonly link?: LinkFacts | null
  readonly freezes: readonly FreezeFacts[]
  /** The features that are off for the partner. */
  readonly features_off?: ReadonlySet<string>
  /** Present when the request carries a token; its scopes can only take away. */
  readonly token?: { readonly scopes: Mask } | null
  /** The record asked for; absent when the question is about no single record. */
  readonly resource?: { readonly found: boolean; readonly tenant_id: TenantId | null } | undefined
  /** Whether the request says why somebody comes in; absent when nobody comes in. */
  readonly access_reason?: 'given' | 'missing' | undefined
  /** The state of the rate limit; absent when it is not known. */
  readonly rate?: { readonly limited: boolean } | undefined
}

/** What is asked. */
export interface Question {
  readonly permission: Permission
  /** The tenant the request names. */
  readonly tenant_id?: TenantId
  /** The partner the request names. */
  readonly partner_id?: PartnerId
  /** The link's epoch as a token remembers it. */
  readonly presented_epoch?: number
}
