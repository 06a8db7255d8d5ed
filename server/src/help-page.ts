import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { facts, PROVIDER_NAME, showPage, telephoneLink } from '#platform/pages/index.ts'
import type { HelpContact } from '#platform/help-contact.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'

const BEGINNINGS = facts([
  [
    'A customer',
    html`<a href="/choose">Sign in</a> and choose your organisation. <i>Who has access</i> shows whom you let
      in and what they did; <i>Requests</i> shows who asks.`,
  ],
  [
    'A partner',
    html`<a href="/choose">Sign in</a> and choose your partner organisation. <i>Get ready</i> lists what is
      still to be done.`,
  ],
  [
    'Not a partner yet',
    html`<a href="/">What partners do</a>, then <a href="/apply">become a partner</a>. The same page mails you
      a new link to an application that you began.`,
  ],
  [
    'A developer',
    html`The <a href="/docs/api">API reference</a> and <a href="/docs/errors">every error code</a>. API
      clients are made by partners under <i>API clients</i>.`,
  ],
  [
    'Somebody with an invitation',
    html`Open the link in the mail. It works once; if it has ended, ask whoever invited you for another.`,
  ],
  [
    'A user of a partner’s own service',
    html`Ask that partner: it runs the pages on which you sign in, and your account is there.`,
  ],
  [
    'Somebody who got a signed file',
    html`<a href="/verify">Check the file</a>, and read
      <a href="/legal/signature-disclosure">how electronic signing works here</a>.`,
  ],
])

interface Answer {
  readonly id: string
  readonly question: string
  readonly answer: Html
}

const ANSWERS: readonly Answer[] = [
  {
    id: 'sign-in',
    question: 'I cannot sign in',
    answer: html`<p>
      <a href="/recover">Ask for a new password</a>; the link comes by mail. After too many tries wait as long
      as the page says; nothing is locked. If no mail comes, the address may not be the one you were invited
      with.
    </p>`,
  },
  {
    id: 'second-factor',
    question: 'I lost my second factor',
    answer: html`<p>
      Sign in and enter one of your recovery codes instead of the code of the app; each works once. Then set
      up another app or passkey in <a href="/account">your account</a>. Without recovery codes
      ${PROVIDER_NAME} must remove the lost one after making sure that it is you. That ends all your sign-ins.
    </p>`,
  },
  {
    id: 'unknown-request',
    question: 'Somebody asks for access and I do not know them',
    answer: html`<p>
      Do not allow it. A request opens nothing, however long it waits. Open it from <i>Requests</i> of your
      organisation, see who asks and for what, and choose <i>Don’t allow</i>. A mail alone is no proof: sign
      in here by yourself and look.
    </p>`,
  },
  {
    id: 'stop',
    question: 'I want to stop a partner now',
    answer: html`<p>
      <a href="/choose">Sign in</a>, choose your organisation, open <i>Who has access</i>, choose the partner
      and stop it. <i>Stop all partner access</i> stops everybody at once. The next request of the partner is
      refused. You need nobody’s consent.
    </p>`,
  },
  {
    id: 'refused',
    question: 'Why was I refused?',
    answer: html`<p>
      The page says what is missing and who can change it. It shows a reference, which the API sends as
      <code>X-Request-Id</code>. Give that to whoever helps you: with it the decision can be looked up. Never
      send a password or a code along. What each code means stands in
      <a href="/docs/errors">the list of errors</a>.
    </p>`,
  },
  {
    id: 'trouble',
    question: 'Nothing works',
    answer: html`<p>
      <a href="/status">See whether the service works</a>. If it does, load the page again.
    </p>`,
  },
]

const answerPart = ({ id, question, answer }: Answer): Html =>
  html`<h2 id="${id}">${question}</h2>
    ${answer}`

/** Whom to ask in person; nothing where the provider names nobody. */
function contactPart({ email, phone }: HelpContact): Html | false {
  if (email === undefined && phone === undefined) return false
  const ways: (readonly [string, Html])[] = []
  if (email !== undefined) ways.push(['By mail', html`<a href="mailto:${email}">${email}</a>`])
  if (phone !== undefined) ways.push(['By telephone', telephoneLink(phone)])
  return html`<h2 id="contact">Ask ${PROVIDER_NAME}</h2>
    ${facts(ways)}
    <p>
      Say what you did and the reference that the page showed. Nobody here asks you for a password or a code.
    </p>`
}

/** Where everybody begins, what is asked most often, and whom to ask. The same place of every page leads here (WCAG 3.2.6). */
export function makeHelpPage({ help }: Pick<Services, 'help'>): Route {
  return page({
    method: 'GET',
    path: '/help',
    summary: 'Where to begin, and short answers to what is asked most often',
    input: {},
    access: { public: 'Whoever cannot sign in needs it most; it is the same for everybody.' },
    limit: 'page',
    handle: () =>
      Promise.resolve(
        showPage(
          'Help',
          html`<p class="lead">Where to begin, and what is asked most often.</p>
            ${BEGINNINGS} ${ANSWERS.map(answerPart)} ${contactPart(help)}`,
          { width: 'reading' },
        ),
      ),
  })
}
