import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { toString as toQrCode } from 'qrcode'
import { Html } from '#platform/html.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { Vault } from '#platform/credentials/vault.ts'

const PERIOD_SECONDS = 30
const SECRET_BYTES = 20
/** One step to either side, for clocks that differ (RFC 6238 section 5.2). */
const WINDOW = 1
const ENROLMENT_MS = 30 * 60_000

const placeOf = (personId: string) => placeIn(SEALED_COLUMNS.totpSecret, personId)

function makeTotp(secret: Buffer, account: string): TOTP {
  return new TOTP({
    issuer: 'Liaison',
    label: account,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
  })
}

/** The secret of an authenticator app as it is stored: encrypted, and bound to its person. */
export function sealTotpSecret(vault: Vault, personId: string, secret: Buffer): Buffer {
  return vault.seal(secret, placeOf(personId))
}

/** The 30-second step for which a code is right at this moment; null when it is right for none. */
export function findTotpStep(secret: Buffer, code: string, now: Date): number | null {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const totp = makeTotp(secret, 'account')
  const delta = totp.validate({ token, timestamp: now.getTime(), window: WINDOW })
  return delta === null ? null : totp.counter({ timestamp: now.getTime() }) + delta
}

/** The code that an app shows, or, when that was used, the next one and when it will be taken. */
export function showCode(
  vault: Vault,
  personId: string,
  app: { readonly sealed: Buffer; readonly lastStep: number; readonly now: Date },
): { readonly code: string; readonly waitSeconds: number } {
  const totp = makeTotp(vault.open(app.sealed, placeOf(personId)), 'account')
  const seconds = app.now.getTime() / 1000
  const step = Math.max(totp.counter({ timestamp: app.now.getTime() }), app.lastStep + 1)
  const takenFrom = (step - WINDOW) * PERIOD_SECONDS
  return {
    code: totp.generate({ timestamp: step * PERIOD_SECONDS * 1000 }),
    waitSeconds: Math.max(0, Math.ceil(takenFrom - seconds)),
  }
}

/** The step for a code of the app whose sealed secret is given. */
export function findStepOfSealed(
  vault: Vault,
  personId: string,
  attempt: { readonly sealed: Buffer; readonly code: string; readonly now: Date },
): number | null {
  return findTotpStep(vault.open(attempt.sealed, placeOf(personId)), attempt.code, attempt.now)
}

/** A secret that is offered to a person and kept nowhere but, sealed, in the form that confirms it. */
export interface OfferedTotp {
  readonly sealed: string
  readonly secretText: string
  readonly qrCode: Html
}

const offerPlace = (personId: string) => `totp enrolment ${personId}`

/** Shows a secret again that is in a form already, or makes a new one. */
export async function offerTotp(
  vault: Vault,
  person: { readonly id: string; readonly email: string },
  offer: { readonly now: Date; readonly secret?: Buffer | null },
): Promise<OfferedTotp> {
  const secret = offer.secret ?? randomBytes(SECRET_BYTES)
  const stamp = Buffer.alloc(8)
  stamp.writeBigUInt64BE(BigInt(offer.now.getTime()))
  const totp = makeTotp(secret, person.email)
  const svg = await toQrCode(totp.toString(), { type: 'svg', margin: 0 })
  return {
    sealed: vault.seal(Buffer.concat([stamp, secret]), offerPlace(person.id)).toString('base64url'),
    secretText: (totp.secret.base32.match(/.{1,4}/g) ?? []).join(' '),
    qrCode: new Html(
      svg.replace('<svg ', '<svg class="qr" role="img" aria-label="QR code for the authenticator app" '),
    ),
  }
}

/** The secret in a form that came back; null when it was altered, was another person's, or is older than 30 minutes. */
export function openOffer(
  vault: Vault,
  personId: string,
  offer: { readonly sealed: string; readonly now: Date },
): Buffer | null {
  try {
    const opened = vault.open(Buffer.from(offer.sealed, 'base64url'), offerPlace(personId))
    const age = offer.now.getTime() - Number(opened.readBigUInt64BE(0))
    return age > ENROLMENT_MS ? null : opened.subarray(8)
  } catch {
    return null
  }
}
