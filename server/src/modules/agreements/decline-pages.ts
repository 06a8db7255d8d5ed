import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { areaText, button, facts, postForm, textArea } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { labelOf } from './events.ts'
import {
  input,
  pathOf,
  portalPathOf,
  problems,
  read,
  requireOpen,
  show,
  sign,
  signProblems,
} from './owner-page.ts'
import type { Own } from './owner-page.ts'
import { declineAgreement } from './sign.ts'
import { getAgreement } from './store.ts'
import type { AgreementRow } from './store.ts'
import { AgreementParams } from './view.ts'

function declinePage(mandate: Own, row: AgreementRow, errors: readonly FieldError[] = []): HtmlPage {
  const fields = html`${textArea({ name: 'reason', label: 'Why, or what do you want to ask?', hint: 'We read this and answer with a further version or by mail.', maxLength: 1000 }, errors)}
    <div class="buttons">
      ${button(`Decline version ${row.version}`, 'danger')}
      <a class="button" href="${pathOf(row, 'sign')}">Back to the text</a>
    </div>`
  return show(mandate, 'Decline or ask a question', {
    width: 'form',
    errors,
    body: html`<p class="lead">
        ${labelOf(row)}. Nothing changes until a version is signed. If you only have a question, you can also
        answer our mail and sign later.
      </p>
      ${postForm(pathOf(row, 'decline'), fields)}`,
  })
}

function declinedPage(mandate: Own, row: AgreementRow): HtmlPage {
  if (row.state !== 'declined') return redirect(pathOf(row, 'sign'))
  return show(mandate, `You declined version ${row.version}`, {
    body: html`<p class="lead">Nothing changes until a version is signed.</p>
      ${facts([
        ['Agreement', labelOf(row)],
        ['What you wrote', row.reason ?? ''],
      ])}
      <div class="buttons">
        <a class="button main" href="${portalPathOf(mandate, row)}">Go to the agreement</a>
      </div>`,
  })
}

/** The pages on which an owner declines an agreement or asks about it; they work without script (U2, D4). */
export function makeDeclinePages(services: Services): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: '/agreements/:agreement_id/decline',
      summary: 'The form with which an owner declines',
      input,
      access: sign,
      limit: 'page',
      problems,
      async handle({ mandate, params }) {
        const row = await getAgreement(mandate, params.agreement_id)
        return requireOpen(row) ?? declinePage(mandate, row)
      },
    }),
    page({
      method: 'POST',
      path: '/agreements/:agreement_id/decline',
      summary: 'Decline an agreement without script',
      input: {
        params: AgreementParams,
        body: z.strictObject({ reason: areaText(1000).default('') }),
      },
      access: sign,
      limit: 'page',
      problems: signProblems,
      async handle({ mandate, params, body }) {
        const row = await getAgreement(mandate, params.agreement_id)
        const elsewhere = requireOpen(row)
        if (elsewhere) return elsewhere
        const reason = body.reason.trim()
        if (reason.length < 3)
          return declinePage(mandate, row, [{ field: 'reason', message: 'Say why, or what you want to ask' }])
        await declineAgreement(mandate, services, { id: params.agreement_id, reason })
        return redirect(pathOf(row, 'declined'))
      },
    }),
    page({
      method: 'GET',
      path: '/agreements/:agreement_id/declined',
      summary: 'That an agreement was declined, and what that means',
      input,
      access: read,
      limit: 'page',
      problems,
      handle: async ({ mandate, params }) =>
        declinedPage(mandate, await getAgreement(mandate, params.agreement_id)),
    }),
  ]
}
