import { createHmac, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Vault } from './vault.ts'

/** Which key digests; the number is kept beside each digest, so that another key can follow. */
export const HASH_KEY_ID = 1

/** The key under which credentials that are found by index are digested; as lasting as the installation's secret. */
export const credentialPepper = (vault: Pick<Vault, 'deriveKey'>): KeyObject =>
  createSecretKey(vault.deriveKey(`credential pepper ${HASH_KEY_ID}`))

/**
 * What the database knows a credential by: HMAC-SHA-256. Not a slow hash: such a credential has 178 random bits or more,
 * and it must be found by index (embedded.md section 2).
 */
export const digestCredential = (pepper: KeyObject, text: string): Buffer =>
  createHmac('sha256', pepper).update(text).digest()
