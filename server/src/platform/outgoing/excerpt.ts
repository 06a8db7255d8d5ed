/** What is kept of an answer at most. */
const EXCERPT_BYTES = 2048

const HIDDEN = '[hidden]'
const READABLE = /^(text\/[a-z0-9.+-]+|application\/([a-z0-9.-]+\+)?(json|xml))\s*(;|$)/i
/** Shorter parts of an address are words, and words occur in answers by chance. */
const LEAST_SECRET_LENGTH = 6

/** Credentials of ours by their prefixes, those of others by their names, signatures, and whatever is long and random. */
const SECRETS: readonly RegExp[] = [
  /\b[a-z]{2,6}_(?:(?:live|test)_)?[A-Za-z0-9+/_-]{16,}={0,2}/g,
  /\b(?:bearer|basic|dpop)\s+[^\s"',;]+/gi,
  /\bv1a?,[A-Za-z0-9+/]+={0,2}/g,
  /[A-Za-z0-9+/_-]{40,}={0,2}/g,
]
// Begun only where a name begins: begun anywhere, an answer that is one long word takes time with the square of its length.
const NAMED =
  /(["']?(?:(?<![a-z0-9_-])[a-z0-9_-]*(?:password|passwd|secret|token|credential|api[_-]?key)|authorization|cookie|set-cookie)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&}]+)/gi

/** The parts of an address that may be a secret of the receiver: its path and its query. */
function partsOf(url: URL): string[] {
  const written = [...url.pathname.split('/'), ...[...url.searchParams].flat()]
  const decoded = written.map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  return [...new Set([...written, ...decoded])].filter((part) => part.length >= LEAST_SECRET_LENGTH)
}

/** At most so many bytes of a text, never half a character. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  return new TextDecoder('utf-8').decode(Buffer.from(text).subarray(0, bytes - 3)).replace(/\uFFFD$/, '')
}

/**
 * The beginning of an answer as its owner may read it in the log of deliveries: text only, without control characters,
 * without what looks like a credential, and without what the address says after its host. Null when nothing is left.
 */
export function excerptOf(answer: {
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly url: URL
}): string | null {
  if (!READABLE.test(answer.contentType)) return null
  let text = new TextDecoder('utf-8').decode(answer.bytes).replace(/[^\P{C}\n\t]/gu, '')
  for (const part of partsOf(answer.url)) text = text.replaceAll(part, HIDDEN)
  text = text.replace(NAMED, `$1${HIDDEN}`)
  for (const secret of SECRETS) text = text.replace(secret, HIDDEN)
  const excerpt = cut(text.trim(), EXCERPT_BYTES)
  return excerpt === '' ? null : excerpt
}
