import { z } from 'zod'
import { formatInstant } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { facts, notice, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findMail, listMails } from './mail-store.ts'
import type { KeptMail } from './mail-store.ts'

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

function linkified(line: string): Html {
  const path = PATHS.exec(line)?.[1]
  return path === undefined ? html`${line}` : html`<a href="${path}">${line}</a>`
}

/** A mail's text with its links leading somewhere on this site; line ends matter inside `pre`. */
function mailText(text: string): Html {
  return html`<pre class="mail">${text.split('\n').flatMap((line) => [linkified(line), '\n'])}</pre>`
}

function mailLine({ id, subject, recipient, createdAt }: KeptMail): Html {
  return html`<li>
    <div class="what">
      <a href="/dev/outbox/${id}">${subject}</a
      ><span class="small muted">to ${recipient} · ${formatInstant(createdAt)}</span>
    </div>
  </li>`
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
        const list = html`<ul class="rows">
          ${mails.map(mailLine)}
        </ul>`
        const none = html`<p>No mail was written yet. Mails appear here a moment after what caused them.</p>`
        const body = html`${WARNING}${mails.length > 0 ? list : none}`
        return showPage('Development outbox', body, { width: 'reading' })
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
            ['Written', formatInstant(mail.createdAt)],
          ])}
          ${mailText(mail.text)}
          <p><a href="/dev/outbox">All mails</a></p>`
        return showPage(mail.subject, body, { width: 'reading' })
      },
    }),
  ]
}
