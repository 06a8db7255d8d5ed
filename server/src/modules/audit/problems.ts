import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the audit log. */
const AUDIT_PROBLEMS = {
  AUDIT_EVENT_NOT_FOUND: {
    status: 404,
    title: 'Event not found',
    cause: 'Your log has no event with this id.',
    remedy: 'Take the id from the list of events.',
  },
  AUDIT_CHECKPOINT_NOT_FOUND: {
    status: 404,
    title: 'Checkpoint not found',
    cause: 'The log has no checkpoint of this size, or not one that covers the event.',
    remedy:
      'Take the size from a checkpoint that you kept. When the log does not know a checkpoint whose signature holds, it was changed: tell the provider, and keep what you have.',
  },
  AUDIT_PROOF_NOT_READY: {
    status: 409,
    title: 'Not sealed yet',
    cause: 'The event waits for its seal, usually for seconds; or the log is being prepared for proofs.',
    remedy: 'Ask again after `Retry-After` seconds.',
  },
  AUDIT_FEED_AHEAD: {
    status: 409,
    title: 'Behind the end of the log',
    cause:
      'The leaf index in `after` is larger than that of any sealed event: it is of another installation, or this one was restored from a backup.',
    remedy:
      'Ask the provider. Compare the checkpoints that you kept before you begin again from an index that the log has.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(AUDIT_PROBLEMS)
