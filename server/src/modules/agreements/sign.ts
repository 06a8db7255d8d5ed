import { PROVIDER_NAME } from '#platform/pages/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Services } from '#platform/services.ts'
import { announceAgreement, recordAgreement } from './events.ts'
import { insertSignature } from './evidence-store.ts'
import { sealAgreement } from './papers.ts'
import { getAgreement, giveNotice, moveAgreement } from './store.ts'
import type { AgreementId, AgreementRow } from './store.ts'

type Signing = Mandate<'program'>

/** What a signer agrees to by ticking and signing; kept word for word with its fingerprint. */
export const consentTextOf = (partner: string): string =>
  `I may sign for ${partner}. I sign electronically, and my typed name has the same legal force as a handwritten signature. This is a simple electronic signature; the file is sealed by ${PROVIDER_NAME}, and the seal proves that nothing was changed, not who I am beyond the checks that are listed.`

const boundTo = (mandate: Signing, row: Pick<AgreementRow, 'id' | 'content_sha256'>) => [
  'agreement shown',
  row.id,
  row.content_sha256.toString('hex'),
  mandate.actor.id,
]

/** That this very content was shown to this person now; signing asks for it, so that nothing is signed unseen. */
export function proveShown(
  mandate: Signing,
  { cursors }: Pick<Services, 'cursors'>,
  row: Pick<AgreementRow, 'id' | 'content_sha256'>,
): string {
  return cursors.sign([mandate.origin.now.getTime()], boundTo(mandate, row))
}

function readShown(
  mandate: Signing,
  { cursors }: Pick<Services, 'cursors'>,
  { row, shown }: { readonly row: AgreementRow; readonly shown: string },
): Date {
  try {
    const [at] = cursors.read(shown, boundTo(mandate, row))
    if (typeof at === 'number') return new Date(at)
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause
  }
  throw new ProblemError(409, 'AGREEMENT_CHANGED', 'Open the agreement and read it before you sign.')
}

/** What somebody sends to sign. */
export interface SigningForm {
  readonly contentSha256: string
  readonly shown: string
  readonly typedName: string
  readonly capacity: string
  readonly locale: string | null
  readonly timeZone: string | null
}

/**
 * Signs an offered agreement, seals the file and tells both sides. The database checks owner, factor, fingerprint and time again
 * by itself. Throws AGREEMENT_CHANGED, AGREEMENT_EXPIRED, AGREEMENT_STATE_CONFLICT, and asks for a step-up. Source: D4.
 */
export async function signAgreement(
  mandate: Signing,
  services: Services,
  { id, form }: { readonly id: AgreementId; readonly form: SigningForm },
): Promise<AgreementRow> {
  const before = await getAgreement(mandate, id)
  requireOffered(before)
  if (form.contentSha256 !== before.content_sha256.toString('hex'))
    throw new ProblemError(409, 'AGREEMENT_CHANGED', 'The agreement is not the one that was shown.')
  await insertSignature(mandate, before, {
    typedName: form.typedName.trim(),
    capacity: form.capacity.trim(),
    locale: form.locale,
    timeZone: form.timeZone,
    consentText: consentTextOf(mandate.partner.name),
    displayedAt: readShown(mandate, services, { row: before, shown: form.shown }),
    contentSha256: before.content_sha256,
  })
  const after = await getAgreement(mandate, id)
  await sealAgreement(mandate, services, { row: after, kind: 'signed' })
  recordAgreement(mandate, after, {
    action: 'signed',
    changes: {
      state: { before: before.state, after: after.state },
      content_sha256: { after: form.contentSha256 },
    },
  })
  await announceAgreement(mandate, after, { news: 'signed', origin: services.publicOrigin() })
  return after
}

function requireOffered(row: AgreementRow): void {
  if (row.state === 'expired')
    throw new ProblemError(409, 'AGREEMENT_EXPIRED', 'The offer has run out; nothing can be signed.')
  if (row.state !== 'offered')
    throw new ProblemError(409, 'AGREEMENT_STATE_CONFLICT', 'Only an offer is signed or declined.')
}

/** Declines an offered agreement. Throws AGREEMENT_EXPIRED and AGREEMENT_STATE_CONFLICT. */
export async function declineAgreement(
  mandate: Signing,
  services: Services,
  { id, reason }: { readonly id: AgreementId; readonly reason: string },
): Promise<AgreementRow> {
  const before = await getAgreement(mandate, id)
  requireOffered(before)
  await moveAgreement(mandate, before, { to: 'declined', reason })
  const after = await getAgreement(mandate, id)
  recordAgreement(mandate, after, {
    action: 'declined',
    reason,
    changes: { state: { before: before.state, after: after.state } },
  })
  await announceAgreement(mandate, after, { news: 'declined', origin: services.publicOrigin(), reason })
  return after
}

/** Gives notice of the agreement in force; the provider then ends it with the day agreed on. */
export async function noticeAgreement(
  mandate: Signing,
  services: Services,
  { id, reason }: { readonly id: AgreementId; readonly reason: string },
): Promise<AgreementRow> {
  const before = await getAgreement(mandate, id)
  await giveNotice(mandate, before, reason)
  const after = await getAgreement(mandate, id)
  recordAgreement(mandate, after, { action: 'notice_given', reason })
  await announceAgreement(mandate, after, { news: 'notice_given', origin: services.publicOrigin(), reason })
  return after
}
