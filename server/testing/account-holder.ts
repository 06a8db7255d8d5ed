import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { sealTotpSecret } from '#modules/identity/index.ts'
import { quickHash } from './quick-hash.ts'
import type { SeededPerson, TestWorld } from './world.ts'

/** The password of every seeded account. */
export const PASSWORD = 'violet anchors drift home'

/** Another password that the rules take. */
export const NEW_PASSWORD = 'seven lanterns over grey water'

const HASH = quickHash(PASSWORD)

/** A person with a password and no second factor. */
export async function seedAccount(world: TestWorld): Promise<SeededPerson> {
  const person = await world.person()
  await world.seed('insert into password_credential (person_id, hash) values ($1, $2)', [person.id, HASH])
  return person
}

/** Gives a person an authenticator app; returns its seed. */
export async function addApp(world: TestWorld, personId: string): Promise<Buffer> {
  const seed = randomBytes(20)
  await world.seed('insert into totp_factor (person_id, secret, confirmed_at) values ($1, $2, now())', [
    personId,
    sealTotpSecret(world.app.services.vault, personId, seed),
  ])
  return seed
}

/** The code that the app with this seed shows now, or so many seconds from now. */
export function codeOf(seed: Buffer, offsetSeconds = 0): string {
  const totp = new TOTP({ secret: new Secret({ buffer: new Uint8Array(seed).buffer }) })
  return totp.generate({ timestamp: (totp.counter() * totp.period + offsetSeconds) * 1000 })
}

/** The code that an app shows whose key was typed from a page. */
export function codeOfKey(key: string): string {
  return new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate()
}

/** A mail that waits to be sent. */
export interface WaitingMail extends Record<string, unknown> {
  readonly subject: string
  readonly text: string
}

/** The mails to one address, oldest first. */
export async function mailsTo(world: TestWorld, email: string): Promise<WaitingMail[]> {
  const rows = await world.sql<{ payload: WaitingMail }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
    [email],
  )
  return rows.map(({ payload }) => payload)
}

/** The path of the link in a mail. */
export function linkIn(mail: WaitingMail | undefined): string {
  return /http:\/\/localhost:3000(\/\S+)/.exec(mail?.text ?? '')?.[1] ?? ''
}
