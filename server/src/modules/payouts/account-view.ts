import { z } from 'zod'
import { plainText } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { AccountRow, NewAccount } from './account-store.ts'
import type { DocumentRow } from './document-store.ts'
import { isIban, nameByType } from './rules.ts'
import { METHODS, TAX_KINDS, TAX_STATES } from './tables.ts'

export const AccountBody = z
  .strictObject({
    account_id: z.string(),
    method: z.enum(METHODS),
    holder_name: z.string(),
    label: z.string().meta({ description: 'The last characters; the whole is never shown.' }),
    country: z.string().nullable(),
    given_by_name: z.string(),
    given_at: z.string(),
    usable_from: z.string().meta({ description: 'Payouts wait 72 hours for a new account.' }),
    verified_at: z.string().nullable(),
    held_at: z.string().nullable(),
    hold_reason: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'PayoutAccount' })

/** An account for an answer. */
export const toAccount = (row: AccountRow): z.input<typeof AccountBody> => ({
  account_id: publicIdOf('payout_account', row.id),
  method: row.method,
  holder_name: row.holder_name,
  label: row.label,
  country: row.country,
  given_by_name: row.created_by_name,
  given_at: row.created_at.toISOString(),
  usable_from: row.usable_from.toISOString(),
  verified_at: isoOf(row.verified_at),
  held_at: isoOf(row.held_at),
  hold_reason: row.hold_reason,
  version: row.version,
})

const compact = (text: string): string => text.replaceAll(/\s/g, '').toUpperCase()

export const AccountInput = z
  .strictObject({
    method: z.enum(METHODS),
    holder_name: plainText(2, 200),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be a country of two letters')
      .nullable()
      .default(null),
    account_number: plainText(4, 64).meta({
      description: 'An IBAN or account number; for other methods what the provider knows you by.',
    }),
    bank_code: plainText(3, 40).nullable().default(null),
  })
  .refine(
    ({ method, account_number: account }) =>
      method !== 'bank_transfer' || !/^[A-Z]{2}\d{2}/.test(compact(account)) || isIban(compact(account)),
    {
      path: ['account_number'],
      message: 'must be an IBAN whose check digits hold',
      params: { code: 'INVALID_IBAN' },
    },
  )

/** An account as it was given, in the form that is kept. */
export const toNewAccount = (input: z.output<typeof AccountInput>): NewAccount => ({
  method: input.method,
  holderName: input.holder_name.trim(),
  country: input.country,
  details: { account_number: compact(input.account_number), bank_code: input.bank_code },
})

export const DocumentBody = z
  .strictObject({
    document_id: z.string(),
    partner_id: z.string(),
    partner_name: z.string(),
    kind: z.enum(TAX_KINDS),
    file_name: z.string(),
    media_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string(),
    state: z.enum(TAX_STATES),
    valid_until: z.string().nullable(),
    handed_in_by_name: z.string(),
    handed_in_at: z.string(),
    reviewed_at: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'TaxDocument' })

/** A document for an answer; past its last day it has expired, whether or not the clock has noted it. */
export function toDocument(row: DocumentRow): z.input<typeof DocumentBody> {
  return {
    document_id: publicIdOf('tax_document', row.id),
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    kind: row.kind,
    file_name: nameByType(row.file_name, row.media_type),
    media_type: row.media_type,
    size_bytes: row.size_bytes,
    sha256: row.sha256.toString('hex'),
    state: row.state === 'verified' && row.is_over ? 'expired' : row.state,
    valid_until: row.valid_until,
    handed_in_by_name: row.uploaded_by_name,
    handed_in_at: row.created_at.toISOString(),
    reviewed_at: isoOf(row.reviewed_at),
    reason: row.reason,
  }
}
