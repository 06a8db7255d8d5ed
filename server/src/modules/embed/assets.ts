import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The newest loader. A change of its text is a new version: its text before goes to `frame/loader-VERSION.js`, and is served on. */
export const LOADER_VERSION = '1.2.0'

/** Every loader that pages may have pinned, with the digest that they pinned it with. None is ever changed or left out. */
export const LOADER_DIGESTS = {
  '1.0.0': 'sha384-DIlum2MxvgCH28cd8TqmA1DEPRjSD2ngnMNIhNHGDk+sfCLDgb/eEzGY/as+Hrlj',
  '1.1.0': 'sha384-eeFG2L6oylEpWgfGVI5kcPow7tLEctNiFaSi8f+C70oawnFTIT/0cKFIxeIfouQd',
  '1.2.0': 'sha384-GOQ6pBRrqk08spKKdE8elULiWYPvNzRkIS3D5da0l8fAnHb+2L8nVJt+2mMi0x8e',
} as const satisfies Readonly<Record<string, `sha384-${string}`>>

type LoaderVersion = keyof typeof LOADER_DIGESTS

const read = (name: string): string => readFileSync(new URL(`./frame/${name}`, import.meta.url), 'utf8')

/** One file of the embed. */
export interface EmbedAsset {
  readonly path: string
  readonly type: string
  readonly text: string
  readonly cache: string
}

export const SCRIPT = 'text/javascript; charset=utf-8'
const FOR_EVER = 'public, max-age=31536000, immutable'
const AN_HOUR = 'public, max-age=3600, stale-while-revalidate=86400'

/** The parts of the frame's script, each after those that it takes from. */
const PARTS = ['puzzle', 'context', 'dom', 'talk', 'forms', 'code', 'issue', 'lookup', 'frame'] as const

/** All parts in one file, so that a page asks once: their names are distinct, so they share one scope. */
function joinParts(): string {
  return PARTS.map((part) =>
    read(`${part}.js`)
      .replaceAll(/^import [^;]*? from '\.\/[a-z]+\.js'\n/gm, '')
      .replaceAll(/^export /gm, ''),
  ).join('\n')
}

/** A file under an address that changes with it, so that it is kept for ever. */
export function hashed(
  name: string,
  extension: string,
  { type, text }: { type: string; text: string },
): EmbedAsset {
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 12)
  return { path: `/embed/assets/${name}.${digest}.${extension}`, type, text, cache: FOR_EVER }
}

export const FRAME_SCRIPT = hashed('frame', 'js', { type: SCRIPT, text: joinParts() })
export const STYLE = 'text/css; charset=utf-8'
export const FRAME_STYLE = hashed('frame', 'css', {
  type: STYLE,
  text: read('frame.css'),
})

/** The text of a loader: the newest is under its plain name, those before under their versions. */
const loaderText = (version: LoaderVersion): string =>
  read(version === LOADER_VERSION ? 'loader.js' : `loader-${version}.js`)

const pinned = (version: LoaderVersion): EmbedAsset => ({
  path: `/v${version}/embed.js`,
  type: SCRIPT,
  text: loaderText(version),
  cache: FOR_EVER,
})

/** The pinned loader that new pages are given, which never changes. */
export const PINNED_LOADER: EmbedAsset = pinned(LOADER_VERSION)

/** The loader that follows small updates. */
export const LOADER: EmbedAsset = {
  path: '/v1/embed.js',
  type: SCRIPT,
  text: PINNED_LOADER.text,
  cache: AN_HOUR,
}

/** The digest that a page pins the newest loader with (Subresource Integrity). */
export const LOADER_INTEGRITY = LOADER_DIGESTS[LOADER_VERSION]

const EARLIER = ['1.0.0', '1.1.0'] as const satisfies readonly LoaderVersion[]

export const EMBED_ASSETS: readonly EmbedAsset[] = [
  FRAME_SCRIPT,
  FRAME_STYLE,
  LOADER,
  PINNED_LOADER,
  ...EARLIER.map(pinned),
]
