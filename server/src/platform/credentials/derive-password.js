import { argon2Sync } from 'node:crypto'

/*
 * Runs in the threads of the password hasher. JavaScript, not TypeScript: a thread that has to strip types first
 * loads what strips them once more, which doubles the memory that it holds.
 */

/**
 * The Argon2id tag of a password. Takes about 40 ms of one core and the memory that the cost names.
 * @param {import('./password-hash.ts').Derivation} order
 * @returns {Uint8Array}
 */
export function derivePassword({ password, salt, memory, passes, parallelism, tagLength }) {
  return argon2Sync('argon2id', {
    message: password,
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength,
  })
}
