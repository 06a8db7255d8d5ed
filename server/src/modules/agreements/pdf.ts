import { formatInstant } from '@liaison/access'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { drawPaper } from '#platform/paper.ts'
import type { Paper } from '#platform/paper.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { ApprovalRow, EventRow, SignatureRow } from './evidence-store.ts'
import type { AgreementRow } from './store.ts'

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

function putBody(paper: Paper, body: string): void {
  for (const block of body.trim().split(/\n{2,}/)) {
    const heading = /^(#{1,3})\s+(.*)$/.exec(block)
    if (heading) {
      const size = { 1: 20, 2: 13, 3: 11 }[heading[1]?.length ?? 3] ?? 11
      paper.keepTogether(60)
      paper.put(heading[2] ?? '', { size, bold: true, gap: 6 })
      continue
    }
    paper.put(block.replaceAll(/\n(?![-*] )/g, ' ').replaceAll('**', ''), { gap: 9 })
  }
}

const METHOD_WORDS = {
  otp: 'One-time code of an authenticator app',
  phishing_resistant: 'Passkey',
} as const

function putEvidence(paper: Paper, { signature, approval }: Papers): void {
  if (!signature) return
  paper.put('Signature', { size: 13, bold: true })
  paper.fact('Signed by', `${signature.signer_name} <${signature.signer_email}>`)
  paper.fact('Typed name, and as what', `${signature.typed_name}, ${signature.capacity}`)
  paper.fact('Signed at', `${formatInstant(signature.signed_at)} (time from the platform clock)`)
  paper.fact('Shown at', formatInstant(signature.displayed_at))
  paper.fact(
    'How the person was checked',
    `${METHOD_WORDS[signature.auth_method]}, ${formatInstant(signature.auth_at)}`,
  )
  paper.fact('Network address and program', [signature.ip, signature.user_agent].filter(Boolean).join(' · '))
  paper.fact('Language and time zone', [signature.locale, signature.time_zone].filter(Boolean).join(' · '))
  paper.fact('Agreed to', signature.consent_text)
  paper.fact('Fingerprint of what was agreed to', signature.consent_sha256.toString('hex'))
  if (!approval) return
  paper.put('Approval by the provider (this is no signature)', { size: 13, bold: true })
  paper.fact('Approved by', approval.approver_name)
  paper.fact('Approved at', `${formatInstant(approval.approved_at)} (time from the platform clock)`)
}

const SEAL_WORDS = {
  development:
    'Development seal: the certificate was made by this installation itself and was not issued by a public CA.',
  configured:
    'Sealed with the certificate that the provider configured. Whether a public CA issued it, your reader says when it checks the seal.',
  none: 'This copy is for reading. It is not signed and not sealed.',
} as const

function putCertificate(paper: Paper, papers: Papers): void {
  const { row, events, seal, origin } = papers
  const fingerprint = row.content_sha256.toString('hex')
  paper.doc.addPage()
  paper.put('Certificate', { size: 20, bold: true, gap: 8 })
  paper.fact('Agreement', `${row.title}, version ${row.version}, of ${row.partner_name} and ${PROVIDER_NAME}`)
  paper.fact('Reference', publicIdOf('agreement', row.id))
  paper.fact('Fingerprint of text and terms (SHA-256)', fingerprint)
  paper.fact('Check it at', `${origin}/verify/agreements/${fingerprint}`)
  putEvidence(paper, papers)
  paper.put('History', { size: 13, bold: true })
  for (const event of events)
    paper.put(
      `${event.number}. ${formatInstant(event.occurred_at)} · ${event.action} · ${event.actor_name ?? event.actor_kind} · ${event.hash.toString('hex').slice(0, 16)}`,
      { size: 8.5, gap: 1 },
    )
  paper.doc.y += 8
  paper.put('What this is', { size: 13, bold: true })
  paper.put(
    `A simple electronic signature. The seal of ${PROVIDER_NAME} proves that nothing was changed since; it does not prove who signed beyond the checks that are listed here. No time stamp authority was asked.`,
    { size: 9.5 },
  )
  paper.put(SEAL_WORDS[seal], { size: 9.5 })
  paper.put(
    'The text and the terms, exactly as they are fingerprinted, are attached to this file: the fingerprint is the SHA-256 of "agreement/1", a line feed, and the two SHA-256 digests of the attached files.',
    { size: 9.5 },
  )
  if (!paper.isExact)
    paper.put(
      'Letters that the fonts of this file cannot show appear as "?". The attached text is complete.',
      {
        size: 9.5,
      },
    )
}

/** What stands at the foot of each page besides its number. */
const MARKS = { development: ' · development seal', configured: '', none: ' · copy for reading' } as const

/** The file of an agreement: the text, and a certificate with the evidence, the fingerprints and the history. Not sealed yet. */
export async function drawAgreement(papers: Papers): Promise<Buffer> {
  const { row, seal, at } = papers
  const title = `${row.title}, version ${row.version}`
  return drawPaper({ title, at }, (paper) => {
    putBody(paper, row.body)
    putCertificate(paper, papers)
    const attached = { creationDate: at, modifiedDate: at }
    paper.doc.file(Buffer.from(row.body), { name: 'agreement.md', type: 'text/markdown', ...attached })
    paper.doc.file(Buffer.from(row.terms_canonical), {
      name: 'terms.json',
      type: 'application/json',
      ...attached,
    })
    paper.foot((number, count) => `${title} · page ${number} of ${count}${MARKS[seal]}`)
  })
}
