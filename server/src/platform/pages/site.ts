import { html } from '../html.ts'
import type { Html } from '../html.ts'

/**
 * A link to the website of somebody else, by its host; nothing where it is none that a browser opens safely. The other side
 * learns neither from which page its reader comes nor anything of this window.
 */
export function siteLink(website: string | null): Html {
  if (website === null || !URL.canParse(website)) return html``
  const { protocol, host, href } = new URL(website)
  return protocol === 'https:'
    ? html`<a href="${href}" rel="noopener noreferrer nofollow">${host}</a>`
    : html``
}
