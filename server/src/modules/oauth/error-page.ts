import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { html } from '#platform/html.ts'
import { showPage } from '#platform/pages/index.ts'

const WORDS: Readonly<Record<string, string>> = {
  invalid_request: 'The application that sent you here made a request that cannot be used.',
  invalid_request_uri: 'The link that the application sent you with has run out, or was used before.',
  invalid_client: 'The application that sent you here is not known, or is stopped.',
  unauthorized_client: 'The application that sent you here may not ask for this.',
}

/** A request that cannot go on and must not lead back to the application: told to the person, with nothing that was sent. */
export function showOAuthError(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { error: out.error, error_description: out.error_description }
    return
  }
  const words = WORDS[out.error] ?? 'The request of the application that sent you here cannot be carried out.'
  const page = showPage(
    'This request cannot go on',
    html`<p class="lead">${words}</p>
      <p>Nothing was shared and nothing was changed. Go back to the application and begin again.</p>
      <p class="small muted">${out.error}</p>`,
  )
  ctx.type = 'html'
  ctx.body = page.body.text
}
