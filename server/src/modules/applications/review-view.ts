import { z } from 'zod'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Message } from './apply-store.ts'
import { CHECK_NAMES } from './checks.ts'
import type { Check } from './checks.ts'
import type { ApplicationRow } from './review-store.ts'
import { toSummary } from './rules.ts'
import { APPLIED_KINDS, DECLINE_REASONS, SENT_STATUSES } from './tables.ts'
import type { Answers } from './tables.ts'

const CheckBody = z.strictObject({
  name: z.enum(CHECK_NAMES),
  result: z.enum(['ok', 'look', 'failed', 'not_asked']),
  detail: z.string(),
  source: z.string().nullable().meta({ description: 'Which register answered; null when none was asked.' }),
})

const summary = {
  reference: z.string(),
  organisation: z.string(),
  kind: z.enum(APPLIED_KINDS),
  website: z.string().nullable(),
  contact_name: z.string(),
  contact_email: z.string(),
  purpose: z.string(),
  status: z.enum(SENT_STATUSES),
  version: z.int(),
  submitted_at: z.string(),
  answer_by: z
    .string()
    .nullable()
    .meta({ description: 'The day by which the applicant was told to hear; null when it waits for them.' }),
  decided_at: z.string().nullable(),
  decided_by_name: z.string().nullable(),
  decision_reason: z.string().nullable(),
  decision_text: z.string().nullable(),
  reapply_after: z.string().nullable(),
  partner_id: z.string().nullable(),
}

/** An application as the list shows it. */
export const ApplicationBody = z.strictObject(summary).meta({ id: 'PartnerApplication' })

/** An application as it is decided: the answers beside the checks. */
export const ApplicationDetail = z
  .strictObject({
    ...summary,
    decision_reason: z.enum(DECLINE_REASONS).nullable(),
    despite_checks: z.string().nullable(),
    verified_at: z.string().nullable(),
    answers: z.array(z.strictObject({ name: z.string(), label: z.string(), answer: z.string() })),
    checks: z
      .array(CheckBody)
      .meta({ description: 'Made now while it is open; as whoever decided saw them afterwards.' }),
    messages: z.array(
      z.strictObject({
        side: z.enum(['provider', 'applicant']),
        author_name: z.string(),
        body: z.string(),
        created_at: z.string(),
      }),
    ),
  })
  .meta({ id: 'PartnerApplicationDetail' })

const answeredOf = (answers: Answers) => ({
  website: answers['website'] ?? null,
  contact_name: answers['contact_name'] ?? '',
  purpose: answers['purpose'] ?? '',
})

/** An application as the list shows it. */
export function toBody(row: ApplicationRow): z.output<typeof ApplicationBody> {
  const { status, kind, submitted_at: submittedAt } = row
  if (status === 'draft' || kind === null || submittedAt === null)
    throw new Error('Only what was sent is shown.')
  return {
    reference: row.reference,
    organisation: row.organisation ?? '',
    kind,
    ...answeredOf(row.answers),
    contact_email: row.contact_email,
    status,
    version: row.version,
    submitted_at: submittedAt.toISOString(),
    answer_by: row.answer_by,
    decided_at: isoOf(row.decided_at),
    decided_by_name: row.decided_by_name,
    decision_reason: row.decision_reason,
    decision_text: row.decision_text,
    reapply_after: isoOf(row.reapply_after),
    partner_id: row.partner_id === null ? null : publicIdOf('partner', row.partner_id),
  }
}

/** An application with everything that decides about it. */
export function toDetail(
  row: ApplicationRow,
  checks: readonly Check[],
  messages: readonly Message[],
): z.output<typeof ApplicationDetail> {
  const filled = { kind: row.kind, answers: row.answers, requirementsVersion: row.requirements_version }
  return {
    ...toBody(row),
    decision_reason: row.decision_reason,
    despite_checks: row.despite_checks,
    verified_at: isoOf(row.verified_at),
    answers: toSummary(filled).map(({ name, label, answer }) => ({ name, label, answer })),
    checks: [...checks],
    messages: messages.map((message) => ({ ...message, created_at: message.created_at.toISOString() })),
  }
}
