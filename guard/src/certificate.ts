import { createHash } from 'node:crypto'

/** A longer field is no certificate. */
const LONGEST_FIELD = 16_384
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const PEM = /^-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)\s-----END CERTIFICATE-----\s*$/

/** The text between the armour of one PEM certificate that was percent-encoded. */
function textOfPem(field: string): string | null {
  try {
    return PEM.exec(decodeURIComponent(field))?.[1]?.replaceAll(/\s/g, '') ?? null
  } catch {
    return null
  }
}

/**
 * The certificate (DER) that a proxy which ended mutual TLS put into a header field, in one of the three forms in use: a
 * byte sequence (RFC 9440 section 2.1), bare base64, or percent-encoded PEM. Null for anything else, two certificates
 * included. Whether the field is the proxy's own word the caller must know: a client can send any.
 */
export function readCertificateField(
  field: string | readonly string[] | null | undefined,
): Uint8Array | null {
  if (typeof field !== 'string' || field === '' || field.length > LONGEST_FIELD) return null
  const text = field.startsWith('-') ? textOfPem(field) : field.replace(/^:(.*):$/, '$1')
  return text !== null && BASE64.test(text) ? Buffer.from(text, 'base64') : null
}

/** The thumbprint of a certificate in a token's `x5t#S256` (RFC 8705 section 3.1). */
export function thumbprintOfCertificate(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('base64url')
}
