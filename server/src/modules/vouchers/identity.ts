import { createHmac, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Vault } from '#platform/credentials/vault.ts'

/** Letters that Unicode does not take apart, as they are often typed without their keys. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  þ: 'th',
}

/**
 * A name as it is compared: without case, accents of European scripts, spaces and signs. Vowel signs of other scripts stay,
 * since without them different names would be one. A name of signs alone stays as it is. Source: E9.
 */
export function normaliseName(name: string): string {
  const letters = Array.from(name.normalize('NFKD').toLowerCase().normalize('NFKD'))
  const plain = letters
    .map((letter) => PLAIN_LETTERS[letter] ?? letter)
    .join('')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')
    .normalize('NFC')
  return plain === '' ? name.normalize('NFC').trim() : plain
}

/** Who a voucher is for, as far as that decides whether it is a second one. */
export interface Identity {
  readonly tenantId: string
  readonly voucherTypeId: string
  readonly firstName: string
  readonly lastName: string
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string
}

/** The keyed digest by which a second voucher for the same person is found; it tells nothing without the key. Source: E9, E13. */
export function identityKey(pepper: Buffer | KeyObject, identity: Identity): Buffer {
  const { tenantId, voucherTypeId, firstName, lastName, dateOfBirth } = identity
  const parts = [tenantId, voucherTypeId, normaliseName(firstName), normaliseName(lastName), dateOfBirth]
  return createHmac('sha256', pepper).update(JSON.stringify(parts)).digest()
}

/** The digests of an installation. Their key is as lasting as it is: one that changes would forget who has a voucher. */
export function recipientIdentities(vault: Vault): (identity: Identity) => Buffer {
  const pepper = createSecretKey(vault.deriveKey('voucher recipients'))
  return (identity) => identityKey(pepper, identity)
}
