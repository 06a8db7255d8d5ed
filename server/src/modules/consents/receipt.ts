import { z } from 'zod'
import { sentBytes } from '#platform/http/file-body.ts'
import { noteRead } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { drawPaper } from '#platform/paper.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import { KeyParams } from './page-parts.ts'
import { agreementLine } from './party.ts'
import { getRequest } from './request-store.ts'
import type { RequestRow } from './request-store.ts'
import type { ShownConsent } from './tables.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './words/index.ts'

/** What a receipt on paper is drawn from. */
interface Receipt {
  readonly tenant: string
  readonly shown: ShownConsent
  readonly request: Pick<
    RequestRow,
    'decided_by_name' | 'decided_at' | 'first_approved_by_name' | 'result_id'
  >
  readonly phone: string | undefined
  readonly at: Date
}

const bulleted = (sentences: readonly string[]): string[] => sentences.map((sentence) => `• ${sentence}`)

/**
 * The receipt of an approval for people who print or keep it: the words that its approver read, in their language, as they
 * are kept with the approval (C6).
 */
async function drawReceipt({ tenant, shown, request, phone, at }: Receipt): Promise<Buffer> {
  const language = shown.language ?? 'en'
  const words = CONSENT_WORDS[language]
  const mail = MAIL_WORDS[language]
  const title = words.done.approved(shown.partner)
  const names = [request.first_approved_by_name, request.decided_by_name].flatMap((name) => name ?? [])
  const by = names.reduce((all, name) => (all === '' ? name : words.and(all, name)), '')
  const reference = request.result_id && publicIdOf('consent', request.result_id)
  return drawPaper({ title, at, language }, (paper) => {
    paper.put(PROVIDER_NAME, { size: 9, gap: 10 })
    paper.put(title, { size: 20, bold: true, gap: 4 })
    paper.put(tenant, { size: 12, gap: 14 })
    paper.fact(words.receipt.who, `${shown.partner} · ${shown.client}`)
    paper.fact(words.who.legal, shown.legal_name ?? null)
    paper.fact(words.who.support, shown.support_contact ?? null)
    paper.fact(words.who.agreement, shown.agreement ? agreementLine(shown.agreement, language) : null)
    paper.fact(words.who.why, shown.purpose)
    paper.fact(words.check.can(shown.partner), ...bulleted(shown.can))
    paper.fact(words.receipt.orders, ...(shown.limits ?? []))
    paper.fact(
      words.check.accounts,
      ...bulleted(shown.accounts.map(({ name, ban, pays }) => `${name}, ${ban}. ${pays}`)),
    )
    paper.fact(words.receipt.until, writeInstant(new Date(shown.ends_at), language))
    paper.fact(words.bound.title, shown.stops ?? null)
    paper.fact(words.networks.title, shown.networks ?? null)
    paper.fact(words.check.cannot(shown.partner), ...bulleted(shown.cannot))
    paper.fact(
      words.receipt.by,
      [by, request.decided_at && writeInstant(request.decided_at, language)].filter(Boolean).join(', '),
    )
    paper.fact(words.receipt.reference, reference)
    paper.put([mail.change, phone === undefined ? '' : mail.call(phone)].join(' ').trim())
    paper.foot((number, count) => `${reference ?? title} · ${number}/${count}`)
  })
}

/** The receipt as a file that the browser opens, to print or save it. */
export function makeReceiptRoute({ help }: Services): Route {
  return route({
    method: 'GET',
    path: '/consent/:key/receipt',
    summary: 'The receipt of an approval, to print or save it',
    input: { params: KeyParams, query: z.strictObject({ org: publicId('tenant').optional() }) },
    access: { permission: 'tenant.partner_access.read', tenant: ({ query }) => query.org },
    limit: 'detail',
    problems: ['CONSENT_REQUEST_NOT_FOUND', 'CONSENT_NOT_APPROVED'],
    responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
    async handle({ mandate, params }) {
      const request = await getRequest(mandate, params.key, 'look')
      const { shown } = request
      if (request.status !== 'approved' || !shown)
        throw new ProblemError(404, 'CONSENT_NOT_APPROVED', 'Nothing was allowed, so there is no receipt.')
      const tenant = mandate.tenant.name
      const bytes = await drawReceipt({ tenant, shown, request, phone: help.phone, at: mandate.origin.now })
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'consent_request', id: request.id, label: shown.partner },
      })
      return sentBytes(bytes, {
        'Content-Type': 'application/pdf',
        'Content-Disposition': 'inline; filename="receipt.pdf"',
      })
    },
  })
}
