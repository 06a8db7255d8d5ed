import { createECDH, createPrivateKey, createPublicKey, sign, webcrypto } from 'node:crypto'
import type { Signer } from '@libpdf/core'
import type { Vault } from './credentials/vault.ts'

// Loaded with the first seal: it is a quarter of what a start would load, and most processes never seal.
const loadLibrary = () => import('@libpdf/core')

/** What a seal says: why it was put on, and when by the platform's clock. */
export interface SealWords {
  readonly reason: string
  readonly at: Date
}

/** Seals files for the provider. */
export interface PdfSealer {
  /** `development` when the key is the installation's own and no certificate was configured. */
  readonly kind: 'development' | 'configured'
  /** The file with an appended PAdES B-B signature (ETSI EN 319 142-1): one changed byte is noticed by whoever checks it. */
  seal(pdf: Uint8Array, words: SealWords): Promise<Uint8Array>
}

/** A certificate with its key, as a PKCS#12 file. */
export interface SealCertificate {
  readonly p12: Uint8Array
  readonly passphrase: string
}

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const OID = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
} as const

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes = length < 0x1_00 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), content])
}

const SEQUENCE = 0x30
const sequence = (...parts: readonly Uint8Array[]) => der(SEQUENCE, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const text = (value: string) => der(0x0c, Buffer.from(value, 'utf8'))
const name = (value: string) => sequence(der(0x31, sequence(oid(OID.commonName), text(value))))
const extension = (id: string, value: Uint8Array) =>
  sequence(oid(id), der(0x01, Buffer.from([0xff])), der(0x04, value))

const SEAL_NAME = 'Liaison development seal, not issued by a public CA'

/** A self-signed certificate of RFC 5280 for the installation's own key. */
function selfSigned(publicKey: Uint8Array, signTbs: (tbs: Uint8Array) => Uint8Array): Buffer {
  const algorithm = sequence(oid(OID.ecdsaWithSha256))
  const validity = sequence(
    der(0x18, Buffer.from('20250101000000Z')),
    der(0x18, Buffer.from('20991231235959Z')),
  )
  const extensions = der(
    0xa3,
    sequence(
      extension(OID.basicConstraints, sequence(der(0x01, Buffer.from([0xff])))),
      // digitalSignature, nonRepudiation and keyCertSign.
      extension(OID.keyUsage, der(0x03, Buffer.from([0x02, 0xc4]))),
    ),
  )
  const tbs = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name(SEAL_NAME),
    validity,
    name(SEAL_NAME),
    publicKey,
    extensions,
  )
  return sequence(tbs, algorithm, der(0x03, Buffer.from([0]), signTbs(tbs)))
}

/** The installation's own key on P-256, derived from its root secret: the same in every process and kept nowhere. */
async function makeDevelopmentSigner(vault: Vault): Promise<Signer> {
  const scalar = (BigInt(`0x${vault.deriveKey('pdf seal').toString('hex')}`) % (ORDER - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: d.toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const certificate = selfSigned(publicKey, (tbs) => sign('sha256', tbs, key))
  const signingKey = await webcrypto.subtle.importKey(
    'jwk',
    jwk,
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )
  const { CryptoKeySigner } = await loadLibrary()
  return new CryptoKeySigner(signingKey, certificate, 'EC', 'ECDSA')
}

/**
 * What seals files for the provider: with the configured certificate, or, where there is none, with a key of the
 * installation's own under a certificate that says so. The time in a seal is the platform's claim; no time stamp authority
 * is asked. Throws at the first seal when the PKCS#12 file or its passphrase is wrong.
 */
export function makePdfSealer(vault: Vault, certificate?: SealCertificate): PdfSealer {
  let signer: Promise<Signer> | undefined
  return {
    kind: certificate ? 'configured' : 'development',
    async seal(pdf, { reason, at }) {
      const { P12Signer, PDF } = await loadLibrary()
      signer ??= certificate
        ? P12Signer.create(certificate.p12, certificate.passphrase)
        : makeDevelopmentSigner(vault)
      const document = await PDF.load(pdf)
      const { bytes } = await document.sign({
        signer: await signer,
        reason,
        signingTime: at,
        level: 'B-B',
      })
      return bytes
    },
  }
}
