import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The newest loader. A change of its text is a new version: pages that pinned the old one go on. */
export const LOADER_VERSION = '1.1.0'

const read = (name: string): string => readFileSync(new URL(`./frame/${name}`, import.meta.url), 'utf8')

/** One file of the embed. */
export interface EmbedAsset {
  readonly path: string
  readonly type: string
  readonly text: string
  readonly cache: string
}

const SCRIPT = 'text/javascript; charset=utf-8'
const FOR_EVER = 'public, max-age=31536000, immutable'
const AN_HOUR = 'public, max-age=3600, stale-while-revalidate=86400'

/** The parts of the frame's script, each after those that it takes from. */
const PARTS = ['puzzle', 'context', 'dom', 'talk', 'forms', 'issue', 'lookup', 'frame'] as const

/** All parts in one file, so that a page asks once: their names are distinct, so they share one scope. */
function joinParts(): string {
  return PARTS.map((part) =>
    read(`${part}.js`)
      .replaceAll(/^import [^;]*? from '\.\/[a-z]+\.js'\n/gm, '')
      .replaceAll(/^export /gm, ''),
  ).join('\n')
}

function hashed(name: string, extension: string, { type, text }: { type: string; text: string }): EmbedAsset {
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 12)
  return { path: `/embed/assets/${name}.${digest}.${extension}`, type, text, cache: FOR_EVER }
}

export const FRAME_SCRIPT = hashed('frame', 'js', { type: SCRIPT, text: joinParts() })
export const FRAME_STYLE = hashed('frame', 'css', {
  type: 'text/css; charset=utf-8',
  text: read('frame.css'),
})

const LOADER_TEXT = read('loader.js')

/** The loader that follows small updates, and the pinned one, which never changes. */
export const LOADER: EmbedAsset = { path: '/v1/embed.js', type: SCRIPT, text: LOADER_TEXT, cache: AN_HOUR }
export const PINNED_LOADER: EmbedAsset = {
  path: `/v${LOADER_VERSION}/embed.js`,
  type: SCRIPT,
  text: LOADER_TEXT,
  cache: FOR_EVER,
}

/** The digest that a page pins the loader with (Subresource Integrity). */
export const LOADER_INTEGRITY = `sha384-${createHash('sha384').update(LOADER_TEXT).digest('base64')}`

export const EMBED_ASSETS: readonly EmbedAsset[] = [FRAME_SCRIPT, FRAME_STYLE, LOADER, PINNED_LOADER]
