import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of features. */
const FEATURE_PROBLEMS = {
  FEATURE_NOT_FOUND: {
    status: 404,
    title: 'Feature not found',
    cause: 'No feature that you can see has this key.',
    remedy: 'Check the key in the list of features.',
  },
  FEATURE_KEY_TAKEN: {
    status: 409,
    title: 'Key taken',
    cause: 'Another feature has this key.',
    remedy: 'Choose another key.',
  },
  FEATURE_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The feature is in a state from which this move is not made, or permissions depend on it.',
    remedy: 'Read the feature; its state decides what can be done.',
  },
  FEATURE_NOT_OFFERED: {
    status: 409,
    title: 'Not for the partner to choose',
    cause: 'The provider does not leave this choice to partners, or not to this one.',
    remedy: 'Read the list of features again; ask the provider for this one.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(FEATURE_PROBLEMS)
