import { createHash } from 'node:crypto'

/** As many as `If-Match` takes: nine digits. */
const VERSIONS = 1_000_000_000

/**
 * The version of what carries no number of its own: reckoned from the content, so that it is another one as soon as anybody
 * changed it, by whichever way, and the same one where nothing was changed in the end.
 */
export function versionOfContent(content: unknown): number {
  return createHash('sha256').update(JSON.stringify(content)).digest().readUIntBE(0, 6) % VERSIONS
}
