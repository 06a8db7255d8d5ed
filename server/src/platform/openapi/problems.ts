import { CLIENT_REFUSAL_CODES, REALM_REFUSAL_CODES } from '@liaison/access'
import { AGENCY_PROBLEMS, isAgencyAccess } from '../agency-door.ts'
import { evidenceOf } from '../route.ts'
import type { Evidence, Route } from '../route.ts'

const COMMON_PROBLEMS = [
  'MALFORMED_REQUEST',
  'VALIDATION_ERROR',
  'HEADERS_TOO_LARGE',
  'REQUEST_TIMEOUT',
  'EXPECTATION_FAILED',
  'INTERNAL_ERROR',
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
  'DEPENDENCY_UNAVAILABLE',
]
const DECISION_PROBLEMS = [
  'UNAUTHORIZED',
  'PERSON_INACTIVE',
  'ACCESS_FROZEN',
  'WRONG_PLANE',
  'PERMISSION_DENIED',
  'STEP_UP_REQUIRED',
]
const DELEGATION_PROBLEMS = [
  'PARTNER_INACTIVE',
  'TENANT_INACTIVE',
  'MFA_REQUIRED',
  'TENANT_NOT_FOUND',
  'TENANT_LINK_NOT_STARTED',
  'TENANT_LINK_EXPIRED',
  'TENANT_LINK_SUSPENDED',
  'TENANT_LINK_REVOKED',
  'ELEVATION_REQUIRED',
  'ACCOUNTS_ONLY',
  'NOT_ASSIGNED',
  'FEATURE_DISABLED',
  'IP_NOT_ALLOWED',
  'OUTSIDE_HOURS',
  'ACCESS_REASON_REQUIRED',
  'TENANT_CONTEXT_REQUIRED',
  'TENANT_CONTEXT_MISMATCH',
]

const EVIDENCE_PROBLEMS: Readonly<Partial<Record<Evidence, readonly string[]>>> = {
  delegation: [...DECISION_PROBLEMS, ...DELEGATION_PROBLEMS],
  program: [...DECISION_PROBLEMS, 'PARTNER_INACTIVE', 'TENANT_CONTEXT_MISMATCH'],
  tenant: [...DECISION_PROBLEMS, 'TENANT_INACTIVE', 'TENANT_NOT_FOUND', 'TENANT_CONTEXT_MISMATCH'],
  platform: [...DECISION_PROBLEMS, 'TENANT_CONTEXT_MISMATCH'],
  api: CLIENT_REFUSAL_CODES,
  realm: [...REALM_REFUSAL_CODES, 'REALM_REQUIRED'],
  ingest: ['UNAUTHORIZED', 'INGEST_KEY_REFUSED'],
}

function problemsOfMethod(route: Route): string[] {
  if (route.method === 'GET') return []
  const keyed = route.method === 'POST' ? ['IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_IN_PROGRESS'] : []
  return ['CROSS_SITE_REQUEST', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE', 'CONFLICT', ...keyed]
}

/** Every code that an operation can answer with. */
export function problemsOf(route: Route): string[] {
  // Forms and servers of agencies are told in words of their own, whatever it was.
  if (isAgencyAccess(route.access)) return [...new Set([...AGENCY_PROBLEMS, ...route.problems])].toSorted()
  const codes = new Set([
    ...COMMON_PROBLEMS,
    ...('public' in route.access ? [] : ['RATE_LIMIT_EXCEEDED']),
    ...route.problems,
    ...(EVIDENCE_PROBLEMS[evidenceOf(route.access)] ?? []),
    ...problemsOfMethod(route),
    ...(route.showsSecret ? ['SECRET_SHOWN_ONCE'] : []),
    ...(route.ifMatch ? ['PRECONDITION_REQUIRED', 'PRECONDITION_FAILED'] : []),
  ])
  return [...codes].toSorted()
}
