import { REFUSAL_WORDS } from '@liaison/access'
import type { Decision, Facts, Permission, RefusalCode } from '@liaison/access'
import { ProblemError } from './problem.ts'

/** Names for the audit row of a refusal. */
export interface RefusalNames {
  readonly actor?: string
  readonly partner?: string
  readonly tenant?: string
}

/** What a refusal was decided on. */
export interface RefusalGrounds {
  readonly facts: Facts
  readonly permission: Permission
  readonly names: RefusalNames
  readonly details?: Readonly<Record<string, unknown>>
  /** Header fields that belong to the refusal, such as those of a rate limit. */
  readonly headers?: Readonly<Record<string, string>>
}

const ENDED_STATES: Readonly<Partial<Record<RefusalCode, string>>> = {
  TENANT_LINK_EXPIRED: 'ended_at',
  TENANT_LINK_REVOKED: 'ended_at',
}

const RENEWABLE_DAYS = 30

function detailsOf(
  { facts, details }: RefusalGrounds,
  code: RefusalCode,
): Record<string, unknown> | undefined {
  if (code === 'TENANT_LINK_EXPIRED' && facts.link?.ends_at) {
    const renewable = new Date(facts.link.ends_at.getTime() + RENEWABLE_DAYS * 86_400_000)
    return {
      ...details,
      ended_at: facts.link.ends_at.toISOString(),
      renewable_until: renewable.toISOString(),
    }
  }
  return details === undefined && ENDED_STATES[code] === undefined ? undefined : { ...details }
}

/** What older clients match: every refusal of a partner's access to a tenant is of one family. Source: managed-tenants.md section 7. */
const isOfTenantAccess = (status: number, { facts }: RefusalGrounds): boolean =>
  status === 403 && facts.plane === 'delegation'

function stepUpChallenge(code: RefusalCode): Record<string, string> | undefined {
  if (code === 'STEP_UP_REQUIRED') {
    return {
      'WWW-Authenticate':
        'Session error="insufficient_user_authentication", error_description="A recent second factor is required", max_age="900"',
    }
  }
  return code === 'UNAUTHORIZED' ? { 'WWW-Authenticate': 'Session realm="liaison"' } : undefined
}

/** What is kept of a refusal: its audit event, and the decision that the explainer shows. */
export interface RefusalRecord {
  /** Whose refusals are counted together; null for a stranger. */
  readonly principal: string | null
  /** The event without its action and where it came from. */
  readonly event: Readonly<Record<string, unknown>>
  readonly explanation: {
    readonly personId: string | undefined
    readonly partnerId: string | undefined
    /** Null where the caller must not learn that the tenant exists. */
    readonly tenantId: string | null | undefined
    readonly permission: string
    readonly code: string
    readonly decision: unknown
  }
}

/** A decision that says no, on its way to the caller, the audit log and the explainer. */
export abstract class Refusal extends ProblemError {
  /** The tenant that the caller named, whether or not there is one. */
  askedTenantId: string | null = null
  /** What the guard keeps of it. */
  abstract toRecord(): RefusalRecord
}

function roleOf({
  link,
  partner_member: partnerMember,
  tenant_member: tenantMember,
}: Facts): string | undefined {
  return link?.role ?? partnerMember?.role ?? tenantMember?.role
}

function describe(code: string, { facts, permission, names }: RefusalGrounds): RefusalRecord['event'] {
  const { actor, partner, tenant, link } = facts
  return {
    plane: facts.plane,
    code,
    actor_type: actor ? 'person' : 'stranger',
    actor_id: actor?.person_id,
    actor_name: names.actor,
    member_id: facts.partner_member?.id,
    partner_id: partner?.id,
    partner_name: names.partner,
    tenant_id: tenant?.id,
    tenant_name: names.tenant,
    // A link that never came into force does not make the tenant a reader of the refusal.
    delegation_id: code === 'TENANT_NOT_FOUND' ? undefined : link?.id,
    role: roleOf(facts),
    permission,
  }
}

/** The refusal of a person. */
export class RefusalError extends Refusal {
  override name = 'RefusalError'
  readonly decision: Decision
  readonly grounds: RefusalGrounds

  constructor(decision: Decision, grounds: RefusalGrounds) {
    if (decision.code === 'ALLOWED') throw new Error('An allowance is no refusal.')
    const words = REFUSAL_WORDS[decision.code]
    const headers = grounds.headers ?? stepUpChallenge(decision.code)
    const details = detailsOf(grounds, decision.code)
    super(decision.status, decision.code, words.sentence, {
      nextStep: words.next_step,
      ...(isOfTenantAccess(decision.status, grounds) && { codeFamily: 'TENANT_ACCESS_DENIED' }),
      ...(headers && { headers }),
      ...(details && { details }),
    })
    this.decision = decision
    this.grounds = grounds
  }

  toRecord(): RefusalRecord {
    const { facts } = this.grounds
    return {
      principal: facts.actor?.person_id ?? null,
      event: describe(this.code, this.grounds),
      explanation: {
        personId: facts.actor?.person_id,
        partnerId: facts.partner?.id,
        tenantId: this.code === 'TENANT_NOT_FOUND' ? null : facts.tenant?.id,
        permission: this.grounds.permission,
        code: this.code,
        decision: this.decision,
      },
    }
  }
}
