/** Where the embed stands and which of its loaders is pinned. */
export interface EmbedPlaces {
  /** The origin of the embed, without a trailing slash. */
  readonly origin: string
  /** The path of the loader that follows small updates. */
  readonly loaderPath: string
  /** The path of the loader that never changes, with its digest. */
  readonly pinnedPath: string
  readonly integrity: string
  /** The path of the document that draws a form while it is edited. */
  readonly previewPath: string
}

/** What stands in the code when the token cannot be shown again. */
const TOKEN_PLACEHOLDER = 'YOUR_FORM_TOKEN'

export interface Snippets {
  readonly script: string
  readonly pinned: string
  readonly iframe: string
  /** What the site's own Content-Security-Policy has to allow. */
  readonly csp: string
}

/**
 * The code that an agency pastes into its page, in three variants, and what its site must allow. The parts are a token, a
 * form's public id and our own addresses: none can hold markup.
 */
export function makeSnippets(places: EmbedPlaces, publicId: string, token: string | null): Snippets {
  const shown = token ?? TOKEN_PLACEHOLDER
  const data = `data-form="${publicId}" data-token="${shown}"`
  return {
    script: `<script src="${places.origin}${places.loaderPath}" ${data} async></script>`,
    pinned: `<script src="${places.origin}${places.pinnedPath}" integrity="${places.integrity}" crossorigin="anonymous" ${data} async></script>`,
    iframe: `<iframe src="${places.origin}/e/${publicId}#t=${shown}" title="Voucher form" width="100%" height="640" loading="lazy" referrerpolicy="origin"></iframe>`,
    csp: `frame-src ${places.origin}; script-src ${places.origin}`,
  }
}
