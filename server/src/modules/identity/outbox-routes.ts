import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { facts, notice, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findMail, listMails } from './mail-store.ts'
import { instantWords } from './words.ts'

const ACCESS = {
  identity:
    'Mounted only where mails are kept for reading instead of being sent: in development and in the demo.',
}

const WARNING = notice(
  'attention',
  html`<p>
    <b>Development only.</b> Mails of this installation are not sent; they end here, where everybody can read
    them.
  </p>`,
)

const PATHS = /https?:\/\/[^\s/]+(\/[^\s]*)/

/** A mail's text with its links leading somewhere on this site. */
function linkified(text: string): Html {
  const lines = text.split('\n').map((line) => {
    const path = PATHS.exec(line)?.[1]
    return path === undefined ? html`${line} ` : html`<a href="${path}">${line}</a> `
  })
  return html`${lines}`
}

/** The mailbox of a development installation. */
export function makeOutboxRoutes(): Route[] {
  return [
    page({
      method: 'GET',
      path: '/dev/outbox',
      summary: 'Mails that were not sent',
      input: {},
      access: ACCESS,
      limit: 'page',
      handle: async ({ mandate }) => {
        const mails = await listMails(mandate)
        const rows = mails.map(
          (mail) =>
            html`<tr>
              <td class="nowrap num">${instantWords(mail.createdAt)}</td>
              <td>${mail.recipient}</td>
              <td><a href="/dev/outbox/${mail.id}">${mail.subject}</a></td>
            </tr>`,
        )
        const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Mails">
          <table>
            <thead>
              <tr>
                <th scope="col">Written</th>
                <th scope="col">To</th>
                <th scope="col">Subject</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>
        </div>`
        return showPage(
          'Development outbox',
          html`${WARNING}${mails.length > 0 ? table : html`<p>No mail was written yet. Mails appear here a moment after what caused them.</p>`}`,
          { width: 'wide' },
        )
      },
    }),
    page({
      method: 'GET',
      path: '/dev/outbox/:mail_id',
      summary: 'One mail that was not sent',
      input: { params: z.strictObject({ mail_id: z.uuid() }) },
      access: ACCESS,
      limit: 'page',
      handle: async ({ mandate, params }) => {
        const mail = await findMail(mandate, params.mail_id)
        if (!mail)
          return showPage('There is no such mail', html`<p><a href="/dev/outbox">All mails</a></p>`, {
            status: 404,
          })
        const body = html`${WARNING}${facts([
            ['To', mail.recipient],
            ['Written', instantWords(mail.createdAt)],
          ])}
          <pre class="mail">${linkified(mail.text)}</pre>
          <p><a href="/dev/outbox">All mails</a></p>`
        return showPage(mail.subject, body, { width: 'reading' })
      },
    }),
  ]
}
