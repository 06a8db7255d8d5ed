import { create } from 'qrcode'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { StatementResult } from '#platform/statement.ts'
import {
  AgencyVoucher,
  daysOf,
  hasSomebody,
  issueFields,
  lookUpVoucher,
  makeIssueVoucher,
  NOBODY,
  showVoucherCode,
} from '#modules/vouchers/index.ts'
import type { Issued, IssueVoucher } from '#modules/vouchers/index.ts'
import { refuse } from './refusal.ts'
import { COUNT_ISSUE, readReachedBound } from './store.ts'

const BODY_LIMIT_BYTES = 8192

const params = z.strictObject({ form: z.string().max(100) })
const label = plainText(1, 60)
  .transform((text) => text.trim())
  .optional()
  .meta({ description: 'Who at the agency asked, as the agency likes to write it.' })

const proofs = {
  ticket: z.string().max(1000).optional(),
  pow: z.int().min(0).optional(),
  access_code: z.string().max(200).optional(),
  website: z.literal('').optional(),
}

const FormIssue = z
  .strictObject({ ...issueFields, issued_by_label: label, ...proofs })
  .refine(hasSomebody, NOBODY)
const FormLookup = z.strictObject({ code: z.string().min(1).max(40), ticket: proofs.ticket })
const KeyIssue = z.strictObject({ ...issueFields, issued_by_label: label }).refine(hasSomebody, NOBODY)
const KeyLookup = z.strictObject({ code: z.string().min(1).max(40) })

const Success = <Data extends z.ZodType>(data: Data) =>
  z.strictObject({ success: z.literal(true), data, correlation_id: z.string() })

const IssuedVoucher = z
  .strictObject({
    voucher_id: z.string(),
    code: z.string(),
    status: z.enum(['issued', 'pending_review']),
    voucher_type: z.string(),
    issued_on: z.string().nullable(),
    expires_on: z.string().nullable(),
    qr: z
      .strictObject({ size: z.int(), rows: z.array(z.string()) })
      .meta({ description: 'The code as a QR symbol: rows of 0 and 1, without the quiet zone.' }),
  })
  .meta({ id: 'IssuedVoucher' })

const issuedAnswers = { 201: Success(IssuedVoucher), 202: Success(IssuedVoucher) }
const foundAnswers = { 200: Success(AgencyVoucher) }

/** The code as a QR symbol, drawn by the page: no image travels, and no script that encodes. */
function drawCode(code: string): { size: number; rows: string[] } {
  const { modules } = create(code, { errorCorrectionLevel: 'M' })
  const rows = Array.from({ length: modules.size }, (_, row) =>
    Array.from({ length: modules.size }, (__, column) => (modules.get(row, column) ? '1' : '0')).join(''),
  )
  return { size: modules.size, rows }
}

function tellIssued({ voucher, status, voucherType, zone }: Issued, correlationId: string) {
  const code = showVoucherCode(voucher.code)
  const { issued_on: issuedOn, expires_on: expiresOn } = daysOf(voucher, zone)
  const data = {
    voucher_id: publicIdOf('voucher', voucher.id),
    code,
    status,
    voucher_type: voucherType,
    issued_on: issuedOn,
    expires_on: expiresOn,
    qr: drawCode(code),
  }
  const isIssued = status === 'issued'
  return sent({ success: true as const, data, correlation_id: correlationId }, {}, isIssued ? 201 : 202)
}

/** What this form or key may issue, before the tenant's own types are asked. */
function requireOffered(mandate: Mandate<'form' | 'agency_key'>, type: string): void {
  const offered = mandate.kind === 'form' ? mandate.form.voucherTypes : mandate.key.voucherTypes
  // A server key without a list may issue every type; a form never does.
  if (mandate.kind === 'agency_key' && offered.length === 0) return
  if (!offered.includes(type)) throw refuse('VOUCHER_TYPE_NOT_ALLOWED')
}

