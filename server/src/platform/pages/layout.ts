import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Language } from '#platform/words/language.ts'
import type { PageAsset } from './asset.ts'
import { errorSummary } from './fields.ts'
import type { FieldError } from './fields.ts'
import { languageBar } from './language-bar.ts'
import type { LanguageWay } from './language-bar.ts'
import { MARK, STYLESHEET } from './look.ts'
import { PAGE_WORDS } from './page-words.ts'
import type { FrameKind } from './page-words.ts'

/** The provider's product name, as it stands on pages that the provider answers for. */
export const PROVIDER_NAME = 'Liaison'

/** In whose name the person is here: colour, and always words. */
interface PageFrame {
  readonly kind: FrameKind
  /** For example "Acme Fiber". */
  readonly name: string
  readonly note?: string
}

export interface PageOptions {
  readonly frame?: PageFrame
  /** The address or name of the person whose session shows the page; without it nobody is signed in. */
  readonly signedInAs?: string
  /** 560 px for forms, 680 for reading, 1,040 for tables. */
  readonly width?: 'form' | 'reading' | 'wide'
  /** What title and body are written in; English unless said otherwise. */
  readonly language?: Language
  /** How the page is got in the other languages; without it none is offered. */
  readonly otherLanguages?: LanguageWay
  /** What is wrong with the form that was sent: shown on top, each with a link to its field. */
  readonly errors?: readonly FieldError[]
  /** What a few pages need besides the look of all. */
  readonly style?: PageAsset
  /** For the few pages that need one; they say so in their content security policy. */
  readonly script?: PageAsset
  /** In nobody's name: what a white-label partner's users read must not tell them of the provider. */
  readonly isUnbranded?: boolean
  readonly status?: HtmlPage['status']
  readonly headers?: Readonly<Record<string, string>>
  /** The new session token, or null to take the cookie away. */
  readonly session?: string | null
}

const POLICY_WITH_SCRIPT =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

function frameBar(frame: PageFrame, language: Language): Html {
  return html`<div class="frame frame-${frame.kind}">
    <div class="frame-row">
      <span>${PAGE_WORDS[language].frames[frame.kind]}</span
      ><b>${frame.name}</b>${frame.note !== undefined && html`<span>${frame.note}</span>`}
    </div>
  </div>`
}

/** The links of everybody, in the same order on every page and in the portal (WCAG 3.2.6). */
function ownLinks(signedInAs: string | undefined, language: Language): Html {
  const words = PAGE_WORDS[language]
  if (signedInAs === undefined) return html`<span class="who"><a href="/help">${words.help}</a></span>`
  return html`<span class="who"
    >${words.signedInAs} ${signedInAs} · <a href="/account">${words.account}</a> ·
    <a href="/help">${words.help}</a> · <a href="/signout">${words.signOut}</a></span
  >`
}

function brandBar(signedInAs: string | undefined, language: Language): Html {
  return html`<header class="top">
    <div class="top-row">
      <a class="brand" href="/"><img src="${MARK.path}" alt="" width="28" height="28" />${PROVIDER_NAME}</a
      >${ownLinks(signedInAs, language)}
    </div>
  </header>`
}

/** What stands in the head of a page: its title, and what its look and its script are. */
function headOf(title: string, options: PageOptions): Html {
  const { errors = [], style, script, isUnbranded = false, language = 'en' } = options
  const isFaulty = errors.length > 0
  const name = html`${isFaulty && PAGE_WORDS[language].error}${title}${!isUnbranded && ` · ${PROVIDER_NAME}`}`
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${name}</title>
    ${!isUnbranded && html`<link rel="icon" type="image/svg+xml" href="${MARK.path}" />`}
    <link rel="stylesheet" href="${STYLESHEET.path}" />
    ${style && html`<link rel="stylesheet" href="${style.path}" />`}
    ${script && html`<script src="${script.path}" defer></script>`}`
}

/** A whole page: the provider's brand, one heading that is also the title, and the body. Works without script. */
function layout(title: string, body: Html, options: PageOptions = {}): Html {
  const { frame, signedInAs, width = 'form', errors = [], isUnbranded = false } = options
  const { language = 'en', otherLanguages } = options
  const words = PAGE_WORDS[language]
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        ${headOf(title, options)}
      </head>
      <body class="${width}">
        <a class="skip" href="#main">${words.skip}</a>
        ${!isUnbranded && brandBar(signedInAs, language)} ${frame && frameBar(frame, language)}
        ${languageBar(language, otherLanguages)}
        <main id="main" tabindex="-1">
          ${errorSummary(errors, words)}
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `
}

/** The answer that shows a page: 200, or 422 when the form that was sent has errors. */
export function showPage(title: string, body: Html, options: PageOptions = {}): HtmlPage {
  const { status, headers = {}, session, script, errors = [] } = options
  return {
    status: status ?? (errors.length > 0 ? 422 : 200),
    headers: { ...(script && { 'Content-Security-Policy': POLICY_WITH_SCRIPT }), ...headers },
    body: layout(title, body, options),
    ...(session !== undefined && { session }),
  }
}
