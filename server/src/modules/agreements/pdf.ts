import { once } from 'node:events'
import { encodeId, formatInstant, idFromUuid } from '@liaison/access'
import type Pdf from 'pdfkit'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { toShown } from '#platform/table-file/pdf-text.ts'
import type { ShownText } from '#platform/table-file/pdf-text.ts'
import { takeWideFont } from '#platform/table-file/wide-font.ts'
import type { ApprovalRow, EventRow, SignatureRow } from './evidence-store.ts'
import type { AgreementRow } from './store.ts'

const MARGIN = 64
const WIDTH = 595.28 - 2 * MARGIN
const INK = '#1a1a1a'
const PALE = '#5f5f5f'

/** Everything that a file of an agreement shows. */
export interface Papers {
  readonly row: Pick<
    AgreementRow,
    'id' | 'title' | 'version' | 'partner_name' | 'body' | 'terms_canonical' | 'content_sha256'
  >
  readonly signature:
    | Omit<SignatureRow, 'agreement_id' | 'partner_id' | 'member_id' | 'person_id' | 'content_sha256'>
    | undefined
  readonly approval: Pick<ApprovalRow, 'approver_name' | 'approved_at'> | undefined
  readonly events: readonly Pick<
    EventRow,
    'number' | 'occurred_at' | 'action' | 'actor_kind' | 'actor_name' | 'hash'
  >[]
  readonly seal: 'development' | 'configured' | 'none'
  readonly origin: string
  readonly at: Date
}

/** What every reader has where it suffices, else the embedded font. */
function fontFor(doc: PDFKit.PDFDocument, { isWide }: ShownText, isBold: boolean): string {
  if (isWide) return takeWideFont(doc, isBold ? 'bold' : 'plain')
  return isBold ? 'Helvetica-Bold' : 'Helvetica'
}

/** The pages of one agreement. */
class Pages {
  readonly doc: PDFKit.PDFDocument
  isExact = true

  constructor(Library: typeof Pdf, { row, at }: Papers) {
    this.doc = new Library({
      size: 'A4',
      margin: MARGIN,
      bufferPages: true,
      info: { Title: `${row.title}, version ${row.version}`, Author: PROVIDER_NAME, CreationDate: at },
    })
  }

  put(text: string, look: { size?: number; bold?: boolean; color?: string; gap?: number } = {}): void {
    const shown = toShown(text)
    this.isExact &&= shown.isExact
    this.doc
      .font(fontFor(this.doc, shown, look.bold === true))
      .fontSize(look.size ?? 10.5)
      .fillColor(look.color ?? INK)
      .text(shown.text, MARGIN, this.doc.y, { width: WIDTH, lineGap: 2 })
    this.doc.y += look.gap ?? 6
  }

  fact(label: string, value: string | null): void {
    if (value === null || value === '') return
    if (this.doc.y > 841.89 - MARGIN - 40) this.doc.addPage()
    this.put(label, { size: 8.5, color: PALE, gap: 0 })
    this.put(value, { size: 10, gap: 5 })
  }
}

