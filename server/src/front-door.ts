import { PARTNER_KINDS } from '#modules/applications/index.ts'
import type { AppliedKind } from '#modules/applications/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { facts, PROVIDER_NAME, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'

/** What stays closed in each way of working together; what it opens is told by the application's own words. */
const CLOSED: Readonly<Record<AppliedKind, string>> = {
  referral: 'Their tickets, bills and services stay closed.',
  reseller: 'What a customer did not accept stays closed.',
  wholesaler: `The customers of ${PROVIDER_NAME} stay closed.`,
  msp: 'Whatever is outside the role and the dates that the customer approved stays closed.',
  enterprise_hq: 'A company that did not approve stays closed.',
  auditor: 'What the customer did not approve for reading stays closed.',
  white_label: `The customers of ${PROVIDER_NAME} stay closed.`,
}

const ways = (): Html =>
  facts(PARTNER_KINDS.map(({ value, label, hint }) => [label, html`${hint} ${CLOSED[value]}`] as const))

function frontPage(): HtmlPage {
  const body = html`<p class="lead">
      Bring customers to ${PROVIDER_NAME}, sell to them or work for them, with exactly the access that each of
      them gives you.
    </p>
    <div class="buttons even">
      <a class="button" href="/apply">Become a partner</a><a class="button" href="/signin">Sign in</a>
    </div>
    <h2>The one rule</h2>
    <p>
      A customer’s data opens to somebody outside only through an access that this customer gave or accepted,
      while it is in force, and for exactly what it names. Being a partner opens nothing by itself. Customers
      see who has access and what was done with it, and stop it whenever they want; it ends with the next
      request.
    </p>
    <h2>What do you want to do?</h2>
    ${ways()}
    <p>
      <a href="/help">Help</a> · <a href="/docs/api">API reference</a> ·
      <a href="/status">Does the service work?</a>
    </p>`
  return showPage('Partner program', body, { width: 'reading' })
}

/** The first page of all. Whoever has a session goes on to where they can work, as does a session that has ended. */
export const frontDoor = page({
  method: 'GET',
  path: '/',
  summary: 'The partner program with its two doors; whoever has a session goes on to the choice of frames',
  input: {},
  access: { public: 'Who comes first has no sign-in yet; the page is the same for everybody.' },
  limit: 'page',
  handle: ({ sessionToken }) => Promise.resolve(sessionToken === null ? frontPage() : redirect('/choose')),
})
