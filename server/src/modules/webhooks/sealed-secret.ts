import { randomBytes } from 'node:crypto'
import { credentialPepper, digestCredential } from '#platform/credentials/credential-digest.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { showSecret } from './rules.ts'
import { makeSigningKey } from './signing-key.ts'

const SECRET_BYTES = 32

/** Where a secret of an endpoint is kept; a value that was moved elsewhere does not open. */
export const placeOfSecret = (secretId: string): string => `webhook_secret.sealed_secret ${secretId}`

/** Where the seed of an endpoint's signatures `v1a` is kept. */
export const placeOfSeed = (secretId: string): string => `webhook_secret.sealed_signing_key ${secretId}`

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
export function makeSealedSecret(vault: Vault, id: string): SealedSecret {
  const secret = randomBytes(SECRET_BYTES)
  const shown = showSecret(secret)
  const { seed, publicKey } = makeSigningKey()
  return {
    id,
    shown,
    sealed: vault.seal(secret, placeOfSecret(id)),
    digest: digestCredential(credentialPepper(vault), shown),
    sealedSigningKey: vault.seal(seed, placeOfSeed(id)),
    publicKey,
  }
}
