import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { addFirstKeys, loadKeys } from './key-store.ts'
import type { NewKey, StoredKey } from './key-store.ts'

const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

/** A key pair with which access tokens are signed (RFC 7517); ES256 alone. */
export type SigningJwk = z.output<typeof PrivateJwk> & {
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

const placeOf = (kid: string): string => placeIn(SEALED_COLUMNS.signingKey, kid)

/** Makes a key pair and seals its private half. */
export async function makeSigningKey(vault: Vault): Promise<NewKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = PrivateJwk.parse(await exportJWK(privateKey))
  const { d: _d, ...publicJwk } = jwk
  const kid = await calculateJwkThumbprint(publicJwk)
  return { kid, publicJwk, sealed: vault.seal(Buffer.from(JSON.stringify(jwk)), placeOf(kid)) }
}

function openKey(vault: Vault, stored: StoredKey): SigningJwk {
  const opened: unknown = JSON.parse(vault.open(stored.private_key, placeOf(stored.kid)).toString())
  return { ...PrivateJwk.parse(opened), kid: stored.kid, alg: 'ES256', use: 'sig' }
}

/** The keys of this moment, the one that signs first. */
export interface KeySet {
  readonly keys: readonly [SigningJwk, ...SigningJwk[]]
  /** The public halves, for verifying. */
  readonly published: JSONWebKeySet
  /** Changes with every rotation. */
  readonly version: string
}

/** Reads the keys; what was read serves for a second, so that a rotation reaches every process at once and unasked. */
export interface KeyReader {
  read(): Promise<KeySet>
  /** Reads anew: for a key id that is not among those that were read. */
  reread(): Promise<KeySet>
}

const FRESH_MS = 1000

function toKeySet(vault: Vault, stored: readonly StoredKey[]): KeySet | null {
  const [active, ...others] = stored.map((key) => openKey(vault, key))
  if (!active) return null
  const keys: KeySet['keys'] = [active, ...others]
  return {
    keys,
    published: { keys: keys.map(({ d: _d, ...publicHalf }) => publicHalf) },
    version: keys.map(({ kid }) => kid).join(' '),
  }
}

/** The reader of one process. The first one of an installation makes the keys. */
export function makeKeyReader(database: Database, vault: Vault): KeyReader {
  let current: { readonly set: KeySet; readonly untilMs: number } | null = null
  let running: Promise<KeySet> | null = null

  async function load(): Promise<KeySet> {
    let set = toKeySet(vault, await loadKeys(database))
    if (!set) {
      await addFirstKeys(database, { active: await makeSigningKey(vault), next: await makeSigningKey(vault) })
      set = toKeySet(vault, await loadKeys(database))
    }
    if (!set) throw new Error('There is no key to sign with.')
    current = { set, untilMs: performance.now() + FRESH_MS }
    return set
  }

  function reread(): Promise<KeySet> {
    running ??= load().finally(() => {
      running = null
    })
    return running
  }

  return {
    reread,
    async read() {
      return current && current.untilMs > performance.now() ? current.set : reread()
    },
  }
}
