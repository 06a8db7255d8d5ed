import { encodeId } from '@liaison/access'
import type { Html, HtmlPage } from '#platform/html.ts'
import { redirect } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { showPage } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { AgreementRow } from './store.ts'
import { AgreementParams } from './view.ts'

/** With what pages about agreements are asked for: a person of the partner whose agreement it is. */
export type Own = Mandate<'program'>

/** The public id of an agreement. */
export const idOf = (row: Pick<AgreementRow, 'id'>) => publicIdOf('agreement', row.id)
/** The address of a page about an agreement, its last part given. */
export const pathOf = (row: Pick<AgreementRow, 'id'>, rest: string) => `/agreements/${idOf(row)}/${rest}`
/** The address of an agreement in the portal. */
export const portalPathOf = (mandate: Own, row: AgreementRow) =>
  `/partner/${encodeId('partner', mandate.partner.id)}/agreements/${idOf(row)}`

/** A page about an agreement, in the frame of the partner whose it is. */
export function show(
  mandate: Own,
  title: string,
  page_: {
    readonly body: Html
    readonly width?: 'form' | 'reading'
    readonly errors?: readonly FieldError[]
  },
): HtmlPage {
  return showPage(title, page_.body, {
    frame: { kind: 'partner', name: mandate.partner.name },
    signedInAs: mandate.actor.name,
    width: page_.width ?? 'reading',
    ...(page_.errors && { errors: page_.errors }),
  })
}

/** Where an agreement that is no longer offered is shown instead; null while it can be signed or declined. */
export const requireOpen = (row: AgreementRow): HtmlPage | null =>
  row.state === 'offered' ? null : redirect(pathOf(row, 'sign'))

export const read = { permission: 'partner_org.agreements.read' } as const
export const sign = { permission: 'partner_org.agreements.sign' } as const
export const problems = ['AGREEMENT_NOT_FOUND'] as const
export const signProblems = [
  ...problems,
  'AGREEMENT_STATE_CONFLICT',
  'AGREEMENT_EXPIRED',
  'AGREEMENT_CHANGED',
  'AGREEMENT_SIGNER_REQUIRED',
] as const
export const input = { params: AgreementParams } as const
