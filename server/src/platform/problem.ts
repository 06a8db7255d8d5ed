import {
  CLIENT_DECISION_STATUS,
  CLIENT_REFUSAL_CODES,
  CLIENT_REFUSAL_WORDS,
  DECISION_STATUS,
  REALM_DECISION_STATUS,
  REALM_REFUSAL_CODES,
  REALM_REFUSAL_WORDS,
  REFUSAL_CODES,
  REFUSAL_WORDS,
} from '@liaison/access'
import { z } from 'zod'
import type { Language } from './words/language.ts'

/** One fault of the input; `pointer` is a JSON pointer into params, query, headers or body. */
export const FieldFault = z
  .strictObject({ pointer: z.string(), code: z.string(), detail: z.string() })
  .meta({ id: 'FieldFault' })

/** Problem details (RFC 9457) with a stable `code`; `type` ends with it. */
export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    code_family: z.string().optional().meta({
      description:
        'The general code of which `code` is one: TENANT_ACCESS_DENIED for every refusal of access to a tenant.',
    }),
    detail: z.string(),
    request_id: z.string(),
    timestamp: z.string(),
    errors: z.array(FieldFault).optional(),
    explain_id: z.string().optional(),
    next_step: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem' })

export type ProblemBody = z.output<typeof Problem>
export type FieldFaultBody = z.output<typeof FieldFault>

export interface ProblemExtras extends ErrorOptions {
  readonly errors?: readonly FieldFaultBody[]
  readonly explainId?: string
  /** The general code of which this one is a case, for clients that know no other. */
  readonly codeFamily?: string
  readonly nextStep?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** What `detail` is written in; English unless it says otherwise. Pages alone ask. */
  readonly language?: Language
  readonly headers?: Readonly<Record<string, string>>
  /** What was refused is written down: the audit events of this transaction are kept, and nothing else was changed in it. */
  readonly keepsEvents?: true
}

/** A refusal or error that leaves the server. `detail` is public; the internal story is in `cause`. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly status: number
  readonly code: string
  readonly extras: ProblemExtras

  // Four words say a problem whole; an options object would only hide them.
  // oxlint-disable-next-line max-params
  constructor(status: number, code: string, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.status = status
    this.code = code
    this.extras = extras
  }
}

/** The refusal of input whose parts are well-formed and yet cannot be taken; every fault is named. */
export function inputRefused(errors: readonly FieldFaultBody[], why: ErrorOptions = {}): ProblemError {
  const what = errors.length === 1 ? 'One part' : 'Parts'
  const detail = `${what} of the input cannot be taken; nothing was changed.`
  return new ProblemError(422, 'VALIDATION_ERROR', detail, { ...why, errors: [...errors] })
}

/** One problem code with what its reader needs: generated into docs/errors.md. */
export interface ProblemEntry {
  readonly status: number
  readonly title: string
  readonly cause: string
  readonly remedy: string
}

/** The codes that any operation can answer with. Modules add theirs in their `problems.ts`. */
export const PLATFORM_PROBLEMS = {
  VALIDATION_ERROR: {
    status: 422,
    title: 'Input refused',
    cause: 'Parts of the input do not have the documented form; `errors` lists every one.',
    remedy: 'Correct what `errors` names and send again.',
  },
  MALFORMED_REQUEST: {
    status: 400,
    title: 'Request not readable',
    cause: 'The body is not JSON in UTF-8, or the URL or headers cannot be read.',
    remedy: 'Send well-formed JSON in UTF-8 with the right Content-Type.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Media type not supported',
    cause: 'The Content-Type is not application/json, or names another encoding than UTF-8.',
    remedy: 'Send `Content-Type: application/json`.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Body too large',
    cause: 'The body is larger than this operation takes.',
    remedy: 'Send less at once.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Header fields too large',
    cause: 'The address and the header fields are together larger than 16 KiB.',
    remedy: 'Send fewer or shorter header fields and cookies, and long input in the body.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request too slow',
    cause: 'The request did not arrive whole in time, for which there are 10 seconds at least.',
    remedy: 'Send it again, over a connection that is fast enough for its body.',
  },
  EXPECTATION_FAILED: {
    status: 417,
    title: 'Expectation not met',
    cause: 'The header `Expect` names something other than `100-continue`.',
    remedy: 'Leave `Expect` out.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'Not found',
    cause: 'There is no such operation.',
    remedy: 'Compare the path with the API reference.',
  },
  CROSS_SITE_REQUEST: {
    status: 403,
    title: 'Request from another site',
    cause: 'A browser sent this change from a page of another site.',
    remedy: 'Send changes from the portal, or with a key instead of a session.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 422,
    title: 'Key used for another request',
    cause: 'The same Idempotency-Key came with another body or operation within 24 hours.',
    remedy: 'Use a new key for a new request.',
  },
  SECRET_SHOWN_ONCE: {
    status: 409,
    title: 'Secret not shown again',
    cause:
      'The request was carried out before under this Idempotency-Key; its answer held a secret that is not kept.',
    remedy: 'If the secret was lost, make a new one and end this one.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    title: 'Request in progress',
    cause: 'A request with the same Idempotency-Key is still being worked on.',
    remedy: 'Send it again in a moment.',
  },
  PRECONDITION_REQUIRED: {
    status: 428,
    title: 'If-Match required',
    cause: 'This resource is changed only with the version that was read.',
    remedy: 'Read it, then send its `ETag` as `If-Match`.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    title: 'Changed in between',
    cause: 'The resource changed after it was read.',
    remedy: 'Read it again and repeat the change if it is still wanted.',
  },
  CURSOR_INVALID: {
    status: 400,
    title: 'Cursor not valid',
    cause: 'The cursor was altered, or belongs to another list, filter or person.',
    remedy: 'Start again without a cursor.',
  },
  TENANT_CONTEXT_REQUIRED: {
    status: 400,
    title: 'Tenant missing',
    cause: 'The operation works in one tenant and none was named.',
    remedy: 'Send `X-Active-Tenant-Id`.',
  },
  TENANT_CONTEXT_MISMATCH: {
    status: 400,
    title: 'Two tenants named',
    cause: 'The request names different tenants, or names one where none belongs.',
    remedy: 'Name one tenant, in `X-Active-Tenant-Id`.',
  },
  INGEST_KEY_REFUSED: {
    status: 403,
    title: 'Not with this key',
    cause: 'The key makes tokens of embedded dashboards and does nothing else.',
    remedy: 'Use a key that was made without `makes_dashboard_tokens`.',
  },
  REALM_REQUIRED: {
    status: 400,
    title: 'Realm missing',
    cause: 'The browser is signed in to several realms and the request names none, or names one wrongly.',
    remedy: "Send the realm's name as `X-Realm`, or a token of it.",
  },
  OVERLOADED: {
    status: 503,
    title: 'Too busy',
    cause: 'More requests are being worked on than this process takes.',
    remedy: 'Try again after `Retry-After` seconds.',
  },
  DEADLINE_EXCEEDED: {
    status: 503,
    title: 'Took too long',
    cause: 'The request did not finish within its deadline; nothing was changed.',
    remedy: 'Try again; ask for less if it happens again.',
  },
  DEPENDENCY_UNAVAILABLE: {
    status: 503,
    title: 'Not available',
    cause: 'The database cannot be reached or is restarting; nothing was changed.',
    remedy: 'Try again after `Retry-After` seconds.',
  },
  OUTCOME_CHANGED: {
    status: 409,
    title: 'It would come to something else',
    cause:
      'Somebody else acted after it was read, so that the same call would now ask, or decide, other than the caller expects.',
    remedy: 'Read how it stands now, and repeat the act if it is still wanted.',
  },
  CONFLICT: {
    status: 409,
    title: 'In conflict',
    cause: 'Another change got there first, or a record with this identity exists.',
    remedy: 'Read the current state and decide again.',
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Error',
    cause: 'Something broke on our side; nothing was changed.',
    remedy: 'Report the `request_id`.',
  },
} as const satisfies Record<string, ProblemEntry>

