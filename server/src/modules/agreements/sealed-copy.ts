import { z } from 'zod'
import type { PdfSealer } from '#platform/sealed-pdf.ts'
import { drawAgreement } from './pdf.ts'

const Bytes = z.instanceof(Buffer)

const Rows = z.object({
  row: z.object({
    id: z.string(),
    title: z.string(),
    version: z.int(),
    partner_name: z.string(),
    body: z.string(),
    terms_canonical: z.string(),
    content_sha256: Bytes,
  }),
  signature: z
    .object({
      signer_name: z.string(),
      signer_email: z.string(),
      typed_name: z.string(),
      capacity: z.string(),
      auth_method: z.enum(['otp', 'phishing_resistant']),
      auth_at: z.date(),
      ip: z.string().nullable(),
      user_agent: z.string().nullable(),
      locale: z.string().nullable(),
      time_zone: z.string().nullable(),
      consent_text: z.string(),
      consent_sha256: Bytes,
      displayed_at: z.date(),
      signed_at: z.date(),
    })
    .optional(),
  approval: z.object({ approver_name: z.string(), approved_at: z.date() }).optional(),
  events: z.array(
    z.object({
      number: z.int(),
      occurred_at: z.date(),
      action: z.string(),
      actor_kind: z.string(),
      actor_name: z.string().nullable(),
      hash: Bytes,
    }),
  ),
})

/** The sealed file of an agreement from rows as an administrator's connection reads them: for the demo world alone. */
export async function drawSealedAgreement(
  sealer: PdfSealer,
  rows: unknown,
  { at, origin }: { readonly at: Date; readonly origin: string },
): Promise<Uint8Array> {
  const { row, signature, approval, events } = Rows.parse(rows)
  const drawn = await drawAgreement({ row, signature, approval, events, seal: sealer.kind, origin, at })
  return sealer.seal(drawn, { reason: 'The agreement as it was signed', at })
}
