import { recordEvent } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { showVoucherCode } from './code.ts'
import { dayIn, isDayOfBirth } from './days.ts'
import { describeIssue } from './events.ts'
import { recipientIdentities } from './identity.ts'
import { judgeBound, makeVoucher, readGround } from './issue-store.ts'
import type { Bound, SeenVoucher, Wish } from './issue-store.ts'
import { decideIssue } from './rules.ts'
import type { IssueFacts } from './rules.ts'
import type { IssueInput } from './schemas.ts'
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

type AskedVoucher = IssueInput & { readonly send_to_review?: boolean }

/** Issues one voucher, within a bound where the caller is under one. */
export type IssueVoucher = (mandate: IssuingMandate, input: AskedVoucher, bound?: Bound) => Promise<Issued>

const UNBOUND: Bound = { statements: [], judge: () => undefined }

const DAY_MS = 86_400_000

const typeNotAllowed = () =>
  new ProblemError(403, 'VOUCHER_TYPE_NOT_ALLOWED', 'Vouchers of this type are not issued here.')

function faultOf(input: IssueInput, today: string, isOffered: boolean): ProblemError | null {
  if (isDayOfBirth(input.date_of_birth, today)) return isOffered ? null : typeNotAllowed()
  return inputRefused([
    {
      pointer: '/body/date_of_birth',
      code: 'OUT_OF_RANGE',
      detail: 'must not lie ahead, and at most 120 years back',
    },
  ])
}

function refuseDuplicate(code: string | null): never {
  throw new ProblemError(
    409,
    'DUPLICATE_VOUCHER',
    'This person has a voucher of this type already.',
    code === null ? {} : { details: { code: showVoucherCode(code) } },
  )
}

const TOPICS = { issued: 'voucher.issued', pending_review: 'voucher.review_requested' } as const

function tell(mandate: IssuingMandate, issued: Issued, typeLabel: string): void {
  const agency = mandate.kind === 'tenant' ? null : mandate.agency
  const told = {
    id: issued.voucher.id,
    tenantId: mandate.tenant.id,
    code: issued.voucher.code,
    typeLabel,
    agencyId: agency?.id ?? null,
    agencyName: agency?.name ?? null,
  }
  const { status, voucherType } = issued
  const issuerMode = mandate.kind === 'tenant' ? 'staff' : mandate.kind
  recordEvent(mandate, {
    ...describeIssue(told, { status, voucherType, issuerMode }),
    tenantName: mandate.tenant.name,
  })
}

/** What becomes of the wish for each earlier voucher that the person may have: decided here, looked up and done by the database. */
function outcomesOf(facts: Omit<IssueFacts, 'match'>): Wish['outcomes'] {
  const outcome = (match: IssueFacts['match']) => {
    const decision = decideIssue({ ...facts, match })
    return decision === 'refuse' ? decision : decision === 'review' ? 'pending_review' : 'issued'
  }
  return { none: outcome('none'), own: outcome('own'), elsewhere: outcome('elsewhere') }
}

/**
 * Makes what issues vouchers. Tenant, agency and token come from the mandate and never from the input (E2). Throws
 * VOUCHER_TYPE_NOT_ALLOWED, DUPLICATE_VOUCHER (with the code of the caller's own voucher), VALIDATION_ERROR. Source: E9.
 */
export function makeIssueVoucher(vault: Vault): IssueVoucher {
  const identify = recipientIdentities(vault)
  return async (mandate, input, bound = UNBOUND) => {
    const { zone, type } = await readGround(mandate, input.voucher_type)
    const fault = faultOf(input, dayIn(zone, mandate.origin.now), type !== null)
    if (fault || type === null) {
      await judgeBound(mandate, bound)
      throw fault ?? typeNotAllowed()
    }
    const identity = identify({
      tenantId: mandate.tenant.id,
      voucherTypeId: type.id,
      firstName: input.first_name,
      lastName: input.last_name,
      dateOfBirth: input.date_of_birth,
    })
    const sendToReview = mandate.kind === 'tenant' && input.send_to_review === true
    const wish: Wish = {
      typeId: type.id,
      identity,
      outcomes: outcomesOf({ policy: type.duplicate_policy, sendToReview }),
      topics: TOPICS,
      input,
      purgeAfter: new Date(mandate.origin.now.getTime() + type.keep_recipient_days * DAY_MS),
    }
    const made = await makeVoucher(mandate, wish, bound)
    if ('refused_for' in made) refuseDuplicate(made.refused_for.code)
    const { voucher } = made
    const issued: Issued = { voucher, status: voucher.status, voucherType: type.code, zone }
    tell(mandate, issued, type.label)
    return issued
  }
}
