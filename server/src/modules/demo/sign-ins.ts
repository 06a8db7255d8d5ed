import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { z } from 'zod'
import type { Vault } from '#platform/credentials/vault.ts'
import type { DemoPerson } from './people.ts'

const SignIn = z.strictObject({
  name: z.string(),
  email: z.string(),
  role: z.string(),
  password: z.string(),
  totp_secret: z.string(),
  recovery_codes: z.array(z.string()),
})

const ApiClient = z.strictObject({
  client_id: z.string(),
  name: z.string(),
  private_jwk: z.record(z.string(), z.unknown()),
})

const RealmSignIn = z.strictObject({
  realm: z.string(),
  email: z.string(),
  password: z.string(),
  role: z.string(),
})

const FormToken = z.strictObject({ agency: z.string(), form: z.string(), token: z.string() })

const DemoFile = z.strictObject({
  loaded_at: z.string(),
  sign_ins: z.array(SignIn),
  /** Those of end users, on the sign-in page of their own realm. */
  realm_sign_ins: z.array(RealmSignIn).default([]),
  ingest_key: z.string(),
  /** What a gateway before the provider's API sends to have its calls decided. */
  gateway_credential: z.string().default(''),
  api_clients: z.array(ApiClient),
  /** What opens the forms of agencies: the public name of each form and its token. */
  form_tokens: z.array(FormToken).default([]),
  partners: z.record(z.string(), z.string()),
  tenants: z.record(z.string(), z.string()),
  links: z.record(z.string(), z.string()),
})

/** One person of the demo world with everything that a sign-in takes. */
export type DemoSignIn = z.output<typeof SignIn>

/** One end user of the demo world's realm with everything that a sign-in takes. */
export type DemoRealmSignIn = z.output<typeof RealmSignIn>

/** An API client of the demo world with the private half of its key, which nobody else has. */
export type DemoClient = z.output<typeof ApiClient>

/** What `demo.json` holds: the sign-ins, an ingest key, and the public ids by slug. */
export type DemoFileBody = z.output<typeof DemoFile>

const FILE = 'demo.json'
const WORDS = [
  'amber',
  'basil',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'harbor',
  'indigo',
  'juniper',
  'kelp',
  'lagoon',
  'maple',
  'nectar',
  'olive',
  'pebble',
]
const CODE_ALPHABET = 'abcdefghjkmnpqrstvwxyz23456789'
const RECOVERY_CODES = 10

function digest(vault: Vault, purpose: string): Buffer {
  return createHmac('sha256', vault.deriveKey('demo sign-ins')).update(purpose).digest()
}

/** One pass phrase for all demo sign-ins: unknown outside this installation, easy to type inside it. */
function derivePassword(vault: Vault): string {
  const words = [...digest(vault, 'password').subarray(0, 4)].map((byte) => WORDS[byte % WORDS.length] ?? '')
  return words.join('-')
}

function deriveRecoveryCode(vault: Vault, email: string, index: number): string {
  const letters = [...digest(vault, `recovery ${email} ${index}`).subarray(0, 10)].map(
    (byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length] ?? '',
  )
  return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`
}

/** The second-factor seed of a person, 20 bytes (RFC 4226 section 4). */
export function deriveTotpSecret(vault: Vault, email: string): Buffer {
  return digest(vault, `totp ${email}`).subarray(0, 20)
}

/** A random-looking text for a key of this installation, in unpadded base64url. */
export function deriveKeyText(vault: Vault, purpose: string): Buffer {
  return digest(vault, purpose)
}

/** The sign-in of one person, derived from the secret of the installation. */
export function deriveSignIn(vault: Vault, person: DemoPerson): DemoSignIn {
  const secret = deriveTotpSecret(vault, person.email)
  return {
    name: person.name,
    email: person.email,
    role: person.role,
    password: derivePassword(vault),
    totp_secret: new Secret({ buffer: Uint8Array.from(secret).buffer }).base32,
    recovery_codes: Array.from({ length: RECOVERY_CODES }, (_, index) =>
      deriveRecoveryCode(vault, person.email, index),
    ),
  }
}

/** Keeps what the demo world gave out, readable by the owner of the data directory alone. */
export async function writeDemoFile(dataDir: string, body: DemoFileBody): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(body, null, 2)}\n`, { mode: 0o600 })
  await chmod(`${path}.new`, 0o600)
  await rename(`${path}.new`, path)
}

/** What the demo world of this data directory gave out; null when none was loaded here. */
export function readDemoFile(dataDir: string): DemoFileBody | null {
  let text: string
  try {
    text = readFileSync(join(dataDir, FILE), 'utf8')
  } catch {
    return null
  }
  return DemoFile.parse(JSON.parse(text))
}

/** The people who can sign in to the demo world of this data directory; empty when none was loaded here. */
export function readDemoSignIns(dataDir: string): readonly DemoSignIn[] {
  return readDemoFile(dataDir)?.sign_ins ?? []
}

/** The end users who can sign in to the realms of the demo world of this data directory. */
export function readDemoRealmSignIns(dataDir: string): readonly DemoRealmSignIn[] {
  return readDemoFile(dataDir)?.realm_sign_ins ?? []
}

/** The six digits that the person's authenticator shows at this moment (RFC 6238). */
export function demoCode(signIn: Pick<DemoSignIn, 'totp_secret'>, now: Date): string {
  return TOTP.generate({ secret: Secret.fromBase32(signIn.totp_secret), timestamp: now.getTime() })
}
