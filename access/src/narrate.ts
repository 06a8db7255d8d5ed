import type { Check, CheckName } from './check.ts'
import type { Step, StepState } from './decision.ts'
import { REFUSAL_WORDS } from './refusal-words.ts'
import type { RefusalCode } from './refusals.ts'
import { PARTY_STORIES, REACH_STORIES } from './stories-caller.ts'
import { REQUEST_STORIES } from './stories-request.ts'
import { RIGHTS_STORIES } from './stories-rights.ts'
import type { Story } from './story.ts'
import type { World } from './world.ts'

const STORIES: Readonly<Record<CheckName, Story>> = {
  ...PARTY_STORIES,
  ...REACH_STORIES,
  ...RIGHTS_STORIES,
  ...REQUEST_STORIES,
}

/** What happened at one check of a decision. */
export interface Happening {
  readonly check: Check
  readonly world: World
  /** Whether the decision came this far. */
  readonly isReached: boolean
  readonly refusal: RefusalCode | null
}

function readState({ check, world, isReached, refusal }: Happening): StepState {
  if (!isReached) return 'not_evaluated'
  if (refusal !== null) return STORIES[check.name].isUnknown?.(world) ? 'unknown' : 'fail'
  return check.applies && !check.applies(world) ? 'not_evaluated' : 'pass'
}

/** The detail of a step that the decision did not come to. */
const NOT_REACHED = 'Not looked at, because an earlier step refused.'

/** The detail of a step at which there was nothing to check. */
const NOT_APPLICABLE = 'Nothing to check here.'

/** The step that tells what happened. A step that was not reached tells nothing of the facts. */
export function narrate(happening: Happening): Step {
  const { check, world, isReached, refusal } = happening
  const story = STORIES[check.name]
  const state = readState(happening)
  const step = { order: check.order, check: check.name, state, remedy: null, evidence: null }
  if (!isReached) return { ...step, detail: NOT_REACHED, owner: 'self' }
  const owner = story.owner(world)
  if (state === 'not_evaluated') return { ...step, detail: NOT_APPLICABLE, owner }
  const evidence = story.evidence?.(world) ?? null
  if (refusal === null) return { ...step, detail: story.pass(world), owner, evidence }
  const remedy = story.remedy?.(world) ?? REFUSAL_WORDS[refusal].next_step
  return { ...step, detail: story.fail(world), owner, remedy, evidence }
}
