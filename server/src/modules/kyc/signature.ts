import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the clock of a vendor may be from ours. Source: C8. */
const WINDOW_SECONDS = 300
const MAXIMUM_SIGNATURES = 10
const ID = /^[\x21-\x7e]{1,200}$/
const TIMESTAMP = /^\d{1,12}$/
const DIGEST_BYTES = 32

/** What came: the header fields of Standard Webhooks, and the bytes as they came. */
export interface SignedMessage {
  readonly id: string | string[] | undefined
  readonly timestamp: string | string[] | undefined
  readonly signature: string | string[] | undefined
  readonly body: Buffer
}

export type SignatureVerdict = 'valid' | 'incomplete' | 'outside_window' | 'forged'

function readSignatures(header: string): Buffer[] {
  return header
    .split(' ')
    .slice(0, MAXIMUM_SIGNATURES)
    .flatMap((part) => {
      const [version, encoded] = part.split(',')
      if (version !== 'v1' || encoded === undefined) return []
      const digest = Buffer.from(encoded, 'base64')
      return digest.length === DIGEST_BYTES ? [digest] : []
    })
}

/**
 * Judges the signature over id, time and body (Standard Webhooks, symmetric `v1`). Any of the secrets serves, so that a
 * rotation interrupts nothing; the comparison takes the same time whatever differs.
 */
export function judgeSignature(
  { id, timestamp, signature, body }: SignedMessage,
  secrets: readonly Buffer[],
  now: Date,
): SignatureVerdict {
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string')
    return 'incomplete'
  if (!ID.test(id) || !TIMESTAMP.test(timestamp)) return 'incomplete'
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > WINDOW_SECONDS) return 'outside_window'
  const given = readSignatures(signature)
  let isValid = false
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest()
    for (const digest of given) isValid = timingSafeEqual(expected, digest) || isValid
  }
  return isValid ? 'valid' : 'forged'
}
