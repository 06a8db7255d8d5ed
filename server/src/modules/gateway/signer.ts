import { createECDH, createHash, createPrivateKey, hkdfSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { ACCESS_CONTEXT_TYPE } from '@liaison/guard'
import type { JSONWebKeySet, JWK, JWTPayload } from 'jose'
import type { Vault } from '#platform/credentials/vault.ts'
import { toJwsSignature } from './signature-form.ts'

/** Signs access contexts for upstreams. */
export interface ContextSigner {
  sign(claims: JWTPayload): string
  /** The public keys of all contexts that can still be in force. */
  publicKeys(): JSONWebKeySet
}

interface KeyPair {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicJwk: JWK
}

const PURPOSE = 'gateway access context'
/** The order of the group of P-256 (FIPS 186-5 section 3.2.1.3, SP 800-186 section 3.2.1.3). */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/** The key pair that a secret stands for; the 16 surplus bytes make the remainder even (FIPS 186-5 appendix A.2.1). */
function makeKeyPair(secret: Buffer): KeyPair {
  const bits = Buffer.from(hkdfSync('sha256', secret, 'liaison', 'P-256 key pair', 48)).toString('hex')
  const scalar = (BigInt(`0x${bits}`) % (ORDER - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const half = {
    kty: 'EC' as const,
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const kid = `ctx-${createHash('sha256').update(point).digest('base64url').slice(0, 22)}`
  return {
    kid,
    privateKey: createPrivateKey({ format: 'jwk', key: { ...half, d: d.toString('base64url') } }),
    publicJwk: { ...half, kid, alg: 'ES256', use: 'sig' },
  }
}

/** A part of a compact JWS (RFC 7515 section 7.1). */
const toPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * A signer whose keys follow the rotation of the vault, so that every process signs alike and nothing more is stored.
 * Their ids and the type of what they sign differ from those of access tokens.
 */
export function makeContextSigner(vault: Pick<Vault, 'signingKeys'>): ContextSigner {
  const made = new Map<string, KeyPair>()

  function pairs(): [KeyPair, ...KeyPair[]] {
    const [first, ...others] = vault.signingKeys(PURPOSE).map((secret) => {
      const name = secret.toString('base64url')
      const pair = made.get(name) ?? makeKeyPair(secret)
      made.set(name, pair)
      return pair
    })
    if (!first) throw new Error('There is no key to sign with.')
    return [first, ...others]
  }

  return {
    // In place: handing one signature to the pool of threads and back costs more than the signature.
    sign(claims) {
      const [{ kid, privateKey }] = pairs()
      const data = `${toPart({ alg: 'ES256', typ: ACCESS_CONTEXT_TYPE, kid })}.${toPart(claims)}`
      const signature = toJwsSignature(sign('sha256', Buffer.from(data), privateKey))
      return `${data}.${signature.toString('base64url')}`
    },
    publicKeys: () => ({ keys: pairs().map(({ publicJwk }) => publicJwk) }),
  }
}
