import { LINK_ROLES } from '@liaison/access'
import type { Conditions } from '@liaison/access'
import { z } from 'zod'
import { expectedOutcome, FirstCounts } from '#platform/first-approver.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sent, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { policyOf } from './approval.ts'
import { ConditionsInput, DurationDays, requireConditions, toConditionsBody } from './inputs.ts'
import { listPeople } from './people-store.ts'
import {
  addDays,
  LONGEST_VISIT_MINUTES,
  SHORTEST_VISIT_MINUTES,
  toConditions,
  toStoredConditions,
} from './rules.ts'
import { changeRules, confirmRules, declineRules, toWaiting } from './rules-second.ts'
import { findImpact, IMPACT_DAYS } from './rules-impact.ts'
import { listLinks } from './store.ts'
import type { KnownLink } from './store.ts'
import { listCallsOutside, listVisits } from './visit-store.ts'

const PolicyFields = {
  who_may_ask: z.enum(['any', 'listed', 'unlisted', 'none']),
  roles_allowed: z.array(z.enum(LINK_ROLES)).max(LINK_ROLES.length),
  max_duration_days: DurationDays,
  dual_approval: z.boolean(),
  acting_minutes: z
    .int()
    .min(SHORTEST_VISIT_MINUTES)
    .max(LONGEST_VISIT_MINUTES)
    .default(LONGEST_VISIT_MINUTES),
  sends_digest: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the admins get a mail each Monday about what partners did.' }),
  conditions: ConditionsInput,
} as const

const PolicyBody = z.strictObject({
  ...PolicyFields,
  listed_partner_ids: z.array(z.string()),
  version: z.int(),
})

async function readPolicy(mandate: Mandate<'tenant'>) {
  const policy = await policyOf(mandate)
  const body = {
    who_may_ask: policy.who_may_ask,
    roles_allowed: [...policy.roles_allowed],
    max_duration_days: policy.max_duration_days,
    dual_approval: policy.dual_approval,
    acting_minutes: policy.acting_minutes,
    sends_digest: policy.sends_digest,
    conditions: toConditionsBody(toConditions(policy.conditions)),
    listed_partner_ids: policy.listed_partner_ids.map((id) => publicIdOf('partner', id)),
    version: policy.version,
  }
  return sentAt(body, policy.version)
}

const BlockedBody = z.strictObject({
  person_name: z.string(),
  partner_name: z.string(),
  started_at: z.string(),
  rules: z.array(z.enum(['network', 'hours', 'passkey'])),
})

const ImpactBody = z.strictObject({
  days: z.int(),
  visits: z.int(),
  blocked: z.int(),
  unknown: z.int().meta({ description: 'Visits whose address is no longer kept.' }),
  items: z.array(BlockedBody),
})

/** The people without a passkey among those who are assigned to a link of the tenant. */
async function peopleWithoutPasskey(mandate: Mandate<'tenant'>): Promise<Set<string>> {
  const status: KnownLink['status'][] = ['approved', 'active', 'suspended']
  const { rows } = await listLinks(mandate, { status }, { limit: 200, offset: 0 })
  const weak = new Set<string>()
  for (const row of rows) {
    for (const person of await listPeople(mandate, row.id))
      if (person.factor !== 'phishing_resistant') weak.add(person.person_id)
  }
  return weak
}

async function readImpact(mandate: Mandate<'tenant'>, conditions: Conditions) {
  const since = addDays(mandate.origin.now, -IMPACT_DAYS)
  const visits = await listVisits(mandate, { since, limit: 2000, offset: 0 })
  const impact = findImpact(visits, conditions, {
    outside: conditions.ip_mode === 'off' ? [] : await listCallsOutside(mandate, conditions.ip_allow, since),
    withoutPasskey: conditions.phishing_resistant ? await peopleWithoutPasskey(mandate) : new Set(),
  })
  return {
    days: IMPACT_DAYS,
    visits: impact.visits,
    blocked: impact.blocked.length,
    unknown: impact.unknown,
    items: impact.blocked.slice(0, 20).map(({ visit, rules }) => ({
      person_name: visit.person_name,
      partner_name: visit.partner_name,
      started_at: visit.started_at.toISOString(),
      rules: [...rules],
    })),
  }
}

const impactRoute = route({
  method: 'POST',
  path: '/api/v1/tenant/partner-access/policy/impact',
  summary: 'How many visits of the last 14 days such conditions would have refused',
  input: { body: z.strictObject({ conditions: ConditionsInput }) },
  access: { permission: 'tenant.partner_access.audit.read' },
  limit: 'explain',
  readsOnly: 'It computes what rules would have done; nothing is kept.',
  responses: { 200: ImpactBody },
  async handle({ mandate, body }) {
    requireConditions(body.conditions, 'conditions')
    const impact = await readImpact(mandate, body.conditions)
    noteRead(mandate, { action: 'tenant.partner_access.audit.read', rowCount: impact.visits })
    return impact
  },
})

