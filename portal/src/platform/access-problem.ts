import { LiaisonProblem, TenantEchoMismatch } from '@liaison/client'

/** How a failed call is met on screen. */
export type Trouble =
  | { kind: 'mismatch'; expected: string; received: string }
  | { kind: 'signed_out' | 'step_up' }
  | {
      kind: 'refused' | 'missing' | 'stale' | 'field' | 'busy' | 'unreachable' | 'broken'
      problem: LiaisonProblem
    }

const byStatus: Readonly<Record<number, 'refused' | 'missing' | 'stale' | 'field' | 'busy' | 'unreachable'>> =
  {
    0: 'unreachable',
    400: 'field',
    403: 'refused',
    404: 'missing',
    409: 'field',
    412: 'stale',
    422: 'field',
    428: 'stale',
    429: 'busy',
    503: 'busy',
  }

/** Sorts a failure into the few ways the portal answers it; an error of our own is `broken`. */
export function readTrouble(error: unknown): Trouble {
  if (error instanceof TenantEchoMismatch) {
    return { kind: 'mismatch', expected: error.expected ?? '', received: error.received ?? '' }
  }
  const problem = error instanceof LiaisonProblem ? error : toBroken(error)
  if (problem.status === 401) return { kind: problem.code === 'STEP_UP_REQUIRED' ? 'step_up' : 'signed_out' }
  return { kind: byStatus[problem.status] ?? 'broken', problem }
}

function toBroken(cause: unknown): LiaisonProblem {
  return new LiaisonProblem(
    {
      status: 500,
      code: 'BROKEN',
      codeFamily: null,
      type: null,
      title: '',
      detail: '',
      requestId: null,
      explainId: null,
      nextStep: null,
      errors: [],
      details: null,
      timestamp: null,
      retryAfterSeconds: null,
    },
    { cause },
  )
}

/** Codes after which nothing of the tenant may stay on screen (managed-tenants section 4). */
const endsActing = new Set([
  'TENANT_LINK_EXPIRED',
  'TENANT_LINK_SUSPENDED',
  'TENANT_LINK_REVOKED',
  'TENANT_LINK_NOT_STARTED',
  'TENANT_INACTIVE',
  'PARTNER_INACTIVE',
  'PERSON_INACTIVE',
  'ACCESS_FROZEN',
  'NOT_ASSIGNED',
  'TENANT_NOT_FOUND',
])

/** True when the failure says that the person may no longer act in the tenant at all. */
export function mayEndActing(error: unknown): boolean {
  return error instanceof LiaisonProblem && endsActing.has(error.code)
}
