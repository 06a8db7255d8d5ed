import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { button, hiddenField, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError, PageOptions } from '#platform/pages/index.ts'
import type { Door, Visit } from './door.ts'
import { noteFactorChange } from './events.ts'
import { addTotp, replaceRecoveryCodes } from './factor-store.ts'
import { mailFactorChanged } from './mails.ts'
import { askToRegister, registerPasskey } from './passkeys.ts'
import { PASSKEY_SCRIPT } from './passkey-script.ts'
import type { SigningPerson } from './person-store.ts'
import { digestRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts'
import { passkeyForm } from './sign-in-pages.ts'
import { findTotpStep, offerTotp, openOffer, sealTotpSecret } from './totp.ts'
import { browserWords } from './words.ts'

/** Where a second factor is set up: within a sign-in, or from the account page. */
export interface EnrolPlace {
  readonly appPath: string
  readonly passkeyPath: string
  readonly lead: string
  readonly foot?: Html
  readonly options?: PageOptions
}

/** Shows the QR code of a new authenticator app. The secret goes along in the form, encrypted, so looking changes nothing. */
export async function showApp(
  door: Door,
  visit: Visit,
  view: {
    readonly person: SigningPerson
    readonly place: EnrolPlace
    readonly secret?: Buffer | null
    readonly errors?: readonly FieldError[]
  },
): Promise<HtmlPage> {
  const { person, place, secret = null, errors = [] } = view
  const offer = await offerTotp(door.services.vault, person, { now: visit.mandate.origin.now, secret })
  const form = html`${hiddenField('offer', offer.sealed)}${textField({ name: 'code', label: 'Code that the app shows', hint: 'Six digits. They change every 30 seconds.', autocomplete: 'one-time-code', look: 'code', inputMode: 'numeric', maxLength: 10 }, errors)}
    <div class="buttons">
      ${button('Confirm')}<a class="button" href="${place.passkeyPath}">Use a passkey instead</a>
    </div>`
  const body = html`<p class="lead">${place.lead}</p>
    <p>Scan this with an authenticator app, or type the key into it.</p>
    ${offer.qrCode}
    <p class="secret">${offer.secretText}</p>
    ${postForm(place.appPath, form)}${place.foot}`
  return showPage('Set up an authenticator app', body, { errors, ...place.options })
}

/** Shows the page that asks the browser for a new passkey. */
export async function showNewPasskey(
  door: Door,
  visit: Visit,
  view: {
    readonly person: SigningPerson
    readonly place: EnrolPlace
    readonly errors?: readonly FieldError[]
  },
): Promise<HtmlPage> {
  const { person, place, errors = [] } = view
  const options = await askToRegister(door.services, visit.mandate, person)
  const label = textField(
    {
      name: 'label',
      label: 'Name of this passkey',
      hint: 'So that you know it again in the list.',
      value: browserWords(visit.trace.userAgent),
      maxLength: 100,
      autocomplete: 'off',
    },
    errors,
  )
  const form = passkeyForm({
    action: place.passkeyPath,
    kind: 'create',
    options,
    label: 'Make a passkey',
    fields: label,
  })
  const body = html`<p class="lead">
      A passkey is kept by your device or password keeper and opened with your fingerprint, your face or a
      PIN. It cannot be phished, and it also signs you in without a password.
    </p>
    ${form}
    <p><a href="${place.appPath}">Use an authenticator app instead</a></p>
    ${place.foot}`
  return showPage('Make a passkey', body, { errors, script: PASSKEY_SCRIPT, ...place.options })
}

/** Confirms a new authenticator app with its first code; the error, or null when it is set up. */
export async function confirmApp(
  door: Door,
  visit: Visit,
  attempt: { readonly person: SigningPerson; readonly offer: string; readonly code: string },
): Promise<{ readonly error: string; readonly secret: Buffer | null } | null> {
  const { vault } = door.services
  const { mandate } = visit
  const { person } = attempt
  const secret = openOffer(vault, person.id, { sealed: attempt.offer, now: mandate.origin.now })
  if (!secret) return { error: 'This page was open for too long. Scan the new code.', secret: null }
  const step = findTotpStep(secret, attempt.code, mandate.origin.now)
  if (step === null)
    return { error: 'That is not the code that the app shows now. Enter the current one.', secret }
  if (!(await addTotp(mandate, person.id, { secret: sealTotpSecret(vault, person.id, secret), step }))) {
    return { error: 'There is an authenticator app already. Remove it first.', secret: null }
  }
  noteFactorChange(mandate, person, { factor: 'totp', how: 'add' })
  await mailFactorChanged(mandate, person, 'an authenticator app was added')
  return null
}

/** Keeps the passkey that the browser made; false when its answer does not hold. */
export async function confirmPasskey(
  door: Door,
  visit: Visit,
  attempt: { readonly person: SigningPerson; readonly response: string; readonly label: string },
): Promise<boolean> {
  const { person, response } = attempt
  const label = attempt.label.trim().slice(0, 100) || 'Passkey'
  if (!(await registerPasskey(door.services, visit.mandate, { personId: person.id, response, label })))
    return false
  noteFactorChange(visit.mandate, person, { factor: 'passkey', how: 'add' })
  await mailFactorChanged(visit.mandate, person, `the passkey "${label}" was added`)
  return true
}

/** Makes ten new recovery codes, the only ones from now on. */
export async function renewRecoveryCodes(door: Door, visit: Visit, person: SigningPerson): Promise<string[]> {
  const codes = makeRecoveryCodes()
  await replaceRecoveryCodes(
    visit.mandate,
    person.id,
    codes.map((code) => digestRecoveryCode(door.services.vault, person.id, code)),
  )
  noteFactorChange(visit.mandate, person, { factor: 'recovery_codes', how: 'renew' })
  return codes
}

/** The one time that recovery codes are shown. */
export function codesPage(codes: readonly string[], onPath: string, options: PageOptions = {}): HtmlPage {
  const body = html`<p class="lead">
      If you lose your device, one of these lets you in instead of your second factor. Each works once.
    </p>
    <ul class="codes">
      ${codes.map((code) => html`<li>${code}</li>`)}
    </ul>
    <p>
      <b>Print them or keep them in your password keeper now.</b> They are not shown again; on your account
      page you can make new ones.
    </p>
    <div class="buttons"><a class="button main" href="${onPath}">I have kept them</a></div>`
  return showPage('Keep your recovery codes', body, options)
}
