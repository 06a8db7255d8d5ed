import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'

/** What the agency was given: the address of the forms, the public key of its form, and the token. */
export interface SiteOptions {
  /** Where the forms come from, for example `https://forms.example`. */
  readonly embedOrigin: string
  readonly form: string
  readonly token: string
  /** The digest of the pinned loader, where the page pins it. */
  readonly integrity?: string
}

interface SitePage {
  readonly csp: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => `&#${letter.codePointAt(0)};`)

function scriptTag({ embedOrigin, form, token }: SiteOptions, more: string, path = '/v1/embed.js'): string {
  return `<script ${more} src="${escape(embedOrigin)}${path}" data-form="${escape(form)}" data-token="${escape(token)}" data-title="Voucher form" async></script>`
}

function iframeTag({ embedOrigin, form, token }: SiteOptions): string {
  return `<iframe src="${escape(embedOrigin)}/e/${escape(form)}#t=${escape(token)}" title="Voucher form" width="100%" height="900" referrerpolicy="origin"></iframe>`
}

/**
 * The pages of the site. Each forbids everything that the form does not need: `/` takes the script under a nonce, `/pinned`
 * the script whose digest it knows, `/iframe` no script at all. `/isolated` keeps out what does not say that it may be embedded.
 */
function pageOf(path: string, options: SiteOptions, nonce: string): SitePage | null {
  const { embedOrigin, integrity = '' } = options
  const pinned = `integrity="${escape(integrity)}" crossorigin="anonymous"`
  const pages: Readonly<Record<string, SitePage>> = {
    '/': {
      csp: `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self'; frame-src ${embedOrigin}; base-uri 'none'`,
      body: scriptTag(options, `nonce="${nonce}"`),
    },
    '/pinned': {
      csp: `default-src 'none'; script-src ${embedOrigin}; frame-src ${embedOrigin}; base-uri 'none'`,
      body: scriptTag(options, pinned, '/v1.2.0/embed.js'),
    },
    '/iframe': { csp: `default-src 'none'; frame-src ${embedOrigin}`, body: iframeTag(options) },
    '/isolated': {
      csp: null,
      headers: {
        'Cross-Origin-Embedder-Policy': 'require-corp',
        'Cross-Origin-Opener-Policy': 'same-origin',
      },
      body: scriptTag(options, ''),
    },
    '/plain': { csp: null, body: scriptTag(options, '') },
    '/no-frames': {
      csp: `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'`,
      body: scriptTag(options, `nonce="${nonce}"`),
    },
  }
  return pages[path] ?? null
}

function send(response: ServerResponse, page: SitePage | null): void {
  response.writeHead(page ? 200 : 404, {
    'Content-Type': 'text/html; charset=utf-8',
    // Even a site that tells nobody where its visitors come from can show a form.
    'Referrer-Policy': 'no-referrer',
    ...(page?.csp && { 'Content-Security-Policy': page.csp }),
    ...page?.headers,
  })
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Riverside Family Centre</title></head><body><h1>Riverside Family Centre</h1><p>For our staff.</p>${page?.body ?? 'There is no such page.'}<p>Riverside, 1 Mill Lane</p></body></html>`,
  )
}

/** The website of an agency, on an origin of its own; it needs nothing but the code that it was given. */
export function makeAgencySite(options: () => SiteOptions): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname
    send(response, pageOf(path, options(), randomBytes(16).toString('base64')))
  })
}
