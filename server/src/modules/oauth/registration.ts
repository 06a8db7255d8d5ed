import { isOwnScope, isScope } from '@liaison/access'
import type { OwnScope, Scope } from '@liaison/access'
import { z } from 'zod'
import { readCertificates } from './certificates.ts'
import type { ClientCertificate } from './certificates.ts'
import type { RegistrationFault } from './registration-fault.ts'

/** What a client is registered with, as the form or the API hands it in. */
export interface RegistrationInput {
  readonly environment: 'sandbox' | 'live'
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly jwks: unknown
  /** How its tokens are bound: to a key that it proves, unless it says to a certificate. */
  readonly tokenBinding?: TokenBinding
  /** Certificates in PEM form. */
  readonly certificates?: readonly string[]
}

/** How the tokens of a client are bound to it: by proof of possession (RFC 9449), or by a client certificate (RFC 8705). */
export type TokenBinding = 'dpop' | 'mtls'

/** A public key that a client signs its assertions with. */
export interface ClientKey {
  readonly kty: 'EC' | 'RSA' | 'OKP'
  readonly kid: string
  readonly [member: string]: string
}

/** A registration that keeps to the profile. */
export interface Registration {
  readonly redirectUris: readonly string[]
  readonly scopes: readonly (Scope | OwnScope)[]
  readonly jwks: { readonly keys: readonly ClientKey[] }
  readonly tokenBinding: TokenBinding
  readonly certificates: readonly ClientCertificate[]
}

/** The faults of a registration, all of them, or the registration as it is to be kept. */
export type RegistrationResult =
  | { readonly registration: Registration }
  | { readonly faults: readonly RegistrationFault[] }

const LIMITS = { uris: 10, uriLength: 2000, keys: 10 } as const
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

function fault(pointer: string, code: string, detail: string): RegistrationFault {
  return { pointer, code, detail }
}

/** What an address must not be, each with the words that say so; they are asked in this order. */
const URI_RULES: readonly (readonly [fault: string, isFaulty: (uri: string) => boolean])[] = [
  [`must be at most ${LIMITS.uriLength} characters`, (uri) => uri.length > LIMITS.uriLength],
  ['must be written in visible ASCII characters', (uri) => /[^\x21-\x7e]/.test(uri)],
  ['must not contain a wildcard', (uri) => uri.includes('*')],
  ['must be an absolute address', (uri) => !URL.canParse(uri)],
  ['must not contain a fragment', (uri) => uri.includes('#')],
  ['must not contain a user name or password', (uri) => /^[a-z]+:\/\/[^/?]*@/i.test(uri)],
  [
    'must be written without dot segments, backslashes or encoded slashes',
    (uri) => /\\|\/\.{1,2}(?:[/?]|$)|%2e|%2f|%5c/i.test(uri),
  ],
]

/**
 * What is wrong with a redirect URI; null when nothing is. Exact https addresses, compared letter by letter later on; a
 * sandbox client may use http on the loopback interface (RFC 9700 section 2.1, RFC 8252 section 7.3).
 */
export function findRedirectUriFault(uri: string, environment: 'sandbox' | 'live'): string | null {
  const faulty = URI_RULES.find(([, isFaulty]) => isFaulty(uri))
  if (faulty) return faulty[0]
  const { protocol, hostname, origin } = new URL(uri)
  const isLoopback = environment === 'sandbox' && protocol === 'http:' && LOOPBACK_HOSTS.has(hostname)
  if (protocol !== 'https:' && !isLoopback)
    return 'must begin with https:// (http is for sandbox clients on the loopback interface)'
  return uri.startsWith(origin) ? null : 'must be written in its usual form'
}

const text = z.string().min(1).max(2000)
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

const common = {
  kid: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters'),
  use: z.literal('sig').optional(),
  key_ops: z.tuple([z.literal('verify')]).optional(),
}
const PublicKey = z.discriminatedUnion('kty', [
  z.object({
    ...common,
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: text,
    y: text,
    alg: z.literal('ES256').default('ES256'),
  }),
  z.object({
    ...common,
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: text,
    alg: z.enum(['EdDSA', 'Ed25519']).default('EdDSA'),
  }),
  z.object({ ...common, kty: z.literal('RSA'), n: text, e: text, alg: z.literal('PS256').default('PS256') }),
])

const MINIMUM_RSA_BYTES = 256

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWeakRsa(key: z.output<typeof PublicKey>): boolean {
  return key.kty === 'RSA' && Buffer.from(key.n, 'base64url').length < MINIMUM_RSA_BYTES
}

