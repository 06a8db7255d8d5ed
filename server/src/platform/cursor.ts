import { createHmac, timingSafeEqual } from 'node:crypto'
import { ProblemError } from './problem.ts'

/** Makes and reads the opaque cursors of feeds: signed, and bound to the list, its filters and the reader. */
export interface CursorSigner {
  sign(position: readonly (string | number)[], bound: unknown): string
  read(cursor: string, bound: unknown): (string | number)[]
}

const MAC_BYTES = 16

/** Cursors under keys that all processes share: the first signs, all of them verify. */
export function makeCursorSigner(keys: () => readonly Buffer[]): CursorSigner {
  const macOf = (key: Buffer, body: string, bound: unknown) =>
    createHmac('sha256', key)
      .update(body)
      .update('\n')
      .update(JSON.stringify(bound))
      .digest()
      .subarray(0, MAC_BYTES)
  return {
    sign(position, bound) {
      const body = Buffer.from(JSON.stringify(position)).toString('base64url')
      const [key] = keys()
      if (!key) throw new Error('There is no key to sign cursors with.')
      return `${body}.${macOf(key, body, bound).toString('base64url')}`
    },
    read(cursor, bound) {
      const [body = '', mac = ''] = cursor.split('.')
      const given = Buffer.from(mac, 'base64url')
      const isSigned = (key: Buffer) => timingSafeEqual(given, macOf(key, body, bound))
      if (given.length !== MAC_BYTES || !keys().some(isSigned)) {
        throw new ProblemError(
          400,
          'CURSOR_INVALID',
          'The cursor is not one that this list gave to you for these filters.',
        )
      }
      const position: unknown = JSON.parse(Buffer.from(body, 'base64url').toString())
      if (!Array.isArray(position))
        throw new ProblemError(400, 'CURSOR_INVALID', 'The cursor holds no position.')
      return position.map((part: unknown) => (typeof part === 'number' ? part : String(part)))
    },
  }
}
