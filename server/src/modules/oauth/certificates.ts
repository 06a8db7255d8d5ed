import { X509Certificate } from 'node:crypto'
import { thumbprintOfCertificate } from '@liaison/guard'
import type { RegistrationFault } from './registration-fault.ts'

/** The two certificates of a rotation. */
const MOST_CERTIFICATES = 2

/** A client certificate as it is kept: public in whole. */
export interface ClientCertificate {
  /** SHA-256 of the certificate in base64url, as in a token's `x5t#S256` (RFC 8705 section 3.1). */
  readonly thumbprint: string
  readonly subject: string
  readonly ends_at: string
  readonly pem: string
}

const LONGEST_SUBJECT = 200
const MINIMUM_RSA_BITS = 2048
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
const BLOCK = /^-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+\s-----END CERTIFICATE-----$/

function isStrong({
  publicKey: { asymmetricKeyType: kind, asymmetricKeyDetails: details },
}: X509Certificate) {
  if (kind === 'rsa') return (details?.modulusLength ?? 0) >= MINIMUM_RSA_BITS
  return kind === 'ec' ? CURVES.has(details?.namedCurve ?? '') : kind === 'ed25519'
}

function parse(pem: string): X509Certificate | null {
  try {
    return BLOCK.test(pem) ? new X509Certificate(pem) : null
  } catch {
    return null
  }
}

function readCertificate(text: string, pointer: string): ClientCertificate | RegistrationFault {
  if (text.includes('PRIVATE KEY'))
    return { pointer, code: 'PRIVATE_KEY', detail: 'contains a private key; send the certificate alone' }
  const pem = text.trim()
  const found = parse(pem)
  if (!found)
    return { pointer, code: 'INVALID_CERTIFICATE', detail: 'must be one X.509 certificate in PEM form' }
  if (!isStrong(found))
    return {
      pointer,
      code: 'WEAK_KEY',
      detail: 'needs a key of P-256 or a larger curve, Ed25519, or RSA of 2048 bits',
    }
  return {
    thumbprint: thumbprintOfCertificate(found.raw),
    subject: found.subject.replaceAll('\n', ', ').slice(0, LONGEST_SUBJECT),
    ends_at: found.validToDate.toISOString(),
    pem,
  }
}

/** The certificates in the form in which they are kept, with every fault; a chain is none, and neither is one twice. */
export function readCertificates(texts: readonly string[]): {
  readonly certificates: readonly ClientCertificate[]
  readonly faults: readonly RegistrationFault[]
} {
  const certificates: ClientCertificate[] = []
  const faults: RegistrationFault[] = []
  for (const [index, text] of texts.entries()) {
    const pointer = `/certificates/${index}`
    const read = readCertificate(text, pointer)
    if ('code' in read) faults.push(read)
    else if (certificates.some(({ thumbprint }) => thumbprint === read.thumbprint))
      faults.push({ pointer, code: 'DUPLICATE', detail: 'is listed before' })
    else certificates.push(read)
  }
  if (texts.length > MOST_CERTIFICATES)
    faults.push({
      pointer: '/certificates',
      code: 'TOO_MANY',
      detail: `must be at most ${MOST_CERTIFICATES}, the one in use and its successor`,
    })
  return { certificates, faults }
}