/** As many vouchers as an agency and its form may issue in a day; counted in the round trip that reads what a wish stands on. */
const DAY_BOUND = {
  statements: COUNT_ISSUE,
  judge(results: readonly StatementResult[]): void {
    const reached = readReachedBound(results)
    if (reached === null) return
    throw refuse('RATE_LIMITED', {
      detail: 'As many vouchers as may be issued in a day have been issued today.',
      violatedPolicies: [reached.name],
      headers: { 'Retry-After': String(reached.seconds) },
      nextStep: 'Try again tomorrow, or call the organisation.',
    })
  },
}

type AskedVoucher = Parameters<IssueVoucher>[1]

async function issueFor(
  issue: IssueVoucher,
  mandate: Mandate<'form' | 'agency_key'>,
  asked: AskedVoucher,
): Promise<ReturnType<typeof tellIssued>> {
  requireOffered(mandate, asked.voucher_type)
  return tellIssued(await issue(mandate, asked, DAY_BOUND), mandate.origin.requestId)
}

/** Only what a voucher is made of: proofs and tickets end here. */
function voucherOf(body: z.output<typeof FormIssue>): AskedVoucher {
  const { ticket: _ticket, pow: _pow, access_code: _code, website: _website, ...asked } = body
  return asked
}

/** A page whose ticket ended gets another, and sends the same wish again. */
const ATTEMPT_FIELDS = ['ticket', 'pow', 'access_code', 'website']

const ISSUE_PROBLEMS = ['IDEMPOTENCY_KEY_MISSING', 'VOUCHER_TYPE_NOT_ALLOWED', 'DUPLICATE_VOUCHER']
const READS = 'A code is looked up with POST so that it stands in no log of addresses.'

const formRoutes = (issue: IssueVoucher): readonly Route[] => [
  route({
    method: 'POST',
    path: '/embed/v1/forms/:form/vouchers',
    summary: 'Issue a voucher from a form',
    input: { params, body: FormIssue },
    access: { form: 'issue' },
    limit: 'form',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    waitsForKey: true,
    attempts: ATTEMPT_FIELDS,
    problems: [
      ...ISSUE_PROBLEMS,
      'ORIGIN_NOT_ALLOWED',
      'CHALLENGE_REQUIRED',
      'TICKET_EXPIRED',
      'ACCESS_CODE_REQUIRED',
    ],
    responses: issuedAnswers,
    handle: ({ mandate, body }) => issueFor(issue, mandate, voucherOf(body)),
  }),
  route({
    method: 'POST',
    path: '/embed/v1/forms/:form/lookups',
    summary: "Look up one of the agency's own vouchers from a form",
    input: { params, body: FormLookup },
    access: { form: 'lookup' },
    limit: 'form',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    readsOnly: READS,
    problems: ['VOUCHER_NOT_FOUND', 'ORIGIN_NOT_ALLOWED', 'CHALLENGE_REQUIRED', 'TICKET_EXPIRED'],
    responses: foundAnswers,
    handle: async ({ mandate, body }) => ({
      success: true as const,
      data: await lookUpVoucher(mandate, body.code),
      correlation_id: mandate.origin.requestId,
    }),
  }),
]

const keyRoutes = (issue: IssueVoucher): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/v1/agency/vouchers',
    summary: "Issue a voucher from an agency's server",
    input: { body: KeyIssue },
    access: { agencyKey: 'issue' },
    limit: 'agency_key',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    waitsForKey: true,
    problems: ISSUE_PROBLEMS,
    responses: issuedAnswers,
    handle: ({ mandate, body }) => issueFor(issue, mandate, body),
  }),
  route({
    method: 'POST',
    path: '/api/v1/agency/lookups',
    summary: "Look up one of the agency's own vouchers from its server",
    input: { body: KeyLookup },
    access: { agencyKey: 'lookup' },
    limit: 'agency_key',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    readsOnly: READS,
    problems: ['VOUCHER_NOT_FOUND'],
    responses: foundAnswers,
    handle: async ({ mandate, body }) => ({
      success: true as const,
      data: await lookUpVoucher(mandate, body.code),
      correlation_id: mandate.origin.requestId,
    }),
  }),
]

/** The two operations of a form token, and the same two for server keys (E3, E12). */
export function makeEmbedRoutes({ vault }: Services): readonly Route[] {
  const issue = makeIssueVoucher(vault)
  return [...formRoutes(issue), ...keyRoutes(issue)]
}
