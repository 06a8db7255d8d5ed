import { z } from 'zod'
import { Money } from '#platform/money.ts'
import { calendarDay, plainText } from '#platform/route-input.ts'
import { DUPLICATE_POLICIES, ISSUER_MODES, VOUCHER_STATES } from './tables.ts'

/** The code of a type of voucher, as forms and API name it. */
export const VoucherTypeCode = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,39}$/,
    'must be 1 to 40 lower-case letters, digits, hyphens or underscores, beginning with a letter or digit',
  )

const personName = () =>
  plainText(1, 80)
    .refine((text) => /\p{L}/u.test(text), { message: 'must have a letter', params: { code: 'NOT_A_NAME' } })
    .transform((text) => text.trim())
const people = () => z.int().min(0).max(20)

/** What a voucher is asked for with, the same for forms, server keys and the tenant's own people; spread it into a strict object. */
export const issueFields = {
  voucher_type: VoucherTypeCode,
  first_name: personName(),
  last_name: personName(),
  date_of_birth: calendarDay().meta({ description: 'Calendar day, not ahead and at most 120 years ago.' }),
  household_adults: people(),
  household_children: people(),
}

const IssueFields = z.strictObject(issueFields)

/** What somebody asks for with the fields above. */
export type IssueInput = z.output<typeof IssueFields> & { readonly issued_by_label?: string | undefined }

/** Refuses a household of nobody, at the field that can be corrected. */
export function hasSomebody(input: { household_adults: number; household_children: number }): boolean {
  return input.household_adults + input.household_children >= 1
}

export const NOBODY = {
  path: ['household_adults'],
  message: 'a household has one person at least',
  params: { code: 'EMPTY_HOUSEHOLD' },
}

export const StaffIssueInput = z
  .strictObject({
    ...issueFields,
    send_to_review: z.boolean().default(false).meta({
      description:
        'Lets a second voucher for the same person wait for review, where it would be refused without this.',
    }),
  })
  .refine(hasSomebody, NOBODY)

const day = () =>
  z.string().nullable().meta({ description: 'Calendar day in the time zone of the organisation.' })
const instant = () => z.string().nullable()

/** What an agency learns of a voucher: nothing about the person. */
export const AgencyVoucher = z
  .strictObject({
    code: z.string(),
    status: z.enum(VOUCHER_STATES),
    voucher_type: z.string(),
    issued_on: day(),
    expires_on: day(),
    redeemed_on: day(),
  })
  .meta({ id: 'AgencyVoucher' })

export const VoucherBody = z
  .strictObject({
    voucher_id: z.string(),
    code: z.string().meta({ description: 'As people read it, `7KQ4-M2XR-9TBV`.' }),
    status: z.enum(VOUCHER_STATES),
    voucher_type: z.string(),
    voucher_type_label: z.string(),
    issuer_mode: z.enum(ISSUER_MODES),
    agency_id: z.string().nullable(),
    agency_name: z.string().nullable(),
    issued_by_label: z.string().nullable(),
    recipient_name: z.string().nullable().meta({ description: 'Null once the name has been removed.' }),
    date_of_birth: z.string().nullable(),
    household_adults: z.int().nullable(),
    household_children: z.int().nullable(),
    recipient_removed_at: instant(),
    recipient_kept_until: z.string(),
    requested_at: z.string(),
    issued_at: instant(),
    expires_on: day(),
    redeemed_at: instant(),
    redeemed_place: z.string().nullable(),
    receipt_id: z.string().nullable(),
    gross_total: Money.nullable(),
    may_reverse: z
      .boolean()
      .meta({ description: 'Whether the redemption is of today and may still be taken back.' }),
    version: z.int(),
  })
  .meta({ id: 'Voucher' })

export const VoucherEventBody = z.strictObject({
  at: z.string(),
  action: z.string(),
  from_status: z.enum(VOUCHER_STATES).nullable(),
  to_status: z.enum(VOUCHER_STATES),
  actor_name: z.string().nullable(),
  note: z.string().nullable(),
  receipt_id: z.string().nullable(),
  place: z.string().nullable(),
})

export const VoucherDetail = z
  .strictObject({
    ...VoucherBody.shape,
    history: z.array(VoucherEventBody),
    same_person: z
      .array(VoucherBody)
      .meta({ description: 'Other vouchers of the same type for the same person, the newest first.' }),
  })
  .meta({ id: 'VoucherDetail' })

/** What the till shows: the voucher, and nothing about the person. */
export const TillVoucher = z
  .strictObject({
    voucher_id: z.string(),
    code: z.string(),
    status: z.enum(VOUCHER_STATES),
    voucher_type: z.string(),
    voucher_type_label: z.string(),
    agency_name: z.string().nullable(),
    issued_on: day(),
    expires_on: day(),
    redeemed_at: instant(),
    redeemed_place: z.string().nullable(),
    receipt_id: z.string().nullable(),
    gross_total: Money.nullable(),
    usual_currency: z.string().meta({ description: 'The currency of the organisation.' }),
  })
  .meta({ id: 'TillVoucher' })

export const VoucherPrint = z
  .strictObject({
    code: z.string(),
    status: z.enum(VOUCHER_STATES),
    voucher_type_label: z.string(),
    tenant_name: z.string(),
    expires_on: day(),
    square: z.strictObject({ size: z.int(), path: z.string() }).meta({
      description: 'A QR code of the code, as the `d` of an SVG path in a square of this many units.',
    }),
  })
  .meta({ id: 'VoucherPrint' })

export const VoucherTypeBody = z
  .strictObject({
    voucher_type_id: z.string(),
    code: z.string(),
    label: z.string(),
    valid_days: z.int(),
    duplicate_policy: z.enum(DUPLICATE_POLICIES),
    duplicate_window_days: z.int(),
    yearly_reset: z.string().nullable(),
    keep_recipient_days: z.int(),
    is_active: z.boolean(),
    version: z.int(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'VoucherType' })

const typeFields = {
  label: plainText(1, 80).transform((text) => text.trim()),
  valid_days: z.int().min(1).max(3650).default(30),
  duplicate_policy: z.enum(DUPLICATE_POLICIES).default('refuse'),
  duplicate_window_days: z.int().min(0).max(3650).default(90),
  yearly_reset: z
    .string()
    .refine((text) => /^\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`2023-${text}T00:00:00Z`)), {
      message: 'must be a month and a day of every year, MM-DD',
      params: { code: 'INVALID_FORMAT' },
    })
    .refine((text) => new Date(`2023-${text}T00:00:00Z`).getUTCDate() === Number(text.slice(3)), {
      message: 'must be a day of every year',
      params: { code: 'INVALID_FORMAT' },
    })
    .nullable()
    .default(null),
  keep_recipient_days: z.int().min(1).max(3650).default(180),
  is_active: z.boolean().default(true),
}

export const NewTypeInput = z.strictObject({ code: VoucherTypeCode, ...typeFields })
export const ChangeTypeInput = z.strictObject(typeFields)

export type TypeInput = z.output<typeof ChangeTypeInput>
