import { enqueue, recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Vault } from '#platform/vault.ts'
import { showVoucherCode } from './code.ts'
import { dayIn, isDayOfBirth } from './days.ts'
import { labelOf } from './events.ts'
import { identityKey } from './identity.ts'
import { insertRecipient, insertVoucher, matchVoucher, readZone } from './issue-store.ts'
import type { Match, SeenVoucher } from './issue-store.ts'
import { decideIssue } from './rules.ts'
import type { IssueInput } from './schemas.ts'
import { getOfferedType } from './type-store.ts'
import type { IssuingMandate } from './type-store.ts'

/** A new voucher and what became of the wish for it. */
export interface Issued {
  readonly voucher: SeenVoucher
  readonly status: 'issued' | 'pending_review'
  /** The code of its type. */
  readonly voucherType: string
  /** The time zone in which its days are told. */
  readonly zone: string
}

/** Issues one voucher. */
export type IssueVoucher = (
  mandate: IssuingMandate,
  input: IssueInput & { readonly send_to_review?: boolean },
) => Promise<Issued>

const DAY_MS = 86_400_000

function requireDayOfBirth(input: IssueInput, today: string): void {
  if (isDayOfBirth(input.date_of_birth, today)) return
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'One part of the input cannot be taken; nothing was changed.',
    {
      errors: [
        {
          pointer: '/body/date_of_birth',
          code: 'OUT_OF_RANGE',
          detail: 'must not lie ahead, and at most 120 years back',
        },
      ],
    },
  )
}

function refuseDuplicate(match: Match | null): never {
  throw new ProblemError(
    409,
    'DUPLICATE_VOUCHER',
    'This person has a voucher of this type already.',
    match?.code ? { details: { code: showVoucherCode(match.code) } } : {},
  )
}

async function tell(mandate: IssuingMandate, issued: Issued, typeLabel: string): Promise<void> {
  const isWaiting = issued.status === 'pending_review'
  const action = isWaiting ? 'voucher.review_requested' : 'voucher.issued'
  const agency = mandate.kind === 'tenant' ? null : mandate.agency
  recordEvent(mandate, {
    action,
    tenantId: mandate.tenant.id,
    tenantName: mandate.tenant.name,
    resource: { type: 'voucher', id: issued.voucher.id, label: labelOf(typeLabel, issued.voucher.code) },
    changes: {
      status: { after: issued.status },
      voucher_type: { after: issued.voucherType },
      ...(agency && { agency: { after: agency.name }, agency_id: { after: agency.id } }),
      issuer_mode: { after: mandate.kind === 'tenant' ? 'staff' : mandate.kind },
    },
  })
  await enqueue(mandate, action, {
    tenant_id: mandate.tenant.id,
    voucher_id: issued.voucher.id,
    state: issued.status,
    ...(agency && { agency_id: agency.id }),
  })
}

/**
 * Makes what issues vouchers. Tenant, agency and token come from the mandate and never from the input (E2). Throws
 * VOUCHER_TYPE_NOT_ALLOWED, DUPLICATE_VOUCHER (with the code of the caller's own voucher), VALIDATION_ERROR. Source: E9.
 */
export function makeIssueVoucher(vault: Vault): IssueVoucher {
  // As lasting as the installation: a key that changes would forget who has a voucher.
  const pepper = vault.deriveKey('voucher recipients')
  return async (mandate, input) => {
    const zone = await readZone(mandate)
    requireDayOfBirth(input, dayIn(zone, mandate.origin.now))
    const type = await getOfferedType(mandate, input.voucher_type)
    const identity = identityKey(pepper, {
      tenantId: mandate.tenant.id,
      voucherTypeId: type.id,
      firstName: input.first_name,
      lastName: input.last_name,
      dateOfBirth: input.date_of_birth,
    })
    const match = await matchVoucher(mandate, type.id, identity)
    const decision = decideIssue({
      policy: type.duplicate_policy,
      match: match === null ? 'none' : match.code === null ? 'elsewhere' : 'own',
      sendToReview: mandate.kind === 'tenant' && input.send_to_review === true,
    })
    if (decision === 'refuse') refuseDuplicate(match)
    const status = decision === 'review' ? 'pending_review' : 'issued'
    const voucher = await insertVoucher(mandate, { typeId: type.id, status, label: input.issued_by_label })
    const purgeAfter = new Date(mandate.origin.now.getTime() + type.keep_recipient_days * DAY_MS)
    await insertRecipient(mandate, voucher.id, { input, identity, purgeAfter })
    const issued: Issued = { voucher, status, voucherType: type.code, zone }
    await tell(mandate, issued, type.label)
    return issued
  }
}
