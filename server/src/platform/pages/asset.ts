import { createHash } from 'node:crypto'
import { z } from 'zod'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'

/** A file that pages refer to; its address changes with its content, so browsers keep it for ever. */
export interface PageAsset {
  readonly path: `/${string}`
  readonly route: Route
}

const TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const

/** Serves a text under `/assets/pages/NAME.HASH.TYPE` to anybody, with a year of caching (RFC 8246 `immutable`). */
export function makeAsset(name: string, type: keyof typeof TYPES, text: string): PageAsset {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 12)
  const path = `/assets/pages/${name}.${hash}.${type}` as const
  const headers = {
    'Content-Type': TYPES[type],
    'Cache-Control': 'public, max-age=31536000, immutable',
  }
  return {
    path,
    route: route({
      method: 'GET',
      path,
      summary: `The ${type} file ${name} of the server-rendered pages`,
      input: {},
      access: { public: 'The look of pages holds no data of anybody.' },
      limit: 'fixed',
      responses: { 200: z.string() },
      handle: () => Promise.resolve(sent(text, headers)),
    }),
  }
}
