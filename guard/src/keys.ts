import { createLocalJWKSet, errors } from 'jose'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import type { Clock } from './clock.ts'
import { GuardError } from './error.ts'

/** Where the issuer's public keys come from: fetched from an address, read by a function, or given for good. */
export type KeySource = URL | JSONWebKeySet | (() => Promise<JSONWebKeySet>)

export interface KeyOptions {
  readonly clock: Clock
  readonly fetch: typeof globalThis.fetch
  /** The source is asked at most once in this time, whatever key ids callers invent and whether it answers or not. */
  readonly refetchSeconds: number
  /** Keys older than this are fetched again when the source may be asked. */
  readonly maxAgeSeconds: number
}

const FETCH_TIMEOUT_MS = 3000
const LARGEST_KEY_SET_BYTES = 65_536

function isKeySet(value: unknown): value is JSONWebKeySet {
  return (
    typeof value === 'object' &&
    value !== null &&
    'keys' in value &&
    Array.isArray(value.keys) &&
    value.keys.every((key: unknown) => typeof key === 'object' && key !== null)
  )
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > LARGEST_KEY_SET_BYTES) throw new Error('the key set is too large')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

async function fetchKeySet(url: URL, fetch: KeyOptions['fetch']): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    headers: { Accept: 'application/jwk-set+json, application/json' },
  })
  if (response.status !== 200) throw new Error(`the key set was answered with ${response.status}`)
  const body: unknown = JSON.parse(await readBounded(response))
  if (!isKeySet(body)) throw new Error('the answer is no key set')
  return body
}

/** Whether so many seconds have passed since a moment; a clock that was set back cannot tell, and is not believed. */
function hasPassed(sinceMs: number, nowMs: number, seconds: number): boolean {
  return nowMs < sinceMs || nowMs - sinceMs >= seconds * 1000
}

/** Keys of a source that is asked only when a token names a key that is not known, or the keys are old. */
class LoadedKeys {
  readonly #load: () => Promise<JSONWebKeySet>
  readonly #options: KeyOptions
  #select: ReturnType<typeof createLocalJWKSet> | null = null
  #fetchedAt = Number.NEGATIVE_INFINITY
  #askedAt = Number.NEGATIVE_INFINITY
  #pending: Promise<void> | null = null

  constructor(load: () => Promise<JSONWebKeySet>, options: KeyOptions) {
    this.#load = load
    this.#options = options
  }

  async #fetch(now: number): Promise<void> {
    this.#askedAt = now
    this.#select = createLocalJWKSet(await this.#load())
    this.#fetchedAt = now
  }

  /** Fetches when that is allowed again; keeps the old keys when the source does not answer. */
  async #refresh(): Promise<void> {
    const now = this.#options.clock().getTime()
    if (!this.#pending && hasPassed(this.#askedAt, now, this.#options.refetchSeconds)) {
      this.#pending = this.#fetch(now)
        .catch((cause: unknown) => {
          if (!this.#select)
            throw new GuardError('DEPENDENCY_UNAVAILABLE', "The issuer's keys are not to be had.", { cause })
        })
        .finally(() => {
          this.#pending = null
        })
    }
    await this.#pending
    if (!this.#select) throw new GuardError('DEPENDENCY_UNAVAILABLE', "The issuer's keys are not to be had.")
  }

  readonly get: JWTVerifyGetKey = async (header, token) => {
    const now = this.#options.clock().getTime()
    if (!this.#select || hasPassed(this.#fetchedAt, now, this.#options.maxAgeSeconds)) await this.#refresh()
    try {
      return await this.#selected(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await this.#refresh()
      return this.#selected(header, token)
    }
  }

  #selected(
    ...[header, token]: Parameters<JWTVerifyGetKey>
  ): ReturnType<ReturnType<typeof createLocalJWKSet>> {
    if (!this.#select) throw new GuardError('DEPENDENCY_UNAVAILABLE', "The issuer's keys are not to be had.")
    return this.#select(header, token)
  }
}

/**
 * Finds the key of a token by its `kid` and `alg` among the issuer's keys. Nothing in the token says where keys come
 * from. Throws 503 when no keys could be had yet. Source: RFC 7517, attack 61 and 76.
 */
export function makeKeys(source: KeySource, options: KeyOptions): JWTVerifyGetKey {
  if (source instanceof URL) return new LoadedKeys(() => fetchKeySet(source, options.fetch), options).get
  return typeof source === 'function' ? new LoadedKeys(source, options).get : createLocalJWKSet(source)
}
