import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import { findApproval, findSignature, listEvents, listFiles } from './evidence-store.ts'
import type { ApprovalRow, EventRow, SignatureRow } from './evidence-store.ts'
import { compareTerms, compareTexts } from './rules.ts'
import { findPrevious, getProgram, isChainWhole } from './store.ts'
import type { AgreementMandate, AgreementRow } from './store.ts'
import { AGREEMENT_STATES } from './tables.ts'
import { AgreementTerms } from './terms.ts'
import { termLines } from './wording.ts'

const Instant = z.string().nullable()

export const AgreementParams = z.strictObject({ agreement_id: publicId('agreement') })
export const Reason = plainText(3, 1000).meta({ description: 'Read by the other side.' })
export const Fingerprint = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')
  .meta({ description: 'The fingerprint of the agreement that was shown.' })

const TermLineBody = z.strictObject({ label: z.string(), value: z.string() })

export const AgreementBody = z
  .strictObject({
    agreement_id: z.string(),
    partner_id: z.string(),
    partner_name: z.string(),
    version: z.int(),
    state: z.enum(AGREEMENT_STATES),
    title: z.string(),
    content_sha256: z.string(),
    is_in_force: z.boolean(),
    effective_from: Instant,
    effective_until: Instant,
    starts_at: Instant,
    expires_at: Instant.meta({ description: 'Until when the offer can be signed.' }),
    offered_at: Instant,
    signed_at: Instant,
    approved_at: Instant,
    ended_at: Instant,
    terminates_at: Instant.meta({
      description:
        'For when the provider ended it, also where that is before it would have begun; while that is to come, it can be ended sooner unless another version took its place.',
    }),
    reason: z.string().nullable(),
    notice_at: Instant,
    drafted_by: z.string().nullable(),
    offered_by: z.string().nullable(),
    updated_at: z.string(),
    row_version: z.int(),
  })
  .meta({ id: 'Agreement' })

const SignatureBody = z.strictObject({
  signed_by: z.string(),
  signer_email: z.string(),
  typed_name: z.string(),
  capacity: z.string(),
  auth_method: z.enum(['otp', 'phishing_resistant']),
  auth_at: z.string(),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  locale: z.string().nullable(),
  time_zone: z.string().nullable(),
  content_sha256: z.string(),
  consent_text: z.string(),
  consent_sha256: z.string(),
  displayed_at: z.string(),
  signed_at: z.string(),
})

const ApprovalBody = z.strictObject({
  approved_by: z.string(),
  approved_at: z.string(),
  content_sha256: z.string(),
})