const PolicyInput = z.strictObject({
  ...PolicyFields,
  listed_partner_ids: z.array(publicId('partner')).max(500),
})

const SavedBody = z.strictObject({
  ...PolicyBody.shape,
  waits_for_second: z.boolean().meta({
    description: 'Whether what lets in more waits for a second person; what lets in less holds already.',
  }),
})

function makeSaveRoute(services: Services): Route {
  return route({
    method: 'PUT',
    path: '/api/v1/tenant/partner-access/policy',
    summary:
      'Change the rules for partner access; they hold for every link at once, looser ones after a second person where there is one',
    input: { body: PolicyInput },
    access: { permission: 'tenant.partner_access.policy.write' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: SavedBody },
    problems: ['SECOND_APPROVER_NEEDED'],
    async handle({ mandate, body, expectedVersion }) {
      requireConditions(body.conditions, 'conditions')
      const wanted = { ...body, conditions: toStoredConditions(body.conditions) }
      const waits = await changeRules(mandate, wanted, {
        expectedVersion,
        origin: services.publicOrigin(),
      })
      const saved = await readPolicy(mandate)
      return sent({ ...saved.body, waits_for_second: waits }, saved.headers)
    },
  })
}

const WaitingBody = z.strictObject({
  waiting: z
    .strictObject({
      asked_by_name: z.string(),
      asked_by_you: z.boolean(),
      counts: FirstCounts,
      asked_at: z.string(),
      answer_by: z.string(),
      changes: z
        .array(
          z.strictObject({
            field: z.string(),
            label: z.string(),
            before: z.string(),
            after: z.string(),
          }),
        )
        .meta({ description: 'What would be looser than the rules that hold.' }),
    })
    .nullable(),
})

const WAITING = '/api/v1/tenant/partner-access/policy/waiting'

const waitingRoute = route({
  method: 'GET',
  path: WAITING,
  summary: 'Looser rules for partner access that wait for a second person',
  input: {},
  access: { permission: 'tenant.partner_access.read' },
  limit: 'detail',
  responses: { 200: WaitingBody },
  async handle({ mandate }) {
    const policy = await policyOf(mandate)
    return sentAt({ waiting: await toWaiting(mandate, policy) }, policy.version)
  },
})

async function answered(mandate: Mandate<'tenant'>, waits: boolean) {
  const saved = await readPolicy(mandate)
  return sent({ ...saved.body, waits_for_second: waits }, saved.headers)
}

function makeConfirmRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${WAITING}/confirm`,
    summary:
      'Confirm the looser rules that somebody else asked for, as they were read; where that person decides no more, be the first who asks for them',
    input: { body: z.strictObject({ outcome: expectedOutcome('confirmed') }).default({}) },
    access: { permission: 'tenant.partner_access.policy.write' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: SavedBody },
    problems: ['RULES_NOT_WAITING', 'SECOND_APPROVER_NEEDED', 'OUTCOME_CHANGED'],
    async handle({ mandate, body, expectedVersion }) {
      const step = { expectedVersion, origin: services.publicOrigin(), outcome: body.outcome }
      return answered(mandate, await confirmRules(mandate, step))
    },
  })
}

function makeDeclineRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${WAITING}/decline`,
    summary: 'Decline looser rules, or take back what one asked for',
    input: {},
    access: { permission: 'tenant.partner_access.policy.write' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: SavedBody },
    problems: ['RULES_NOT_WAITING'],
    async handle({ mandate, expectedVersion }) {
      return answered(
        mandate,
        await declineRules(mandate, { expectedVersion, origin: services.publicOrigin() }),
      )
    },
  })
}

/** The routes of the rules that a tenant sets for partner access, what they would change, and who confirms looser ones (B10). */
export function makeTenantRulesRoutes(services: Services): readonly Route[] {
  return [
    impactRoute,
    route({
      method: 'GET',
      path: '/api/v1/tenant/partner-access/policy',
      summary: 'The rules for partner access',
      input: {},
      access: { permission: 'tenant.partner_access.read' },
      limit: 'detail',
      responses: { 200: PolicyBody },
      handle: ({ mandate }) => readPolicy(mandate),
    }),
    makeSaveRoute(services),
    waitingRoute,
    makeConfirmRoute(services),
    makeDeclineRoute(services),
  ]
}
