import { isDeepStrictEqual } from 'node:util'
import { encodeId } from '@liaison/access'
import { countsNoMore, requireOutcome, stillDecides } from '#platform/first-approver.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import { writeLetters } from '#platform/words/letters.ts'
import { policyOf } from './approval.ts'
import { asksForTwo } from './approval-store.ts'
import { loosensInDatabase, mailOtherAdmins, savePolicy, toTerms } from './policy-store.ts'
import type { PolicyTerms } from './policy-store.ts'
import { compareRules } from './rules-loosening.ts'
import { RULES_NEWS_WORDS } from './words/index.ts'
import type { RulesNews } from './words/index.ts'

type Policy = Awaited<ReturnType<typeof policyOf>>

/** How long looser rules wait; the database says the same. */
const WAITING_MS = 7 * 86_400_000

/** The version that was read, and the origin at which the others find the rules. */
interface Step {
  readonly expectedVersion: number
  readonly origin: string
  /** What whoever confirms expects to come of it. */
  readonly outcome?: string | undefined
}

type RulesAction = 'write' | 'ask' | 'confirm' | 'decline' | 'withdraw'

function recordRules(
  mandate: Mandate<'tenant'>,
  action: RulesAction,
  [before, after, note]: readonly [before: PolicyTerms, after: PolicyTerms, note?: string],
): void {
  const was: Readonly<Record<string, unknown>> = { ...toTerms(before) }
  const changes = Object.entries(toTerms(after)).map(([field, value]) => [
    field,
    { before: was[field], after: value },
  ])
  recordEvent(mandate, {
    action: `tenant.partner_access.policy.${action}`,
    resource: { type: 'policy', label: 'the rules for partner access' },
    changes: Object.fromEntries(changes),
    ...(note !== undefined && { reason: note }),
  })
}

/** Looser rules take a second person where the organisation asks for two, or has two who could decide (decision 044). */
const takesTwo = (mandate: Mandate<'tenant'>): Promise<boolean> => asksForTwo(mandate, 'msp_full', null)

/** What of an edit waits for a second person, and what holds at once. */
async function splitEdit(mandate: Mandate<'tenant'>, before: Policy, wanted: PolicyTerms) {
  if (!(await takesTwo(mandate))) return { now: wanted, waits: false }
  const { looser, narrowed } = compareRules(before, wanted)
  if (looser.length === 0 && !(await loosensInDatabase(mandate, wanted))) return { now: wanted, waits: false }
  const isKept = looser.length === 0 || (await loosensInDatabase(mandate, narrowed))
  return { now: isKept ? toTerms(before) : narrowed, waits: true }
}

const isSame = (one: PolicyTerms, other: PolicyTerms): boolean =>
  isDeepStrictEqual(toTerms(one), JSON.parse(JSON.stringify(toTerms(other))))

async function tellOthers(mandate: Mandate<'tenant'>, origin: string, news: RulesNews): Promise<void> {
  const page = `${origin}/org/${encodeId('tenant', mandate.tenant.id)}/access/rules`
  const until = new Date(mandate.origin.now.getTime() + WAITING_MS)
  const letters = writeLetters((language) => {
    const words = RULES_NEWS_WORDS[language]
    const about = [mandate.actor.name, mandate.tenant.name, writeInstant(until, language)] as const
    return { subject: words[`${news}_subject`](...about), text: [words[news](...about), page].join('\n\n') }
  })
  await mailOtherAdmins(mandate, letters)
}

/**
 * Changes the rules. What lets in no more holds at once; what lets in more waits for a second person where there is one.
 * Answers whether something waits. Throws PRECONDITION_FAILED.
 */
export async function changeRules(
  mandate: Mandate<'tenant'>,
  wanted: PolicyTerms,
  { expectedVersion, origin }: Step,
): Promise<boolean> {
  const before = await policyOf(mandate)
  const other = waitingOf(mandate, before)
  // A second person who wants exactly the same confirms it by that.
  if (
    other !== null &&
    other.by !== mandate.actor.id &&
    isSame(other.rules, wanted) &&
    (await stillDecides(mandate, other.by))
  ) {
    await confirmRules(mandate, { expectedVersion, origin })
    return false
  }
  const { now, waits } = await splitEdit(mandate, before, wanted)
  await savePolicy(mandate, now, { expectedVersion, proposed: waits ? toTerms(wanted) : null })
  if (!waits || !isSame(before, now)) recordRules(mandate, 'write', [before, now])
  if (!waits) return false
  recordRules(mandate, 'ask', [now, wanted])
  await tellOthers(mandate, origin, 'asked')
  return true
}

