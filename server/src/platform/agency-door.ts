import type { FormAction } from '@liaison/access'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AnyAccess } from './execution/access-of-route.ts'
import type { LookedUpKey } from './execution/idempotency.ts'
import type { Mandate } from './mandate.ts'
import { FieldFault, ProblemError } from './problem.ts'
import type { ProblemExtras } from './problem.ts'
import type { RequestTrace } from './request-trace.ts'
import type { Transaction } from './transaction.ts'

/** What a form or the server of an agency is told when the answer is no: problem details (RFC 9457) with the members that its pages read. */
export const AgencyRefusalBody = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    success: z.literal(false),
    refusal: z.boolean().meta({ description: 'True for a rule that says no, false for a fault of ours.' }),
    reason: z.string(),
    next_step: z.string(),
    correlation_id: z.string(),
    errors: z.array(FieldFault).optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    'violated-policies': z.array(z.string()).optional(),
  })
  .meta({ id: 'AgencyRefusal' })

/** The codes that every operation of forms and server keys can answer with. Source: embedded.md section 2. */
export const AGENCY_PROBLEMS: readonly string[] = [
  'MALFORMED',
  'PARTNER_TOKEN_INVALID',
  'PARTNER_TOKEN_SCOPE',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'VALIDATION_FAILED',
  'CONTEXT_OVERRIDE',
  'RATE_LIMITED',
  'SYSTEM_PROBLEM',
  'TEMPORARILY_UNAVAILABLE',
]

export interface AgencyRefusalExtras extends ProblemExtras {
  /** The limits that refused: `token`, `ip`, `form-daily`, `agency-daily`. */
  readonly violatedPolicies?: readonly string[]
  /** Why, for the audit log alone. */
  readonly internal?: string
}

/** A no to a form token or a server key. */
export class AgencyRefusal extends ProblemError {
  override name = 'AgencyRefusal'
  readonly violatedPolicies: readonly string[]
  readonly internal: string | null

  // Four words say a problem whole; an options object would only hide them.
  // oxlint-disable-next-line max-params
  constructor(status: number, code: string, detail: string, extras: AgencyRefusalExtras = {}) {
    super(status, code, detail, extras)
    this.violatedPolicies = extras.violatedPolicies ?? []
    this.internal = extras.internal ?? null
  }
}

/** A request with a form token or a server key, its body read but not yet judged. */
export interface AgencyCall {
  readonly access: { readonly form: FormAction } | { readonly agencyKey: FormAction }
  readonly request: FastifyRequest
  readonly trace: RequestTrace
  /** All of its Authorization fields. */
  readonly authorization: string | readonly string[] | undefined
}

/** A request that passed the door. */
export interface AdmittedAgency {
  readonly mandate: Mandate<'form' | 'agency_key'>
  readonly transaction: Transaction
  /** What the answer says of the limits that were taken. */
  readonly headers: Readonly<Record<string, string>>
  /** What is kept under the key of the request; null where it was not looked up. */
  readonly lookedUp: LookedUpKey | null
}

/** The answer to a request that was refused. */
export interface ToldRefusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: z.output<typeof AgencyRefusalBody>
}

/** The door of form tokens and server keys: all that is asked before the body is judged, and how a no is told and recorded. */
export interface AgencyDoor {
  /** Throws an AgencyRefusal, with nothing left open. */
  open(call: AgencyCall): Promise<AdmittedAgency>
  /** Refuses a credential of an agency on an operation that is none of its own. */
  refuseElsewhere(request: FastifyRequest, trace: RequestTrace): Promise<never>
  /** Records the refusal, once for many, and says what goes back. */
  tell(request: FastifyRequest, problem: ProblemError, trace: RequestTrace): Promise<ToldRefusal>
  /** Header fields of every answer to this request: those of CORS where the form allows the page. */
  headersOf(request: FastifyRequest): Readonly<Record<string, string>>
  close(): Promise<void>
}

type AgencyAccess = AgencyCall['access']

/** Whether an access is that of a form token or a server key. */
export function isAgencyAccess(access: AnyAccess | undefined): access is AgencyAccess {
  return access !== undefined && ('form' in access || 'agencyKey' in access)
}

const CREDENTIAL = /^bearer\s+pa[ps][tk]_/i

/** Whether a request carries what looks like a credential of an agency, in whatever field. */
export function carriesAgencyCredential({ headers }: FastifyRequest): boolean {
  return headers['x-partner-token'] !== undefined || CREDENTIAL.test(headers.authorization ?? '')
}
