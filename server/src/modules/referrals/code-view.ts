import { toString as toQrCode } from 'qrcode'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { instantText, plainText, publicId } from '#platform/route-input.ts'
import type { CodeRow } from './code-store.ts'
import { hostOfDestination } from './rules.ts'
import { CODE_STATES } from './tables.ts'

const codeWord = () =>
  z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.string().regex(/^[A-Z0-9]{4,24}$/, 'must be 4 to 24 letters and digits'))

const shape = {
  code: codeWord().optional().meta({ description: 'What it reads; left out, one is made.' }),
  label: plainText(1, 100).optional(),
  campaign: plainText(1, 60).optional(),
  destination_url: z
    .string()
    .max(500)
    .refine((text) => hostOfDestination(text) !== null, 'must be an address that begins with https://')
    .optional()
    .meta({ description: 'Where the link leads; on one of the hosts that the provider names.' }),
  usage_limit: z.int().min(1).max(1_000_000).optional(),
  starts_at: instantText().optional(),
  expires_at: instantText().optional(),
}

const endsAfterStart = (input: {
  readonly starts_at?: string | undefined
  readonly expires_at?: string | undefined
}) =>
  input.starts_at === undefined ||
  input.expires_at === undefined ||
  Date.parse(input.expires_at) > Date.parse(input.starts_at)

const ENDS_LATER = {
  message: 'a code ends after it starts',
  params: { code: 'ENDS_BEFORE_START' },
  path: ['expires_at'],
}

export const NewCodeInput = z.strictObject(shape).refine(endsAfterStart, ENDS_LATER)

/** What whoever makes a code says of it, with the moment before which it cannot end. */
export type NewCodeInput = z.output<typeof NewCodeInput>

export const CodeOnBehalfInput = z
  .strictObject({ ...shape, partner_id: publicId('partner') })
  .refine(endsAfterStart, ENDS_LATER)

export const CodeBody = z
  .strictObject({
    code_id: z.string(),
    code: z.string(),
    link: z.string().meta({ description: 'What the partner shares; it leads on to the page of the code.' }),
    label: z.string().nullable(),
    campaign: z.string().nullable(),
    destination_url: z.string().nullable(),
    usage_limit: z.int().nullable(),
    used_count: z.int(),
    starts_at: z.string(),
    expires_at: z.string().nullable(),
    state: z.enum(CODE_STATES),
    made_by_name: z.string(),
    made_by_provider: z.boolean(),
    is_mine: z.boolean().meta({ description: 'Whether whoever asks made it.' }),
    created_at: z.string(),
  })
  .meta({ id: 'ReferralCode' })

export const CodeDetailBody = CodeBody.extend({
  qr_svg: z.string().meta({ description: 'The link as a QR code: an SVG picture.' }),
}).meta({ id: 'ReferralCodeDetail' })

/** The link of a code. */
const linkOf = (origin: string, code: string): string => `${origin}/r/${code}`

/** A code for an answer. */
export function toCode(
  row: CodeRow,
  reader: { readonly origin: string; readonly personId: string },
): z.input<typeof CodeBody> {
  return {
    code_id: publicIdOf('referral_code', row.id),
    code: row.code,
    link: linkOf(reader.origin, row.code),
    label: row.label,
    campaign: row.campaign,
    destination_url: row.destination_url,
    usage_limit: row.usage_limit,
    used_count: row.used_count,
    starts_at: row.starts_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    state: row.state,
    made_by_name: row.created_by_name,
    made_by_provider: row.created_side === 'provider',
    is_mine: row.created_by === reader.personId,
    created_at: row.created_at.toISOString(),
  }
}

/** A code with its link as a picture. */
export async function toCodeDetail(
  row: CodeRow,
  reader: { readonly origin: string; readonly personId: string },
): Promise<z.input<typeof CodeDetailBody>> {
  const svg = await toQrCode(linkOf(reader.origin, row.code), { type: 'svg', margin: 2 })
  return { ...toCode(row, reader), qr_svg: svg }
}
