import { AgencyRefusal } from '#platform/agency-door.ts'
import type { AgencyRefusalExtras, ToldRefusal } from '#platform/agency-door.ts'
import type { FieldFaultBody, ProblemEntry, ProblemError } from '#platform/problem.ts'
import { EMBED_PROBLEMS } from './problems.ts'
import type { EmbedReason } from './problems.ts'

/** The same code as vouchers answer with where the tenant itself does not offer a type. */
const OF_ANOTHER_TYPE = { status: 403, cause: 'Vouchers of this type are not offered here.' }

const ENTRIES: Readonly<Record<string, ProblemEntry>> = EMBED_PROBLEMS

/** A no with one of the reasons of this module, in its own words unless others are given. */
export function refuse(
  reason: EmbedReason | 'VOUCHER_TYPE_NOT_ALLOWED',
  extras: AgencyRefusalExtras & { readonly detail?: string } = {},
): AgencyRefusal {
  const { status, cause } = reason === 'VOUCHER_TYPE_NOT_ALLOWED' ? OF_ANOTHER_TYPE : EMBED_PROBLEMS[reason]
  return new AgencyRefusal(status, reason, extras.detail ?? cause, extras)
}

/** The names that the platform gives to what pages of agencies know under another (embedded.md section 2). */
const RENAMED: Readonly<Record<string, EmbedReason>> = {
  MALFORMED_REQUEST: 'MALFORMED',
  PAYLOAD_TOO_LARGE: 'BODY_TOO_LARGE',
  VALIDATION_ERROR: 'VALIDATION_FAILED',
  IDEMPOTENCY_CONFLICT: 'IDEMPOTENCY_KEY_REUSED',
  RATE_LIMIT_EXCEEDED: 'RATE_LIMITED',
  INTERNAL_ERROR: 'SYSTEM_PROBLEM',
}

/** The reason under which a problem is told. */
function reasonOf(problem: ProblemError): string {
  if (problem.status === 503) return 'TEMPORARILY_UNAVAILABLE'
  return RENAMED[problem.code] ?? problem.code
}

const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

/** Faults are told at the field of the form: where in the request it stood is no matter of its people. */
function toFieldFault({ pointer, code, detail }: FieldFaultBody): FieldFaultBody {
  return { pointer: pointer.replace(/^\/body(?=\/)/, ''), code, detail }
}

/** What only some refusals say: the fields at fault, the caller's own voucher, the limits that refused. */
function membersOf(problem: ProblemError): Partial<ToldRefusal['body']> {
  const { errors, details } = problem.extras
  const violated = problem instanceof AgencyRefusal ? problem.violatedPolicies : []
  return {
    ...(errors && { errors: errors.map(toFieldFault) }),
    ...(details && { details: { ...details } }),
    ...(violated.length > 0 && { 'violated-policies': [...violated] }),
  }
}

/** Problem details with the members `success`, `refusal`, `reason`, `next_step` and `correlation_id` (E7). */
export function toRefusalBody(
  problem: ProblemError,
  correlationId: string,
  publicOrigin: string,
): ToldRefusal['body'] {
  const reason = reasonOf(problem)
  const entry = ENTRIES[reason]
  const isRenamed = reason !== problem.code
  return {
    type: problem.status === 429 ? QUOTA_EXCEEDED : `${publicOrigin}/docs/errors#${reason}`,
    title: entry?.title ?? titleOf(reason),
    status: problem.status,
    detail: isRenamed && entry ? entry.cause : problem.message,
    success: false,
    refusal: problem.status < 500,
    reason,
    next_step: problem.extras.nextStep ?? entry?.remedy ?? nextStepOf(reason),
    correlation_id: correlationId,
    ...membersOf(problem),
  }
}

/** What the vouchers themselves refuse with, for the people at the form. */
const VOUCHER_WORDS: Readonly<Record<string, { readonly title: string; readonly next: string }>> = {
  VOUCHER_NOT_FOUND: {
    title: 'No such voucher',
    next: 'Read the code again, character by character.',
  },
  VOUCHER_TYPE_NOT_ALLOWED: {
    title: 'This form cannot do that',
    next: 'Choose another type, or call the organisation.',
  },
  DUPLICATE_VOUCHER: {
    title: 'This person has a voucher already',
    next: 'Use the voucher that is there.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    title: 'Being worked on',
    next: 'Wait a moment and send it again; nothing is issued twice.',
  },
  UNSUPPORTED_MEDIA_TYPE: { title: 'Media type not supported', next: 'Send JSON.' },
}

const COUNTED: ReadonlySet<string> = new Set([...Object.keys(EMBED_PROBLEMS), ...Object.keys(VOUCHER_WORDS)])

/** The reason under which a refusal is counted: one of those that this page knows, so that no input makes a series. */
export const countedReason = (reason: string): string => (COUNTED.has(reason) ? reason : 'OTHER')

function titleOf(reason: string): string {
  const words = reason.toLowerCase().replaceAll('_', ' ')
  return VOUCHER_WORDS[reason]?.title ?? words.charAt(0).toUpperCase() + words.slice(1)
}

const nextStepOf = (reason: string): string =>
  VOUCHER_WORDS[reason]?.next ?? 'Try again, or call the organisation.'
