import type { Evidence } from './decision.ts'
import type { Owner } from './facts.ts'
import { visibleLink } from './world.ts'
import type { World } from './world.ts'

/** What one check has to say in an explanation. It is asked only about checks that a decision reached. */
export interface Story {
  readonly owner: (world: World) => Owner
  readonly pass: (world: World) => string
  readonly fail: (world: World) => string
  /** What would help; without it, the words of the refusal's code. */
  readonly remedy?: (world: World) => string
  readonly evidence?: (world: World) => Evidence | null
  /** Whether a refusal is for want of a fact. */
  readonly isUnknown?: (world: World) => boolean
}

/** An owner that is always the same. */
export function by(owner: Owner): () => Owner {
  return () => owner
}

/** A text that is always the same. */
export function say(text: string): () => string {
  return () => text
}

/** The link as evidence, where its partner may know of it. */
export function linkEvidence(world: World): Evidence | null {
  const link = visibleLink(world)
  return link && { type: 'link', id: link.id }
}

/** The person as evidence. */
export function personEvidence({ facts }: World): Evidence | null {
  return facts.actor && { type: 'person', id: facts.actor.person_id }
}
