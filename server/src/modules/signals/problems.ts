import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of Shared Signals. */
const SIGNAL_PROBLEMS = {
  SIGNALS_UNAUTHORIZED: {
    status: 401,
    title: 'Receiver not known',
    cause:
      'Neither the credential of an active gateway nor a bound token for streams of an active client came along.',
    remedy: 'Send the credential of a registered gateway, or get a token for the resource of signals.',
  },
  SIGNALS_SCOPE_MISSING: {
    status: 403,
    title: 'Scope missing',
    cause: 'The token was not issued with the scope that this operation needs.',
    remedy: 'Ask for the scope ssf.manage.',
  },
  SIGNAL_STREAM_NOT_FOUND: {
    status: 404,
    title: 'No such stream',
    cause: 'You have no stream with this id.',
    remedy: 'Read your stream from the configuration endpoint without an id.',
  },
  SIGNAL_RECEIVER_NOT_FOUND: {
    status: 404,
    title: 'No such receiver',
    cause: 'No API client or gateway that you can see has this id.',
    remedy: 'Read the list of API clients or of gateways for the ids.',
  },
  SIGNAL_STREAM_HELD: {
    status: 403,
    title: 'The provider stopped the stream',
    cause:
      'The provider put the stream into its state, so its receiver and the partner do not change or delete it.',
    remedy: 'Read the reason from the status of the stream, and ask the provider to let it go on.',
  },
  SIGNAL_STREAM_STATE_CONFLICT: {
    status: 409,
    title: 'The stream is in another state',
    cause: 'What was asked for does not fit the state that the stream is in.',
    remedy: 'Read the stream and decide again.',
  },
  SIGNAL_STREAM_EXISTS: {
    status: 409,
    title: 'There is a stream',
    cause: 'A receiver has one stream.',
    remedy: 'Change the one that there is, or delete it first.',
  },
  SIGNAL_STREAM_INVALID: {
    status: 400,
    title: 'Not a stream as it can be',
    cause: 'The body is not what this endpoint takes.',
    remedy: 'Compare it with the guide on signals.',
  },
  SIGNAL_VERIFICATION_TOO_SOON: {
    status: 429,
    title: 'Verification asked for too soon',
    cause: 'A stream is verified once in 30 seconds at most.',
    remedy: 'Wait as long as Retry-After says.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(SIGNAL_PROBLEMS)