/** `TENANT_LINK_REVOKED` as `Tenant link revoked`: the kernel's codes read as titles by themselves. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function toEntry(code: string, status: number, words: { sentence: string; next_step: string }): ProblemEntry {
  return { status, title: titleOf(code), cause: words.sentence, remedy: words.next_step }
}

/** The codes with which the kernel says no to people, in its own words. */
const DECISION_PROBLEMS = REFUSAL_CODES.map((code): [string, ProblemEntry] => [
  code,
  toEntry(code, DECISION_STATUS[code], REFUSAL_WORDS[code]),
])

/** The codes that only API clients meet. */
const CLIENT_PROBLEMS = CLIENT_REFUSAL_CODES.map((code): [string, ProblemEntry] => [
  code,
  toEntry(code, CLIENT_DECISION_STATUS[code], CLIENT_REFUSAL_WORDS[code]),
])

/** The codes that only end users meet. */
const REALM_PROBLEMS = REALM_REFUSAL_CODES.map((code): [string, ProblemEntry] => [
  code,
  toEntry(code, REALM_DECISION_STATUS[code], REALM_REFUSAL_WORDS[code]),
])

const registry = new Map<string, ProblemEntry>([
  ...REALM_PROBLEMS,
  ...CLIENT_PROBLEMS,
  ...Object.entries(PLATFORM_PROBLEMS),
  ...DECISION_PROBLEMS,
])

/** Adds a module's codes. Throws when a code is taken with another meaning. */
export function registerProblems(entries: Readonly<Record<string, ProblemEntry>>): void {
  for (const [code, entry] of Object.entries(entries)) {
    if (registry.has(code) && registry.get(code) !== entry)
      throw new Error(`The problem code ${code} is registered twice.`)
    registry.set(code, entry)
  }
}

/** The status that a code is answered with; that of an error of ours where nobody registered it. */
export function statusOfProblem(code: string): number {
  return registry.get(code)?.status ?? 500
}

/** Every problem code of the product, in alphabetical order. */
export function listProblems(): [code: string, entry: ProblemEntry][] {
  return [...registry].toSorted(([left], [right]) => (left < right ? -1 : 1))
}

/** The problem document that leaves the server. */
export function toProblemBody(error: ProblemError, request: { id: string; now: Date }): ProblemBody {
  const { errors, explainId, codeFamily, nextStep, details } = error.extras
  const entry = registry.get(error.code)
  return {
    type: `/docs/errors#${error.code}`,
    title: entry?.title ?? error.code,
    status: error.status,
    code: error.code,
    ...(codeFamily && { code_family: codeFamily }),
    detail: error.message,
    request_id: request.id,
    timestamp: request.now.toISOString(),
    ...(errors && { errors: [...errors] }),
    ...(explainId && { explain_id: explainId }),
    ...((nextStep ?? entry?.remedy) && { next_step: nextStep ?? entry?.remedy }),
    ...(details && { details: { ...details } }),
  }
}
