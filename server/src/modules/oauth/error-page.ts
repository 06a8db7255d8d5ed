import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { html } from '#platform/html.ts'
import { acceptedLanguage, firstLanguage } from '#platform/words/language.ts'
import type { Language } from '#platform/words/language.ts'
import { showPage } from '#platform/pages/index.ts'
import { OAUTH_WORDS } from './words/index.ts'
import type { OAuthWords } from './words/index.ts'

/** What the application asked for where that could be read, else what the browser asks for. */
function languageOf(ctx: KoaContextWithOIDC): Language {
  const read = ctx.oidc.params?.['ui_locales'] ?? ctx.query['ui_locales']
  return firstLanguage(read) ?? acceptedLanguage(ctx.get('accept-language'))
}

function sentenceOf(error: string, { errors }: OAuthWords): string {
  switch (error) {
    case 'invalid_request':
    case 'invalid_request_uri':
    case 'invalid_client':
    case 'unauthorized_client':
      return errors[error]
    default:
      return errors.other
  }
}

/**
 * A request that cannot go on and must not lead back to the application: told to the person, with nothing that was sent.
 * In the language that the application asked for, else that of the browser; there are no links to the others, since
 * asking for the page again would be another request.
 */
export function showOAuthError(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { error: out.error, error_description: out.error_description }
    return
  }
  const language = languageOf(ctx)
  const words = OAUTH_WORDS[language]
  const page = showPage(
    words.errors.title,
    html`<p class="lead">${sentenceOf(out.error, words)}</p>
      <p>${words.errors.nothing}</p>
      <p class="small muted">${out.error}</p>`,
    { language },
  )
  ctx.type = 'html'
  ctx.body = page.body.text
}