function readKey(value: unknown, pointer: string): ClientKey | RegistrationFault[] {
  if (!isObject(value)) return [fault(pointer, 'INVALID_KEY', 'must be a JSON Web Key')]
  const secret = PRIVATE_MEMBERS.filter((member) => Object.hasOwn(value, member))
  if (value['kty'] === 'oct' || secret.includes('k'))
    return [fault(pointer, 'SYMMETRIC_KEY', 'is a symmetric key; register the public half of a key pair')]
  if (secret.length > 0)
    return [
      fault(
        pointer,
        'PRIVATE_KEY',
        'contains the private half of the key; send the public half and make a new key',
      ),
    ]
  const parsed = PublicKey.safeParse(value)
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) =>
      fault([pointer, ...path].join('/'), 'INVALID_KEY', message),
    )
  if (isWeakRsa(parsed.data)) return [fault(pointer, 'WEAK_KEY', 'an RSA key needs at least 2048 bits')]
  // Only what a public key is made of is kept. The algorithm of an Ed25519 key has two names (RFC 9864), so it keeps none.
  const { use: _use, key_ops: _operations, alg, ...kept } = parsed.data
  return { ...kept, use: 'sig', ...(kept.kty !== 'OKP' && { alg }) }
}

function readKeys(jwks: unknown): { keys: ClientKey[]; faults: RegistrationFault[] } {
  const list: unknown = isObject(jwks) ? jwks['keys'] : undefined
  if (!Array.isArray(list) || list.length === 0)
    return { keys: [], faults: [fault('/jwks', 'KEY_REQUIRED', 'must hold at least one public key')] }
  if (list.length > LIMITS.keys)
    return { keys: [], faults: [fault('/jwks', 'TOO_MANY', `must hold at most ${LIMITS.keys} keys`)] }
  const keys: ClientKey[] = []
  const faults: RegistrationFault[] = []
  for (const [index, value] of list.entries()) {
    const read = readKey(value, `/jwks/keys/${index}`)
    if (Array.isArray(read)) faults.push(...read)
    else if (keys.some(({ kid }) => kid === read.kid))
      faults.push(fault(`/jwks/keys/${index}/kid`, 'DUPLICATE', 'is used by another key of this client'))
    else keys.push(read)
  }
  return { keys, faults }
}

function readUris({ redirectUris, environment }: RegistrationInput): RegistrationFault[] {
  const faults = redirectUris.flatMap((uri, index) => {
    const detail = findRedirectUriFault(uri, environment)
    return detail === null ? [] : [fault(`/redirect_uris/${index}`, 'INVALID_REDIRECT_URI', detail)]
  })
  if (redirectUris.length > LIMITS.uris)
    faults.push(fault('/redirect_uris', 'TOO_MANY', `must be at most ${LIMITS.uris}`))
  return faults
}

/** Which of them a client of this owner may have is said where it is registered. */
const isApiScope = (scope: string): scope is Scope | OwnScope => isScope(scope) || isOwnScope(scope)

/**
 * Checks what a client is to be registered with and returns it in the form in which it is kept, or every fault at once.
 * Refused: redirect URIs that are not exact https addresses, key sets without a key, with private or symmetric keys,
 * with two keys of one id or with algorithms outside the profile, scopes that do not exist, and certificates that are
 * none, are weak, or are missing where tokens are to be bound to one. Source: attack 81, FAPI 2.0 section 5.4, A16.
 */
export function parseClientRegistration(input: RegistrationInput): RegistrationResult {
  const { keys, faults: keyFaults } = readKeys(input.jwks)
  const scopes = [...new Set(input.scopes)]
  const scopeFaults = scopes.flatMap((scope, index) =>
    isApiScope(scope) ? [] : [fault(`/scopes/${index}`, 'UNKNOWN_SCOPE', 'is no scope of this API')],
  )
  if (scopes.length === 0) scopeFaults.push(fault('/scopes', 'REQUIRED', 'must name at least one scope'))
  const { tokenBinding = 'dpop' } = input
  const { certificates, faults: certificateFaults } = readCertificates(input.certificates ?? [])
  const unbound =
    tokenBinding === 'mtls' && (input.certificates ?? []).length === 0
      ? [fault('/token_binding', 'CERTIFICATE_REQUIRED', 'needs at least one certificate')]
      : []
  const faults = [...readUris(input), ...scopeFaults, ...keyFaults, ...certificateFaults, ...unbound]
  if (faults.length > 0) return { faults }
  return {
    registration: {
      redirectUris: [...new Set(input.redirectUris)],
      scopes: scopes.filter(isApiScope),
      jwks: { keys },
      tokenBinding,
      certificates,
    },
  }
}
