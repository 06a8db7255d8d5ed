import { formatInstant } from '@liaison/access'
import { enqueue, recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { showCheckId } from './ids.ts'
import { readReasons, REASONS } from './rules.ts'
import type { CheckState, TargetRole } from './rules.ts'
import type { Provider } from './tables.ts'

/** The stable names of what is done to identity checks. */
export type CheckAction =
  | 'identity_checks.start'
  | 'identity_checks.submit'
  | 'identity_checks.take'
  | 'identity_checks.approve'
  | 'identity_checks.verify'
  | 'identity_checks.ask_again'
  | 'identity_checks.reject'
  | 'identity_checks.revoke'
  | 'identity_checks.expire'
  | 'identity_checks.cancel'
  | 'identity_checks.redact'
  | 'identity_checks.hand_over'
  | 'identity_checks.vendor_event'

/** What of a check is told: never the name, so that the trail stays whole when a check is redacted. */
export interface ToldCheck {
  readonly id: string
  readonly partner_id: string
  readonly end_user_id: string
  readonly target_role: TargetRole
  readonly provider: Provider
  readonly expires_at?: Date | null
  readonly reason_codes?: readonly string[]
  readonly message?: string | null
  /** Of the end user, after what is told. */
  readonly role?: string | null
  readonly verified_until?: Date | null
}

/** Records what was done to a check. */
export function recordCheck(
  mandate: Mandate,
  row: ToldCheck,
  event: {
    readonly action: CheckAction
    readonly changes?: Readonly<Record<string, unknown>>
  },
): void {
  recordEvent(mandate, {
    action: event.action,
    partnerId: row.partner_id,
    resource: { type: 'identity_check', id: row.id, label: showCheckId(row.id) },
    changes: { provider: row.provider, target_role: row.target_role, ...event.changes },
  })
}

/** The moves that are told, and how. */
type Told = Exclude<CheckState, 'draft'>

interface Mail {
  readonly subject: string
  readonly text: string
}

function whyOf(row: ToldCheck): string {
  const reasons = readReasons(row.reason_codes ?? []).map(
    (code) => `- ${REASONS[code].says} ${REASONS[code].todo}`,
  )
  const said = row.message ? `\n\nThey wrote: "${row.message}"` : ''
  return `${reasons.join('\n')}${said}`
}

/** What the end of a verification makes of the account: another one may count beside it, as after a renewal. */
function whatFollows(row: ToldCheck): string {
  if (row.verified_until)
    return ` An earlier confirmation counts until ${formatInstant(row.verified_until)}, so your account stays as it is.`
  return row.role === 'guest' ? ' Your account is that of a guest again.' : ''
}

const MAILS: Readonly<Partial<Record<Told, (row: ToldCheck) => Mail | null>>> = {
  submitted: () => ({
    subject: '{partner} checks your identity',
    text: 'What you sent has arrived and is being checked. You are told as soon as there is an answer; there is nothing to do until then.',
  }),
  verified: (row) => ({
    subject: 'Your identity is confirmed at {partner}',
    text: `Your identity is confirmed${row.expires_at ? ` until ${formatInstant(row.expires_at)}` : ''}. You can choose a plan now.`,
  }),
  resubmit: (row) => ({
    subject: '{partner} needs something more to confirm your identity',
    text: `Your identity could not be confirmed yet:\n\n${whyOf(row)}\n\nCorrect it and send it again.`,
  }),
  rejected: (row) => ({
    subject: 'Your identity was not confirmed at {partner}',
    text: `Your identity was not confirmed:\n\n${whyOf(row)}`,
  }),
  // One that was renewed in time has not run out for whom it is about.
  expired: (row) =>
    row.verified_until || row.role !== 'guest'
      ? null
      : {
          subject: 'Your identity check at {partner} has run out',
          text: 'The confirmation of your identity has run out, so your account is that of a guest again. Have your identity checked once more to use everything as before.',
        },
  revoked: (row) => ({
    subject: 'The confirmation of your identity at {partner} was withdrawn',
    text: `The confirmation of your identity was withdrawn.${whatFollows(row)}\n\n${whyOf(row)}`,
  }),
}

/** Tells the end user by mail, and the partner's own systems by webhook with ids alone. */
export async function announceCheck(
  mandate: Mandate,
  row: ToldCheck,
  told: { readonly to: Told; readonly origin: string | null },
): Promise<void> {
  const mail = MAILS[told.to]?.(row)
  if (mail) {
    const text = `Hello,\n\n${mail.text}\n\nReference ${showCheckId(row.id)}.`
    await runStatements(mandate, [
      {
        text: 'select access.mail_identity_check($1, $2, $3, $4)',
        values: [row.id, mail.subject, text, told.origin],
      },
    ])
  }
  await enqueue(mandate, `kyc.${told.to}`, {
    identity_check_id: row.id,
    end_user_id: row.end_user_id,
    partner_id: row.partner_id,
    state: told.to,
  })
}

/** Tells the other reviewers of the partner that one of them approved, and that a second approval is waited for. */
export async function mailSecondReviewers(
  mandate: Mandate<'program'>,
  row: Pick<ToldCheck, 'id' | 'partner_id'>,
  origin: string,
): Promise<void> {
  const [check, partner] = [showCheckId(row.id), publicIdOf('partner', row.partner_id)]
  const text = [
    `${mandate.actor.name} approved an identity check. It takes two people: another owner approves it too, or says what is missing.`,
    `${origin}/partner/${partner}/users/identity-checks/${check}`,
    PROVIDER_NAME,
  ].join('\n\n')
  await runStatements(mandate, [
    {
      text: 'select access.mail_second_reviewers($1, $2, $3)',
      values: [row.id, 'An identity check waits for a second person', `${text}\n`],
    },
  ])
}
