import { NO_CONDITIONS } from '../conditions.ts'
import type { Conditions, Facts, LinkFacts, Question } from '../facts.ts'
import { idFromUuid } from '../ids.ts'

/** One question about one set of facts. */
export interface Case {
  readonly facts: Facts
  readonly question: Question
}

const uuid = (last: number): string => `01890a5d-ac96-774b-bcce-${String(last).padStart(12, '0')}`

export const PERSON = idFromUuid('person', uuid(1))
export const PARTNER = idFromUuid('partner', uuid(2))
export const TENANT = idFromUuid('tenant', uuid(3))
export const LINK = idFromUuid('link', uuid(4))
export const MEMBER = idFromUuid('member', uuid(5))
export const OTHER_TENANT = idFromUuid('tenant', uuid(6))
export const OTHER_PARTNER = idFromUuid('partner', uuid(7))

/** Saturday 21 November 2026, noon UTC. */
export const NOW = new Date('2026-11-21T12:00:00.000Z')

/** An instant some milliseconds after `NOW`. */
export function at(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds)
}

export const DAY = 86_400_000

/** A link in force, with nothing special about it. */
export function linkOf(change: Partial<LinkFacts> = {}): LinkFacts {
  return {
    id: LINK,
    status: 'active',
    role: 'msp_full',
    role_version: 1,
    relationship_type: 'enterprise_subsidiary',
    starts_at: at(-DAY),
    ends_at: at(DAY),
    epoch: 7,
    overrides: [],
    conditions: NO_CONDITIONS,
    conditions_owner: 'tenant',
    assignment: { role: null, ends_at: null },
    elevations: [],
    ...change,
  }
}

/** Facts of a request that acts in a tenant under a link and is refused by nothing. */
export function factsOf(change: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    plane: 'delegation',
    actor: { person_id: PERSON, status: 'active', factor: 'otp', factor_at: at(-1000), ip: '192.0.2.10' },
    actor_kind: 'person',
    partner: { id: PARTNER, status: 'active' },
    partner_member: { id: MEMBER, role: 'PARTNER_STAFF', status: 'active' },
    tenant: { id: TENANT, status: 'active' },
    link: linkOf(),
    freezes: [],
    ...change,
  }
}

/** The same facts with a changed link. */
export function withLink(facts: Facts, change: Partial<LinkFacts>): Facts {
  return { ...facts, link: { ...(facts.link ?? linkOf()), ...change } }
}

/** The same facts with changed conditions of the link. */
export function withConditions(facts: Facts, change: Partial<Conditions>): Facts {
  return withLink(facts, { conditions: { ...(facts.link?.conditions ?? NO_CONDITIONS), ...change } })
}

/** The same facts with a changed actor. */
export function withActor(facts: Facts, change: Partial<NonNullable<Facts['actor']>>): Facts {
  return facts.actor ? { ...facts, actor: { ...facts.actor, ...change } } : facts
}
