import { firstSigns } from '#platform/first-signs.ts'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import { button, hiddenField, inLanguages, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError, PageOptions } from '#platform/pages/index.ts'
import type { Door, Visit } from './door.ts'
import { noteFactorChange } from './events.ts'
import { addTotp, replaceRecoveryCodes } from './factor-store.ts'
import { mailFactorChanged, ownOr } from './mails.ts'
import { askToRegister, registerPasskey } from './passkeys.ts'
import { PASSKEY_SCRIPT } from './passkey-script.ts'
import type { SigningPerson } from './person-store.ts'
import { digestRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts'
import { passkeyForm } from './sign-in-pages.ts'
import { findTotpStep, offerTotp, openOffer, sealTotpSecret } from './totp.ts'
import { browserWords } from './words.ts'
import { IDENTITY_WORDS } from './words/index.ts'

/** Where a second factor is set up: within a sign-in, or from the account page. */
export interface EnrolPlace {
  readonly reading: Reading
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
  const { enrol } = IDENTITY_WORDS[place.reading.language]
  const offer = await offerTotp(door.services.vault, person, { now: visit.mandate.origin.now, secret })
  const form = html`${hiddenField('offer', offer.sealed)}${textField({ name: 'code', label: enrol.appCode, hint: enrol.appCodeHint, autocomplete: 'one-time-code', look: 'code', inputMode: 'numeric', maxLength: 10 }, errors)}
    <div class="buttons">
      ${button(enrol.confirm)}<a class="button" href="${place.passkeyPath}">${enrol.passkeyInstead}</a>
    </div>`
  const body = html`<p class="lead">${place.lead}</p>
    <p>${enrol.scan}</p>
    ${offer.qrCode}
    <p class="secret">${offer.secretText}</p>
    ${postForm(place.appPath, form)}${place.foot}`
  return showPage(enrol.app, body, { errors, ...inLanguages(place.reading, place.appPath), ...place.options })
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
  const { language } = place.reading
  const words = IDENTITY_WORDS[language]
  const { enrol } = words
  const options = await askToRegister(door.services, visit.mandate, person)
  const label = textField(
    {
      name: 'label',
      label: enrol.passkeyName,
      hint: enrol.passkeyHint,
      value: browserWords(visit.trace.userAgent, language),
      maxLength: 100,
      autocomplete: 'off',
    },
    errors,
  )
  const form = passkeyForm({
    action: place.passkeyPath,
    kind: 'create',
    options,
    words,
    label: enrol.passkey,
    fields: label,
  })
  const body = html`<p class="lead">${enrol.passkeyLead}</p>
    ${form}
    <p><a href="${place.appPath}">${enrol.appInstead}</a></p>
    ${place.foot}`
  return showPage(enrol.passkey, body, {
    errors,
    script: PASSKEY_SCRIPT,
    ...inLanguages(place.reading, place.passkeyPath),
    ...place.options,
  })
}

/** Confirms a new authenticator app with its first code; the error, or null when it is set up. */
export async function confirmApp(
  door: Door,
  visit: Visit,
  attempt: {
    readonly person: SigningPerson
    readonly reading: Reading
    readonly offer: string
    readonly code: string
  },
): Promise<{ readonly error: string; readonly secret: Buffer | null } | null> {
  const { vault } = door.services
  const { mandate } = visit
  const { person, reading } = attempt
  const { enrol } = IDENTITY_WORDS[reading.language]
  const secret = openOffer(vault, person.id, { sealed: attempt.offer, now: mandate.origin.now })
  if (!secret) return { error: enrol.openTooLong, secret: null }
  const step = findTotpStep(secret, attempt.code, mandate.origin.now)
  if (step === null) return { error: enrol.notNow, secret }
  if (!(await addTotp(mandate, person.id, { secret: sealTotpSecret(vault, person.id, secret), step }))) {
    return { error: enrol.oneAlready, secret: null }
  }
  noteFactorChange(mandate, person, { factor: 'totp', how: 'add' })
  await mailFactorChanged(mandate, ownOr(reading, person), { is: 'app_added' })
  return null
}

/** Keeps the passkey that the browser made; false when its answer does not hold. */
export async function confirmPasskey(
  door: Door,
  visit: Visit,
  attempt: {
    readonly person: SigningPerson
    readonly reading: Reading
    readonly response: string
    readonly label: string
  },
): Promise<boolean> {
  const { person, reading, response } = attempt
  const label = firstSigns(attempt.label.trim(), 100) || 'Passkey'
  if (!(await registerPasskey(door.services, visit.mandate, { personId: person.id, response, label })))
    return false
  noteFactorChange(visit.mandate, person, { factor: 'passkey', how: 'add' })
  await mailFactorChanged(visit.mandate, ownOr(reading, person), { is: 'passkey_added', label })
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
export function codesPage(
  codes: readonly string[],
  onPath: string,
  { reading, ...options }: PageOptions & { readonly reading: Reading },
): HtmlPage {
  const words = IDENTITY_WORDS[reading.language].codes
  const body = html`<p class="lead">${words.lead}</p>
    <ul class="codes">
      ${codes.map((code) => html`<li>${code}</li>`)}
    </ul>
    <p><b>${words.keep}</b> ${words.once}</p>
    <div class="buttons"><a class="button main" href="${onPath}">${words.kept}</a></div>`
  return showPage(words.title, body, { language: reading.language, ...options })
}
