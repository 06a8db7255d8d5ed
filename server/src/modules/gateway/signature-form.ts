/** The length of each half of a signature with ES256 (RFC 7518 section 3.4). */
const HALF_BYTES = 32
/** Where the first integer's length stands: behind the tag and length of both, and its own tag. */
const FIRST_LENGTH_AT = 3

/** A DER integer (X.690 section 8.3) as the 32 bytes that a half has: without the sign's zero, filled up in front. */
function toHalf(digits: Buffer): Buffer {
  const half = Buffer.alloc(HALF_BYTES)
  const kept = digits.subarray(Math.max(0, digits.length - HALF_BYTES))
  kept.copy(half, HALF_BYTES - kept.length)
  return half
}

/**
 * The signature that `node:crypto` makes with a P-256 key by itself (RFC 3279 section 2.2.3), as the 64 bytes of a JWS with
 * ES256. Asked for these bytes, `node:crypto` throws and catches two errors for each signature, which costs more than it.
 */
export function toJwsSignature(der: Buffer): Buffer {
  const firstAt = FIRST_LENGTH_AT + 1
  const firstEnd = firstAt + der.readUInt8(FIRST_LENGTH_AT)
  // Behind the first integer come the tag and the length of the second, which is the rest.
  return Buffer.concat([toHalf(der.subarray(firstAt, firstEnd)), toHalf(der.subarray(firstEnd + 2))])
}
