/** A public key as it is registered (RFC 7517). */
export type PublicJwk = Record<string, string>

export type PrivateFormat = 'jwk' | 'pem'

/** A new key pair: the public half to register, and the file with the private half to save. */
export type KeyPair = { jwk: PublicJwk; file: { name: string; text: string; type: string } }

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const

function toBase64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
}

/** Bytes as base64url without padding (RFC 7515 section 2). */
export function toBase64Url(bytes: ArrayBuffer): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function toPem(bytes: ArrayBuffer): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}

/** The members of a key that its thumbprint covers, in the order of RFC 7638 section 3.2. */
function thumbprintMembers(jwk: JsonWebKey): Record<string, string | undefined> {
  if (jwk.kty === 'RSA') return { e: jwk.e, kty: jwk.kty, n: jwk.n }
  return { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
}

/** The SHA-256 digest of a text, as base64url. */
export async function digestText(text: string): Promise<string> {
  return toBase64Url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

const thumbprintOf = (jwk: JsonWebKey): Promise<string> => digestText(JSON.stringify(thumbprintMembers(jwk)))

/** Takes the public members alone, whatever else the key holds, and names it by its thumbprint when it has no name. */
async function toPublic(jwk: JsonWebKey & { kid?: string; alg?: string }): Promise<PublicJwk> {
  const members = Object.entries(thumbprintMembers(jwk)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const alg = jwk.kty === 'RSA' ? 'PS256' : 'ES256'
  return { ...Object.fromEntries(members), alg, use: 'sig', kid: jwk.kid ?? (await thumbprintOf(jwk)) }
}

/** Makes an ES256 key pair. The private half exists in the returned file only; nothing here sends anything. */
export async function makeKeyPair(format: PrivateFormat): Promise<KeyPair> {
  // Extractable, because it is about to be saved; the handle is dropped with this call.
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])
  const jwk = await toPublic(await crypto.subtle.exportKey('jwk', publicKey))
  const name = `liaison-${(jwk['kid'] ?? '').slice(0, 8)}.private`
  if (format === 'pem') {
    const text = toPem(await crypto.subtle.exportKey('pkcs8', privateKey))
    return { jwk, file: { name: `${name}.pem`, text, type: 'application/x-pem-file' } }
  }
  const { d } = await crypto.subtle.exportKey('jwk', privateKey)
  const text = `${JSON.stringify({ ...jwk, d }, null, 2)}\n`
  return { jwk, file: { name: `${name}.jwk.json`, text, type: 'application/json' } }
}

/** Makes an ES256 key whose private half no program can read, this one included. */
export async function makeHeldKey(): Promise<{ jwk: PublicJwk; key: CryptoKey }> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ['sign', 'verify'])
  return { jwk: await toPublic(await crypto.subtle.exportKey('jwk', publicKey)), key: privateKey }
}

/** Takes the private key out of a file that this portal saved, to sign with it and for nothing else; null for any other text. */
export async function holdPrivateKey(text: string): Promise<{ kid: string; key: CryptoKey } | null> {
  const [given] = readJson(text)
  if (given === undefined) return null
  const [kty, crv, x, y, d, kid] = ['kty', 'crv', 'x', 'y', 'd', 'kid'].map((name) => textOf(given, name))
  if (kty !== 'EC' || x === undefined || y === undefined || d === undefined || kid === undefined) return null
  const jwk = { kty, crv: crv ?? 'P-256', x, y, d }
  return crypto.subtle.importKey('jwk', jwk, curve, false, ['sign']).then(
    (key) => ({ kid, key }),
    () => null,
  )
}

export type KeyFault = 'private' | 'unreadable' | 'unsupported'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** Whether a text holds the private half of a key, in any form that we know. Asked before anything else is done with it. */
export function holdsPrivateKey(text: string): boolean {
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return true
  const keys = readJson(text)
  return keys.some((key) => secretMembers.some((member) => Object.hasOwn(key, member)))
}

function readJson(text: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value)) return []
    return Array.isArray(value['keys']) ? value['keys'].filter(isRecord) : [value]
  } catch {
    return []
  }
}

function textOf(key: Record<string, unknown>, name: string): string | undefined {
  const value = key[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

async function readPem(text: string): Promise<PublicJwk | KeyFault> {
  const body = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(text)?.[1]
  if (body === undefined) return 'unreadable'
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (letter) => letter.charCodeAt(0))
    const key = await crypto.subtle
      .importKey('spki', bytes, curve, true, ['verify'])
      .catch(() =>
        crypto.subtle.importKey('spki', bytes, { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['verify']),
      )
    return await toPublic(await crypto.subtle.exportKey('jwk', key))
  } catch {
    return 'unsupported'
  }
}

async function readJwk(key: Record<string, unknown>): Promise<PublicJwk | KeyFault> {
  const [kty, crv, x, y, n, e, kid] = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid'].map((name) =>
    textOf(key, name),
  )
  const named = kid === undefined ? {} : { kid }
  if (kty === 'EC' && crv === 'P-256' && x !== undefined && y !== undefined)
    return toPublic({ kty, crv, x, y, ...named })
  if (kty === 'RSA' && n !== undefined && e !== undefined) return toPublic({ kty, n, e, ...named })
  return kty === undefined ? 'unreadable' : 'unsupported'
}

/** Reads public keys from a JWK, a JWK Set or PEM. A private key is a fault: nobody should get used to handing it over. */
export async function readPublicKeys(text: string): Promise<PublicJwk[] | KeyFault> {
  if (holdsPrivateKey(text)) return 'private'
  const keys = readJson(text)
  if (keys.length === 0) {
    const read = await readPem(text)
    return typeof read === 'string' ? read : [read]
  }
  const read = await Promise.all(keys.map(readJwk))
  const good: PublicJwk[] = []
  for (const each of read) {
    if (typeof each === 'string') return each
    good.push(each)
  }
  return good
}
