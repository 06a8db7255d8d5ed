const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup that was built by `html` and may stand in a page as it is. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type Part = string | number | Html | null | undefined | false | readonly Part[]

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(render).join('')
  return String(part).replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter)
}

/** Builds markup; every value is escaped unless it is markup itself. Attribute values must stand in quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.reduce(
      (text, string, index) => text + string + (index < parts.length ? render(parts[index]) : ''),
      '',
    ),
  )
}

/** An answer of a server-rendered route: a page, or a redirect after a form. */
export interface HtmlPage {
  readonly status: 200 | 303 | 400 | 401 | 403 | 404 | 409 | 410 | 412 | 422 | 429 | 500 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: Html
  /** Set by the sign-in code: the new session token, or null to take the cookie away. */
  readonly session?: string | null
  /** As above for the realm of a white-label partner, whose cookie has a name of its own. */
  readonly realmSession?: { readonly slug: string; readonly token: string | null }
}

/** A redirect with 303, so that the browser asks for the new page with GET whatever was posted (RFC 9110 section 15.4.4). */
export function redirect(path: string, session?: string | null): HtmlPage {
  return {
    status: 303,
    headers: { Location: path },
    body: new Html(''),
    ...(session !== undefined && { session }),
  }
}

/** A path of this site that a form may lead back to; anything else becomes the fallback. */
export function safeReturnPath(path: string | undefined, fallback = '/choose'): string {
  return path !== undefined && /^\/(?![/\\])[\u0021-\u007e]*$/.test(path) ? path : fallback
}
