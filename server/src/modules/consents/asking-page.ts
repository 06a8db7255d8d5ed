import { randomBytes } from 'node:crypto'
import type { Action } from '@liaison/access'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { IdentitySession, Mandate } from '#platform/mandate.ts'
import { button, facts, inLanguages, postForm, showPage } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Reading } from '#platform/words/language.ts'
import { readableName } from '#platform/words/names.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import { openConsentRequest } from './request.ts'
import type { ConsentRequest } from './request.ts'
import { sentencesOf } from './rules.ts'
import { CONSENT_WORDS } from './words/index.ts'
import type { ConsentWords } from './words/index.ts'

type Line = readonly [term: string, description: Html | string]

/** A request on whose page a person begins to decide: for more, now, or for something new. */
export interface Asking {
  /** The address of the page. */
  readonly path: string
  readonly title: string
  readonly lead: Html
  readonly lines: readonly Line[]
  /** What is said before the button that begins the decision. */
  readonly note?: string
  readonly button: 'main' | 'plain'
  /** What became of it; null while it can be decided. */
  readonly over: string | null
}

/** Who is signed in. Throws UNAUTHORIZED for nobody. */
export function requireSession({ session }: Mandate<'identity'>): IdentitySession {
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
  return session
}

/** Who asks, as the page names them: set apart, since they chose their names. */
export function namesOf(
  row: { readonly partner_name: string; readonly client_name: string },
  words: ConsentWords,
) {
  const partner = readableName(row.partner_name, words.namelessPartner)
  const client = readableName(row.client_name, words.namelessApp)
  return { partner, partnerHtml: html`<bdi>${partner}</bdi>`, clientHtml: html`<bdi>${client}</bdi>` }
}

/** What it would be allowed to do, a sentence each. */
export const showActions = (actions: readonly Action[], words: ConsentWords): Html =>
  html`<ul>
    ${sentencesOf(actions, words).can.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`

/** The customer that was named; nothing where none was. */
export const showHint = (hint: string | null, words: ConsentWords): readonly Line[] =>
  hint === null ? [] : [[words.asked.on, html`<bdi>${readableName(hint)}</bdi>`]]

/** The page of a request: who asks for what, and the button with which the decision begins, or what became of it. */
export function showAsking(mandate: Mandate<'identity'>, reading: Reading, asking: Asking): HtmlPage {
  const decide = button(CONSENT_WORDS[reading.language].buttons.decide, asking.button)
  const decision = html`${asking.note !== undefined && html`<p>${asking.note}</p>`}
    <div class="buttons">${postForm(withLanguage(`${asking.path}/decide`, reading.chosen), decide)}</div>`
  const body = html`<p class="lead">${asking.lead}</p>
    ${facts(asking.lines)} ${asking.over === null ? decision : html`<p>${asking.over}</p>`}`
  return showPage(asking.title, body, {
    ...(mandate.session && { signedInAs: mandate.session.personName }),
    width: 'reading',
    ...inLanguages(reading, asking.path),
  })
}

/** What is asked of the person, for an organisation or for one of theirs that they choose. */
export interface BegunConsent extends Omit<ConsentRequest, 'uid'> {
  readonly tenantId: string | null
}

/**
 * Asks this person on the pages of consents, and leads there. Throws CONSENT_REQUEST_OVER with what became of a request
 * that can no longer be decided, and what `openConsentRequest` throws.
 */
export async function beginConsent(
  mandate: Mandate<'identity'>,
  { language, chosen }: Reading,
  { over, asked: { tenantId, ...request } }: { readonly over: string | null; readonly asked: BegunConsent },
): Promise<HtmlPage> {
  if (over !== null) throw new ProblemError(409, 'CONSENT_REQUEST_OVER', over, { language })
  const uid = randomBytes(24).toString('base64url')
  await openConsentRequest(mandate, { uid, ...request })
  const review = tenantId === null ? '' : `/review?org=${publicIdOf('tenant', tenantId)}`
  return redirect(withLanguage(`/consent/${uid}${review}`, chosen))
}
