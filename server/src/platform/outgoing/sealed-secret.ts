import { randomBytes } from 'node:crypto'
import { credentialPepper, digestCredential } from '#platform/credentials/credential-digest.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { systemClock } from '#platform/clock.ts'
import { makeSigningKey, showSecret, signMessage } from './signatures.ts'
import type { Post } from './ways-out.ts'

const SECRET_BYTES = 32

/** Where the halves of a secret are kept; what was moved elsewhere does not open. */
export interface SecretPlaces {
  readonly secret: (id: string) => string
  readonly seed: (id: string) => string
}

/** A new secret as it is kept, and as it is shown this once. */
export interface SealedSecret {
  readonly id: string
  readonly shown: string
  readonly sealed: Buffer
  /** Compared with what is reported as leaked, without opening any secret. */
  readonly digest: Buffer
  readonly sealedSigningKey: Buffer
  readonly publicKey: Buffer
}

/** Makes a secret with its pair for signatures `v1a`, bound to the row in which it will be kept. */
export function makeSealedSecret(vault: Vault, id: string, places: SecretPlaces): SealedSecret {
  const secret = randomBytes(SECRET_BYTES)
  const shown = showSecret(secret)
  const { seed, publicKey } = makeSigningKey()
  return {
    id,
    shown,
    sealed: vault.seal(secret, places.secret(id)),
    digest: digestCredential(credentialPepper(vault), shown),
    sealedSigningKey: vault.seal(seed, places.seed(id)),
    publicKey,
  }
}

/** A secret as it is kept. */
export interface KeptSecret {
  readonly id: string
  readonly sealed_secret: Buffer
  readonly sealed_signing_key: Buffer | null
}

interface SigningKeys {
  readonly vault: Vault
  readonly kept: readonly KeptSecret[]
  readonly places: SecretPlaces
}

/** A message to an address, signed now with every secret that counts. */
export function signedPost(
  message: { readonly url: string; readonly id: string; readonly body: string },
  { vault, kept, places }: SigningKeys,
): Post {
  const { url, id, body } = message
  const secrets = kept.map((row) => vault.open(row.sealed_secret, places.secret(row.id)))
  const seeds = kept.flatMap(({ id: secretId, sealed_signing_key: seed }) =>
    seed === null ? [] : [vault.open(seed, places.seed(secretId))],
  )
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Liaison-Webhooks/1',
    ...signMessage({ id, timestamp: systemClock(), body }, secrets, seeds),
  }
  return { url, headers, body }
}
