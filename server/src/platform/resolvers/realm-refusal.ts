import { REALM_REFUSAL_WORDS } from '@liaison/access'
import type { RealmDecision, RealmFacts, RealmPermission } from '@liaison/access'
import { Refusal } from '../refusal.ts'
import type { RefusalRecord } from '../refusal.ts'

/** What the refusal of an end user was decided on. */
export interface RealmRefusalGrounds {
  readonly facts: RealmFacts
  readonly permission: RealmPermission
  readonly partnerName?: string
  /** What the audit log calls the end user. */
  readonly label?: string
  /** The name of the realm in the challenge of a 401. */
  readonly slug: string | null
}

/** The refusal of an end user. */
export class RealmRefusalError extends Refusal {
  override name = 'RealmRefusalError'
  readonly decision: RealmDecision
  readonly grounds: RealmRefusalGrounds

  constructor(decision: RealmDecision, grounds: RealmRefusalGrounds) {
    if (decision.code === 'ALLOWED') throw new Error('An allowance is no refusal.')
    const words = REALM_REFUSAL_WORDS[decision.code]
    super(decision.status, decision.code, words.sentence, {
      nextStep: words.next_step,
      ...(decision.code === 'UNAUTHORIZED' && {
        headers: { 'WWW-Authenticate': `Bearer realm="${grounds.slug ?? 'realm'}"` },
      }),
    })
    this.decision = decision
    this.grounds = grounds
  }

  toRecord(): RefusalRecord {
    const { facts, permission, partnerName, label } = this.grounds
    const { user, partner } = facts
    return {
      principal: user?.id ?? null,
      event: {
        plane: 'realm',
        code: this.code,
        actor_type: user ? 'end_user' : 'stranger',
        actor_id: user?.id,
        actor_name: label,
        // A stranger's guess writes nothing into a partner's log.
        ...(user && { partner_id: partner?.id, partner_name: partnerName }),
        role: user?.role,
        permission,
      },
      explanation: {
        personId: undefined,
        partnerId: user ? partner?.id : undefined,
        tenantId: null,
        permission,
        code: this.code,
        decision: this.decision,
      },
    }
  }
}
