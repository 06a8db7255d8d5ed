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
import type { Decision, DecisionCode, Owner, Permission, Step } from '@liaison/access'
import { z } from 'zod'
import { toFacts } from '#platform/facts.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { findFactsAbout, findPersonName, insertExplanation } from './explain-store.ts'
import type { ExplainMandate, Subject } from './explain-store.ts'
import type { KeptDecision } from './tables.ts'

const StepBody = z.strictObject({
  order: z.int(),
  check: z.string(),
  state: z.enum(['pass', 'fail', 'not_evaluated', 'unknown', 'hidden']),
  detail: z.string(),
  owner: z.enum(['self', 'partner', 'tenant', 'provider']),
  remedy: z.string().nullable(),
  evidence: z.strictObject({ type: z.string(), id: z.string() }).nullable(),
})

/** An explanation: the decision, step by step, and what would change it. */
export const ExplanationBody = z.strictObject({
  explain_id: z.string(),
  decision: z.enum(['allow', 'deny']),
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
    z.strictObject({ text: z.string(), who: z.enum(['self', 'partner', 'tenant', 'provider']) }),
  ),
  effective_permissions: z.array(z.string()).nullable(),
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
  readonly permission: string
  readonly decision: KeptDecision
}

/** The public form of a decision for one side, with the other side's private matters hidden. */
export function toExplanation(told: Told, viewer: Owner): z.output<typeof ExplanationBody> {
  const seen: Decision = explainFor(told.decision, viewer)
  const blocker = findBlocker(seen)
  return {
    explain_id: encodeId('explain', idFromUuid('explain', told.id)),
    decision: seen.effect,
    code: seen.code,
    ...wordsOf(seen.code),
    as_of: told.at.toISOString(),
    person_id: told.personId && encodeId('person', idFromUuid('person', told.personId)),
    person_name: told.personName,
    tenant_id: told.tenantId && encodeId('tenant', idFromUuid('tenant', told.tenantId)),
    permission: told.permission,
    first_blocker: blocker && toStep(blocker),
    steps: (seen.steps ?? []).map(toStep),
    remedies: (seen.steps ?? []).flatMap(({ remedy, owner }) =>
      remedy === null ? [] : [{ text: remedy, who: owner }],
    ),
    effective_permissions: told.decision.effective_permissions
      ? [...told.decision.effective_permissions]
      : null,
  }
}

/** A question about somebody's access. */
export interface Question extends Subject {
  readonly permission: Permission
  /** The address that the person asks from; known only when somebody asks about themselves. */
  readonly ip: string | null
  readonly viewer: Owner
}

const NOT_KNOWN: Readonly<Record<'PERSON_NOT_FOUND' | 'TENANT_NOT_FOUND', string>> = {
  PERSON_NOT_FOUND: 'Nobody that you may ask about has this id.',
  TENANT_NOT_FOUND: 'No tenant that you can act in has this id.',
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
  const facts = toFacts(entered, question.ip)
  const decision = decide(facts, { permission: question.permission }, { trace: true })
  const isUnknown = decision.code === 'TENANT_NOT_FOUND' && mandate.kind === 'program'
  if (isUnknown) throw new ProblemError(404, 'TENANT_NOT_FOUND', NOT_KNOWN.TENANT_NOT_FOUND)
  const kept = { ...decision, effective_permissions: permissionsOf(effectiveMask(facts)) }
  const partnerId = facts.partner?.id ?? question.partnerId
  const id = await insertExplanation(mandate, { ...question, partnerId, decision: kept })
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
    permission: question.permission,
    decision: kept,
  }
  return toExplanation(
    { ...told, personName: entered.actor?.name ?? (await findPersonName(mandate, question.personId)) },
    question.viewer,
  )
}