function waitingOf(mandate: Mandate<'tenant'>, policy: Policy) {
  const { proposed, proposed_by: by, proposed_by_name: name, proposed_at: at, proposed_until: until } = policy
  if (proposed === null || name === null || at === null || until === null) return null
  return until > mandate.origin.now ? { rules: proposed, by, name, at, until } : null
}

/** What waits for a second person, beside the rules that hold; null when nothing does. */
export async function toWaiting(mandate: Mandate<'tenant'>, policy: Policy) {
  const waiting = waitingOf(mandate, policy)
  if (waiting === null) return null
  return {
    asked_by_name: waiting.name,
    asked_by_you: waiting.by === mandate.actor.id,
    counts: !(await takesTwo(mandate)) || (await stillDecides(mandate, waiting.by)),
    asked_at: waiting.at.toISOString(),
    answer_by: waiting.until.toISOString(),
    changes: [...compareRules(policy, waiting.rules).looser],
  }
}

async function readWaiting(mandate: Mandate<'tenant'>, expectedVersion: number) {
  const policy = await policyOf(mandate)
  if (policy.version !== expectedVersion)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The rules changed after they were read.')
  const waiting = waitingOf(mandate, policy)
  if (waiting === null)
    throw new ProblemError(409, 'RULES_NOT_WAITING', 'No looser rules wait for a second person.')
  return { policy, waiting }
}

/** Whoever wants what somebody asked for who decides no more asks for it from then on: another person confirms it. */
async function takeOver(
  mandate: Mandate<'tenant'>,
  { policy, waiting }: Awaited<ReturnType<typeof readWaiting>>,
  { expectedVersion, origin }: Step,
): Promise<void> {
  await savePolicy(mandate, toTerms(policy), { expectedVersion, proposed: waiting.rules })
  recordRules(mandate, 'ask', [policy, waiting.rules, countsNoMore(waiting.name)])
  await tellOthers(mandate, origin, 'asked')
}

/**
 * Lets looser rules hold that somebody else asked for; where that person decides no more, whoever confirms them is the
 * first of two. Answers whether they still wait. Throws RULES_NOT_WAITING, SECOND_APPROVER_NEEDED, PRECONDITION_FAILED,
 * and OUTCOME_CHANGED where it would come to the other of the two than the caller expects.
 */
export async function confirmRules(
  mandate: Mandate<'tenant'>,
  { expectedVersion, origin, outcome }: Step,
): Promise<boolean> {
  const { policy, waiting } = await readWaiting(mandate, expectedVersion)
  if (waiting.by === mandate.actor.id)
    throw new ProblemError(
      409,
      'SECOND_APPROVER_NEEDED',
      'You asked for these rules; another administrator confirms them.',
    )
  const asks = (await takesTwo(mandate)) && !(await stillDecides(mandate, waiting.by))
  requireOutcome(outcome, asks ? 'asked' : 'confirmed')
  if (asks) {
    await takeOver(mandate, { policy, waiting }, { expectedVersion, origin })
    return true
  }
  await savePolicy(mandate, waiting.rules, { expectedVersion, proposed: null })
  recordRules(mandate, 'confirm', [policy, waiting.rules])
  await tellOthers(mandate, origin, 'confirmed')
  return false
}

/** Leaves the rules as they are: somebody else declines, or whoever asked takes it back. Throws RULES_NOT_WAITING, PRECONDITION_FAILED. */
export async function declineRules(
  mandate: Mandate<'tenant'>,
  { expectedVersion, origin }: Step,
): Promise<boolean> {
  const { policy, waiting } = await readWaiting(mandate, expectedVersion)
  await savePolicy(mandate, toTerms(policy), { expectedVersion, proposed: null })
  const isOwn = waiting.by === mandate.actor.id
  recordRules(mandate, isOwn ? 'withdraw' : 'decline', [policy, waiting.rules])
  if (!isOwn) await tellOthers(mandate, origin, 'declined')
  return false
}
