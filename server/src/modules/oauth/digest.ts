import { createHash } from 'node:crypto'

/** What is stored instead of a secret or an id that is one. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
