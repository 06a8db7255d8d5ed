import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { sentBytes } from '#platform/http/file-body.ts'
import type { Services } from '#platform/services.ts'
import { createHash } from 'node:crypto'
import { labelOf } from './events.ts'
import { findApproval, findFile, findSignature, insertFile, listEvents } from './evidence-store.ts'
import { drawAgreement } from './pdf.ts'
import type { AgreementMandate, AgreementRow } from './store.ts'

const REASONS = {
  signed: 'The agreement as it was signed',
  approved: 'The agreement as it was signed and approved',
} as const

/** Draws, seals and keeps the file of an agreement in the transaction of its move. */
export async function sealAgreement(
  mandate: AgreementMandate,
  services: Services,
  { row, kind }: { readonly row: AgreementRow; readonly kind: 'signed' | 'approved' },
): Promise<void> {
  const { pdfSealer } = services
  const at = mandate.origin.now
  const drawn = await drawAgreement({
    row,
    signature: await findSignature(mandate, row.id),
    approval: await findApproval(mandate, row.id),
    events: (await listEvents(mandate, row.id)).filter(
      ({ action }) => action !== 'create' && action !== 'edit',
    ),
    seal: pdfSealer.kind,
    origin: services.publicOrigin(),
    at,
  })
  const bytes = Buffer.from(await pdfSealer.seal(drawn, { reason: REASONS[kind], at }))
  const digest = createHash('sha256').update(bytes).digest()
  await insertFile(mandate, row, { kind, bytes, digest, seal: pdfSealer.kind })
}

function fileName(row: AgreementRow): string {
  const title = row.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return `${title.replaceAll(/^-|-$/g, '') || 'agreement'}-version-${row.version}.pdf`
}

/**
 * The file of an agreement: the sealed one, or before anybody signed a copy for reading that says so. Every download is
 * recorded for both sides. Throws AGREEMENT_FILE_MISSING for a seeded agreement without a signature.
 */
export async function answerPdf(mandate: AgreementMandate, services: Services, row: AgreementRow) {
  const kept = await findFile(mandate, row.id)
  if (!kept && row.signed_at !== null)
    throw new ProblemError(404, 'AGREEMENT_FILE_MISSING', 'There is no sealed file of this agreement.')
  const bytes =
    kept?.bytes ??
    (await drawAgreement({
      row,
      signature: undefined,
      approval: undefined,
      events: [],
      seal: 'none',
      origin: services.publicOrigin(),
      at: mandate.origin.now,
    }))
  recordEvent(mandate, {
    action: 'program.agreement.downloaded',
    ...(row.offered_at !== null && { partnerId: row.partner_id }),
    resource: { type: 'agreement', id: row.id, label: labelOf(row) },
  })
  return sentBytes(bytes, {
    'Content-Type': 'application/pdf',
    'Content-Disposition': `attachment; filename="${fileName(row)}"`,
    'Repr-Digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`,
  })
}