const ChangesBody = z.strictObject({
  since_version: z.int(),
  terms: z.array(
    z.strictObject({ label: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
  ),
  text: z.array(z.strictObject({ kind: z.enum(['same', 'added', 'removed']), text: z.string() })),
})

export const AgreementDetailBody = AgreementBody.extend({
  needs_other_approver: z.boolean().meta({
    description: 'Whether the reader drafted it and the program asks for a second person to approve it.',
  }),
  body: z.string().meta({ description: 'The text in Markdown, exactly as it is fingerprinted.' }),
  source: z
    .string()
    .nullable()
    .meta({ description: 'The text with its placeholders; for the provider alone.' }),
  template_id: z.string(),
  terms: AgreementTerms,
  terms_canonical: z.string().meta({ description: 'The terms as they are fingerprinted (RFC 8785).' }),
  terms_in_words: z.array(TermLineBody),
  notice_by: z.string().nullable(),
  notice_reason: z.string().nullable(),
  signature: SignatureBody.nullable(),
  approval: ApprovalBody.nullable(),
  changes: ChangesBody.nullable().meta({
    description: 'What differs from the last version that was in force; null when there is none.',
  }),
  events: z.array(
    z.strictObject({
      number: z.int(),
      occurred_at: z.string(),
      action: z.string(),
      to_state: z.string(),
      by_side: z.string(),
      by: z.string().nullable(),
      reason: z.string().nullable(),
      hash: z.string(),
    }),
  ),
  is_history_whole: z.boolean(),
  files: z.array(
    z.strictObject({
      kind: z.enum(['signed', 'approved']),
      sha256: z.string(),
      seal: z.enum(['development', 'configured']),
      created_at: z.string(),
    }),
  ),
})
  .strict()
  .meta({ id: 'AgreementDetail' })

/** The terms of a row. */
function termsOf(row: Pick<AgreementRow, 'terms_canonical'>): AgreementTerms {
  return AgreementTerms.parse(JSON.parse(row.terms_canonical))
}

/** The public form of an agreement; who worked on it is told to the provider's side alone. */
export function toAgreement(mandate: Mandate, row: AgreementRow): z.input<typeof AgreementBody> {
  const isProvider = mandate.kind === 'platform'
  return {
    agreement_id: publicIdOf('agreement', row.id),
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    version: row.version,
    state: row.state,
    title: row.title,
    content_sha256: row.content_sha256.toString('hex'),
    is_in_force: row.is_in_force,
    effective_from: isoOf(row.effective_from),
    effective_until: isoOf(row.effective_until),
    starts_at: isoOf(row.starts_at),
    expires_at: isoOf(row.expires_at),
    offered_at: isoOf(row.offered_at),
    signed_at: isoOf(row.signed_at),
    approved_at: isoOf(row.approved_at),
    ended_at: isoOf(row.ended_at),
    terminates_at: isoOf(row.terminates_at),
    reason: row.reason,
    notice_at: isoOf(row.notice_at),
    drafted_by: isProvider ? row.created_by_name : null,
    offered_by: isProvider ? row.offered_by_name : null,
    updated_at: row.updated_at.toISOString(),
    row_version: row.row_version,
  }
}

function toSignature(row: SignatureRow): z.input<typeof SignatureBody> {
  return {
    signed_by: row.signer_name,
    signer_email: row.signer_email,
    typed_name: row.typed_name,
    capacity: row.capacity,
    auth_method: row.auth_method,
    auth_at: row.auth_at.toISOString(),
    ip: row.ip,
    user_agent: row.user_agent,
    locale: row.locale,
    time_zone: row.time_zone,
    content_sha256: row.content_sha256.toString('hex'),
    consent_text: row.consent_text,
    consent_sha256: row.consent_sha256.toString('hex'),
    displayed_at: row.displayed_at.toISOString(),
    signed_at: row.signed_at.toISOString(),
  }
}

const toApproval = (row: ApprovalRow): z.input<typeof ApprovalBody> => ({
  approved_by: row.approver_name,
  approved_at: row.approved_at.toISOString(),
  content_sha256: row.content_sha256.toString('hex'),
})

/** What differs from the last version that was in force; null when there is none. */
export async function readChanges(
  mandate: AgreementMandate,
  row: AgreementRow,
): Promise<z.input<typeof ChangesBody> | null> {
  const before = await findPrevious(mandate, row)
  if (!before) return null
  return {
    since_version: before.version,
    terms: compareTerms(termsOf(before), termsOf(row)),
    text: compareTexts(before.body, row.body),
  }
}

/** Whether somebody else than the reader has to approve; the database decides the same when it is approved. */
async function needsOtherApprover(
  mandate: AgreementMandate,
  row: AgreementRow,
  events: readonly EventRow[],
): Promise<boolean> {
  if (mandate.kind !== 'platform') return false
  const { id } = mandate.actor
  const hasWritten = events.some(
    ({ action, actor_id: by }) => (action === 'create' || action === 'edit') && by === id,
  )
  if (row.created_by !== id && !hasWritten) return false
  return (await getProgram(mandate)).four_eyes !== 'off'
}

/** An agreement with its evidence and history, as the mandate's side reads it. */
export async function describeAgreement(
  mandate: AgreementMandate,
  row: AgreementRow,
): Promise<z.input<typeof AgreementDetailBody>> {
  const signature = await findSignature(mandate, row.id)
  const approval = await findApproval(mandate, row.id)
  const events = await listEvents(mandate, row.id)
  const files = await listFiles(mandate, row.id)
  const terms = termsOf(row)
  return {
    ...toAgreement(mandate, row),
    needs_other_approver: await needsOtherApprover(mandate, row, events),
    body: row.body,
    source: mandate.kind === 'platform' ? row.source : null,
    template_id: publicIdOf('agreement_template', row.template_id),
    terms,
    terms_canonical: row.terms_canonical,
    terms_in_words: termLines(terms).map(({ label, value }) => ({ label, value })),
    notice_by: row.notice_by_name,
    notice_reason: row.notice_reason,
    signature: signature ? toSignature(signature) : null,
    approval: approval ? toApproval(approval) : null,
    changes: await readChanges(mandate, row),
    events: events.map((event) => ({
      number: event.number,
      occurred_at: event.occurred_at.toISOString(),
      action: event.action,
      to_state: event.to_state,
      by_side: event.actor_kind,
      by: event.actor_name,
      reason: typeof event.details['reason'] === 'string' ? event.details['reason'] : null,
      hash: event.hash.toString('hex'),
    })),
    is_history_whole: await isChainWhole(mandate, row.id),
    files: files.map((file) => ({
      kind: file.kind,
      sha256: file.digest.toString('hex'),
      seal: file.seal,
      created_at: file.created_at.toISOString(),
    })),
  }
}
