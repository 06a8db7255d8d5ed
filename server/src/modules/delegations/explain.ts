import {
  decide,
  effectiveMask,
  encodeId,
  explainFor,
  findBlocker,
  idFromUuid,
  permissionsOf,
  REFUSAL_WORDS,
} from '@liaison/access'
import type { Decision, DecisionCode, Facts, Owner, Permission, Step } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { toFacts } from '#platform/resolvers/facts.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { withConditions } from './explain-input.ts'
import type { AskedInput } from './explain-input.ts'
import { findFactsAbout, findPersonName, insertExplanation, ownsRecord } from './explain-store.ts'
import type { ExplainMandate, Subject } from './explain-store.ts'
import type { KeptDecision, KeptRefusal } from './tables.ts'

const StepBody = z.strictObject({
  order: z.int(),
  check: z.string(),
  state: z.enum(['pass', 'fail', 'not_evaluated', 'unknown', 'hidden']),
  detail: z.string(),
  owner: z.enum(['self', 'partner', 'tenant', 'provider']),
  remedy: z.string().nullable(),
  evidence: z.strictObject({ type: z.string(), id: z.string() }).nullable(),
})

const ACTIONS = [
  'request_elevation',
  'confirm_factor',
  'set_up_factor',
  'give_reason',
  'assign_person',
  'lift_freeze',
  'open_link',
] as const

const ACTION_OF: Readonly<Record<string, (typeof ACTIONS)[number]>> = {
  granted: 'request_elevation',
  standing: 'request_elevation',
  assignment_role: 'request_elevation',
  step_up: 'confirm_factor',
  factor_condition: 'confirm_factor',
  second_factor: 'set_up_factor',
  access_reason: 'give_reason',
  assignment: 'assign_person',
  freeze: 'lift_freeze',
  link_in_force: 'open_link',
}

/** An explanation: the decision, step by step, and what would change it. */
export const ExplanationBody = z.strictObject({
  explain_id: z.string(),
  decision: z.enum(['allow', 'deny', 'unknown']).meta({
    description:
      'unknown: it is refused for want of a fact, such as the address of somebody who is not asking.',
  }),
  code: z.string(),
  sentence: z.string(),
  next_step: z.string().nullable(),
  as_of: z.string(),
  person_id: z.string().nullable(),
  person_name: z.string().nullable(),
  tenant_id: z.string().nullable(),
  permission: z.string(),
  first_blocker: StepBody.nullable(),
  steps: z.array(StepBody),
  remedies: z.array(
    z.strictObject({
      text: z.string(),
      who: z.enum(['self', 'partner', 'tenant', 'provider']),
      action: z.enum(ACTIONS).nullable().meta({ description: 'What a client can offer.' }),
      link: z.string().nullable().meta({ description: 'Where in the portal, as the person it concerns.' }),
    }),
  ),
  effective_permissions: z.array(z.string()).nullable(),
  configuration_version: z.int().nullable().meta({
    description:
      "Which version of the partner's configuration was in force; null for the platform's defaults.",
  }),
})

function toStep(step: Step): z.output<typeof StepBody> {
  const { evidence } = step
  return {
    order: step.order,
    check: step.check,
    state: step.state,
    detail: step.detail,
    owner: step.owner,
    remedy: step.remedy,
    evidence: evidence && {
      type: evidence.type,
      id: encodeId(evidence.type, idFromUuid(evidence.type, evidence.id)),
    },
  }
}

function wordsOf(code: DecisionCode): { sentence: string; next_step: string | null } {
  return code === 'ALLOWED' ? { sentence: 'This is allowed.', next_step: null } : { ...REFUSAL_WORDS[code] }
}

/** A decision with what names it. */
export interface Told {
  readonly id: string
  readonly at: Date
  readonly personId: string | null
  readonly personName: string | null
  readonly tenantId: string | null
  readonly partnerId: string | null
  readonly permission: string
  readonly decision: KeptDecision | KeptRefusal
  readonly configurationVersion: number | null
}

const PAGES: Readonly<Partial<Record<(typeof ACTIONS)[number], string>>> = {
  request_elevation: 'elevations',
  assign_person: 'team',
  lift_freeze: 'freezes',
  open_link: 'links',
}

function pageOf(action: (typeof ACTIONS)[number], { partnerId }: Told, viewer: Owner): string | null {
  if (action === 'set_up_factor') return '/account'
  const page = PAGES[action]
  if (page === undefined || partnerId === null || viewer === 'tenant' || viewer === 'provider') return null
  return `/partner/${publicIdOf('partner', partnerId)}/${page}`
}

function toRemedy({ check, remedy, owner, state }: Step, told: Told, viewer: Owner) {
  if (remedy === null) return []
  const action = state === 'hidden' ? null : (ACTION_OF[check] ?? null)
  return [{ text: remedy, who: owner, action, link: action && pageOf(action, told, viewer) }]
}

/** Whether a decision is one about a person: its code and each of its steps have words of their own. */
function isOfPerson(decision: KeptDecision | KeptRefusal): decision is KeptDecision {
  const isKnown = decision.code === 'ALLOWED' || decision.code in REFUSAL_WORDS
  return isKnown && (decision.steps ?? []).every((step) => 'detail' in step)
}

