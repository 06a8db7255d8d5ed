/** The length of each half of a signature with ES256 (RFC 7518 section 3.4). */
const HALF_BYTES = 32
const [SEQUENCE, INTEGER] = [0x30, 0x02]

/** One half as a DER integer (X.690 section 8.3): no needless zeros in front, one where it would read as negative. */
function toInteger(half: Uint8Array): Buffer {
  let zeros = 0
  while (zeros < HALF_BYTES - 1 && half[zeros] === 0) zeros += 1
  const digits = half.subarray(zeros)
  const sign = (digits[0] ?? 0) > 0x7f ? [0] : []
  return Buffer.from([INTEGER, sign.length + digits.length, ...sign, ...digits])
}

/**
 * The signature of a JWS with ES256, 64 bytes, in the form that `node:crypto` takes beside a key by itself (RFC 3279 section
 * 2.2.3). Named together with another form, a key costs it two thrown errors, which is half as much again as the signature.
 */
export function toDerSignature(signature: Uint8Array): Buffer {
  const both = [toInteger(signature.subarray(0, HALF_BYTES)), toInteger(signature.subarray(HALF_BYTES))]
  const body = Buffer.concat(both)
  return Buffer.concat([Buffer.from([SEQUENCE, body.length]), body])
}