function putBody(pages: Pages, body: string): void {
  for (const block of body.trim().split(/\n{2,}/)) {
    const heading = /^(#{1,3})\s+(.*)$/.exec(block)
    if (heading) {
      const size = { 1: 20, 2: 13, 3: 11 }[heading[1]?.length ?? 3] ?? 11
      if (pages.doc.y > 841.89 - MARGIN - 60) pages.doc.addPage()
      pages.put(heading[2] ?? '', { size, bold: true, gap: 6 })
      continue
    }
    pages.put(block.replaceAll(/\n(?![-*] )/g, ' ').replaceAll('**', ''), { gap: 9 })
  }
}

const METHOD_WORDS = {
  otp: 'One-time code of an authenticator app',
  phishing_resistant: 'Passkey',
} as const

function putEvidence(pages: Pages, { signature, approval }: Papers): void {
  if (!signature) return
  pages.put('Signature', { size: 13, bold: true })
  pages.fact('Signed by', `${signature.signer_name} <${signature.signer_email}>`)
  pages.fact('Typed name, and as what', `${signature.typed_name}, ${signature.capacity}`)
  pages.fact('Signed at', `${formatInstant(signature.signed_at)} (time from the platform clock)`)
  pages.fact('Shown at', formatInstant(signature.displayed_at))
  pages.fact(
    'How the person was checked',
    `${METHOD_WORDS[signature.auth_method]}, ${formatInstant(signature.auth_at)}`,
  )
  pages.fact('Network address and program', [signature.ip, signature.user_agent].filter(Boolean).join(' · '))
  pages.fact('Language and time zone', [signature.locale, signature.time_zone].filter(Boolean).join(' · '))
  pages.fact('Agreed to', signature.consent_text)
  pages.fact('Fingerprint of what was agreed to', signature.consent_sha256.toString('hex'))
  if (!approval) return
  pages.put('Approval by the provider (this is no signature)', { size: 13, bold: true })
  pages.fact('Approved by', approval.approver_name)
  pages.fact('Approved at', `${formatInstant(approval.approved_at)} (time from the platform clock)`)
}

const SEAL_WORDS = {
  development:
    'Development seal: the certificate was made by this installation itself and was not issued by a public CA.',
  configured:
    'Sealed with the certificate that the provider configured. Whether a public CA issued it, your reader says when it checks the seal.',
  none: 'This copy is for reading. It is not signed and not sealed.',
} as const

function putCertificate(pages: Pages, papers: Papers): void {
  const { row, events, seal, origin } = papers
  const fingerprint = row.content_sha256.toString('hex')
  pages.doc.addPage()
  pages.put('Certificate', { size: 20, bold: true, gap: 8 })
  pages.fact('Agreement', `${row.title}, version ${row.version}, of ${row.partner_name} and ${PROVIDER_NAME}`)
  pages.fact('Reference', encodeId('agreement', idFromUuid('agreement', row.id)))
  pages.fact('Fingerprint of text and terms (SHA-256)', fingerprint)
  pages.fact('Check it at', `${origin}/verify/agreements/${fingerprint}`)
  putEvidence(pages, papers)
  pages.put('History', { size: 13, bold: true })
  for (const event of events)
    pages.put(
      `${event.number}. ${formatInstant(event.occurred_at)} · ${event.action} · ${event.actor_name ?? event.actor_kind} · ${event.hash.toString('hex').slice(0, 16)}`,
      { size: 8.5, gap: 1 },
    )
  pages.doc.y += 8
  pages.put('What this is', { size: 13, bold: true })
  pages.put(
    `A simple electronic signature. The seal of ${PROVIDER_NAME} proves that nothing was changed since; it does not prove who signed beyond the checks that are listed here. No time stamp authority was asked.`,
    { size: 9.5 },
  )
  pages.put(SEAL_WORDS[seal], { size: 9.5 })
  pages.put(
    'The text and the terms, exactly as they are fingerprinted, are attached to this file: the fingerprint is the SHA-256 of "agreement/1", a line feed, and the two SHA-256 digests of the attached files.',
    { size: 9.5 },
  )
  if (!pages.isExact)
    pages.put(
      'Letters that the fonts of this file cannot show appear as "?". The attached text is complete.',
      {
        size: 9.5,
      },
    )
}

function numberPages({ doc }: Pages, { row, seal }: Papers): void {
  const { count } = doc.bufferedPageRange()
  const mark = seal === 'development' ? ' · development seal' : seal === 'none' ? ' · copy for reading' : ''
  for (let index = 0; index < count; index += 1) {
    doc.switchToPage(index)
    doc.page.margins.bottom = 0
    const shown = toShown(`${row.title}, version ${row.version} · page ${index + 1} of ${count}${mark}`)
    doc
      .font(fontFor(doc, shown, false))
      .fontSize(8)
      .fillColor(PALE)
      .text(shown.text, MARGIN, 841.89 - 36, { lineBreak: false })
  }
}

/** The file of an agreement: the text, and a certificate with the evidence, the fingerprints and the history. Not sealed yet. */
export async function drawAgreement(papers: Papers): Promise<Buffer> {
  const { default: library } = await import('pdfkit')
  const pages = new Pages(library, papers)
  const parts: Buffer[] = []
  pages.doc.on('data', (part: Buffer) => parts.push(part))
  const done = once(pages.doc, 'end')
  putBody(pages, papers.row.body)
  putCertificate(pages, papers)
  const attached = { creationDate: papers.at, modifiedDate: papers.at }
  pages.doc.file(Buffer.from(papers.row.body), { name: 'agreement.md', type: 'text/markdown', ...attached })
  pages.doc.file(Buffer.from(papers.row.terms_canonical), {
    name: 'terms.json',
    type: 'application/json',
    ...attached,
  })
  numberPages(pages, papers)
  pages.doc.end()
  await done
  return Buffer.concat(parts)
}