const namesOf = (told: Told) => ({
  explain_id: publicIdOf('explain', told.id),
  as_of: told.at.toISOString(),
  person_id: told.personId && publicIdOf('person', told.personId),
  person_name: told.personName,
  tenant_id: told.tenantId && publicIdOf('tenant', told.tenantId),
  permission: told.permission,
  configuration_version: told.configurationVersion,
})

/**
 * A refusal of an API client, an end user or a call at a gateway: what the caller was told, and each check by its name.
 * Nothing of it is private to one side: a check says no more than the code does.
 */
function toRefusal(
  told: Told,
  { code, steps = [], told: words }: KeptRefusal,
): z.output<typeof ExplanationBody> {
  const sentence = words?.sentence ?? 'This was refused.'
  const next = words?.next_step ?? null
  const owner: Owner = told.partnerId === null ? (told.tenantId === null ? 'provider' : 'tenant') : 'partner'
  const details = {
    pass: 'Nothing refused it here.',
    fail: sentence,
    not_evaluated: 'It was refused before this was asked.',
  }
  const shown = steps.map((step) => ({
    ...step,
    detail: details[step.state],
    owner,
    remedy: step.state === 'fail' ? next : null,
    evidence: null,
  }))
  return {
    ...namesOf(told),
    decision: 'deny',
    code,
    sentence,
    next_step: next,
    first_blocker: shown.find(({ state }) => state === 'fail') ?? null,
    steps: shown,
    remedies: next === null ? [] : [{ text: next, who: owner, action: null, link: null }],
    effective_permissions: null,
  }
}

/** The public form of a decision for one side, with the other side's private matters hidden. */
export function toExplanation(told: Told, viewer: Owner): z.output<typeof ExplanationBody> {
  const { decision } = told
  if (!isOfPerson(decision)) return toRefusal(told, decision)
  const seen: Decision = explainFor(decision, viewer)
  const blocker = findBlocker(seen)
  return {
    ...namesOf(told),
    decision: findBlocker(decision)?.state === 'unknown' ? 'unknown' : seen.effect,
    code: seen.code,
    ...wordsOf(seen.code),
    first_blocker: blocker && toStep(blocker),
    steps: (seen.steps ?? []).map(toStep),
    remedies: (seen.steps ?? []).flatMap((step) => toRemedy(step, told, viewer)),
    effective_permissions: decision.effective_permissions ? [...decision.effective_permissions] : null,
  }
}

/** A question about somebody's access. */
export interface Question extends Subject {
  readonly permission: Permission
  /** The address that the person asks from; known only when somebody asks about themselves. */
  readonly ip: string | null
  readonly viewer: Owner
  readonly resource: AskedInput['resource']
  readonly conditions: AskedInput['conditions']
}

const NOT_KNOWN: Readonly<Record<'PERSON_NOT_FOUND' | 'TENANT_NOT_FOUND', string>> = {
  PERSON_NOT_FOUND: 'Nobody that you may ask about has this id.',
  TENANT_NOT_FOUND: 'No tenant that you can act in has this id.',
}

/** The record that a question names, as far as it belongs to the tenant; whose it is otherwise stays unsaid. */
async function withRecord(mandate: ExplainMandate, facts: Facts, question: Question): Promise<Facts> {
  const { resource, tenantId } = question
  if (!resource) return facts
  const found = await ownsRecord(mandate, { tenantId, partnerId: facts.partner?.id ?? null }, resource)
  return { ...facts, resource: { found, tenant_id: found ? tenantId : null } }
}

/**
 * Decides the question as a request would be decided, keeps the decision and explains it. Answers about no person and
 * no tenant that the asker may not know: PERSON_NOT_FOUND and TENANT_NOT_FOUND. Source: B12.
 */
export async function explain(
  mandate: ExplainMandate,
  question: Question,
): Promise<z.output<typeof ExplanationBody>> {
  const entered = await findFactsAbout(mandate, question)
  if (entered === null || entered.partner_member === null)
    throw new ProblemError(404, 'PERSON_NOT_FOUND', NOT_KNOWN.PERSON_NOT_FOUND)
  const facts = await withRecord(
    mandate,
    withConditions(toFacts(entered, question.ip), question.conditions),
    question,
  )
  const decision = decide(facts, { permission: question.permission }, { trace: true })
  const isUnknown = decision.code === 'TENANT_NOT_FOUND' && mandate.kind === 'program'
  if (isUnknown) throw new ProblemError(404, 'TENANT_NOT_FOUND', NOT_KNOWN.TENANT_NOT_FOUND)
  const kept = { ...decision, effective_permissions: permissionsOf(effectiveMask(facts)) }
  const partnerId = facts.partner?.id ?? question.partnerId
  const { id, configurationVersion } = await insertExplanation(mandate, {
    ...question,
    partnerId,
    decision: kept,
  })
  noteRead(mandate, {
    action: 'access.explain',
    ...(facts.link && { tenantId: question.tenantId, delegationId: facts.link.id }),
    resource: { type: 'explanation', id, label: question.permission },
  })
  const told = {
    id,
    at: facts.now,
    personId: question.personId,
    tenantId: question.tenantId,
    partnerId,
    permission: question.permission,
    decision: kept,
    configurationVersion,
  }
  return toExplanation(
    { ...told, personName: entered.actor?.name ?? (await findPersonName(mandate, question.personId)) },
    question.viewer,
  )
}
