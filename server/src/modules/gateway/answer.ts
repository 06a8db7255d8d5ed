import { randomUUID } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { AccessContext, Billing } from '@liaison/guard'
import type { JWTPayload } from 'jose'
import { epochSecondsOf } from '#platform/instant.ts'
import type { Allowed } from './decide.ts'
import type { EnteredGateway } from './store.ts'

/** Every header field that a decision may set. All of them are in every answer, so that no caller's copy stays in force. */
export const DECISION_FIELDS = [
  'X-Access-Context',
  'X-Partner-Id',
  'X-Customer-Id',
  'X-Customer-Ban',
  'X-Actor',
  'X-Access-Mode',
  'X-Delegation-Id',
  'X-Billing-Party',
  'X-Billing-Ban',
  'X-Decision-Id',
  'X-Decision-Code',
  'X-Decision-Status',
] as const

type DecisionFields = Record<(typeof DECISION_FIELDS)[number], string>

/** The fields of an answer that says nothing of anybody. */
export function emptyFields(): DecisionFields {
  return {
    'X-Access-Context': '',
    'X-Partner-Id': '',
    'X-Customer-Id': '',
    'X-Customer-Ban': '',
    'X-Actor': '',
    'X-Access-Mode': '',
    'X-Delegation-Id': '',
    'X-Billing-Party': '',
    'X-Billing-Ban': '',
    'X-Decision-Id': '',
    'X-Decision-Code': '',
    'X-Decision-Status': '',
  }
}

/** Visible ASCII, or nothing: the signed context tells a text that cannot stand in a header field. */
function fieldText(text: string | null | undefined): string {
  return text !== null && text !== undefined && /^[\x21-\x7e]{1,200}$/.test(text) ? text : ''
}

/** Who pays now; where no relationship is in force a read still tells whom the token named. */
function billingOf({ billing }: Allowed, context: AccessContext): Billing | null {
  if (!billing) return context.billing
  return {
    party: encodeId('tenant', billing.payerTenantId),
    ban: billing.payerBan,
    ref: billing.payerRef,
    mode: billing.mode,
  }
}

/** Who pays, as a claim. */
function billingClaim(billing: Billing | null): JWTPayload {
  if (!billing) return {}
  const { party, ban, ref, mode } = billing
  return { billing: { party, ...(ban !== null && { ban }), ...(ref !== null && { ref }), mode } }
}

/** The account number besides the reference: the upstream is the provider's and knows its customers by that. */
function numberClaims({ account }: Allowed, claims: JWTPayload): JWTPayload {
  const details = claims['authorization_details']
  if (claims['customer_ref'] === undefined) return {}
  const told = { customer_ban: account.ban }
  return {
    ...told,
    ...(Array.isArray(details) && {
      authorization_details: details.map((detail: object) => ({ ...detail, ...told })),
    }),
  }
}

/** The plain header fields of an allowance; safe on a closed network only. */
export function allowanceFields(
  allowed: Allowed,
  context: AccessContext,
  about: { readonly decisionId: string; readonly signed: string },
): DecisionFields {
  const billing = billingOf(allowed, context)
  return {
    'X-Access-Context': about.signed,
    'X-Partner-Id': fieldText(allowed.partner && encodeId('partner', allowed.partner.id)),
    'X-Customer-Id': encodeId('tenant', allowed.tenant.id),
    'X-Customer-Ban': fieldText(allowed.account.ban),
    'X-Actor': fieldText(context.actor?.subject ?? context.subject),
    'X-Access-Mode': allowed.access,
    'X-Delegation-Id': fieldText(context.delegationId),
    'X-Billing-Party': fieldText(billing?.party),
    'X-Billing-Ban': fieldText(billing?.ban),
    'X-Decision-Id': about.decisionId,
    'X-Decision-Code': 'ALLOWED',
    'X-Decision-Status': '200',
  }
}

const CONTEXT_SECONDS = 30

/** What the signed context is made for. */
export interface ContextSubject {
  readonly issuer: string
  readonly upstream: NonNullable<EnteredGateway['upstream']>
  readonly method: string
  readonly path: string
  readonly permission: string
  readonly decisionId: string
  readonly requestId: string
  readonly now: Date
}

/** The claims of a signed context: the token's own about the parties, of this decision, for this upstream and request, for 30 seconds. */
export function contextClaims(
  allowed: Allowed,
  { claims, context }: { readonly claims: JWTPayload; readonly context: AccessContext },
  subject: ContextSubject,
): JWTPayload {
  const { nbf: _nbf, ...kept } = claims
  const issuedAt = epochSecondsOf(subject.now)
  const billing = billingOf(allowed, context)
  return {
    ...kept,
    ...numberClaims(allowed, claims),
    ...billingClaim(billing),
    iss: subject.issuer,
    aud: subject.upstream.audience,
    iat: issuedAt,
    exp: Math.min(
      issuedAt + Math.min(CONTEXT_SECONDS, context.maxRevocationSeconds ?? CONTEXT_SECONDS),
      claims.exp ?? issuedAt,
    ),
    jti: subject.decisionId,
    token_jti: context.tokenId,
    htm: subject.method,
    htp: subject.path,
    permission: subject.permission,
    request_id: subject.requestId,
  }
}

/** The name of one decision, in the answer, the signed context and the audit log. */
export function makeDecisionId(): string {
  return `dcn_${randomUUID()}`
}
