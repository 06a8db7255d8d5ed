import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { button, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { newPasswordField } from './account-pages.ts'
import { formText } from './door.ts'
import type { Door, Visit } from './door.ts'
import { notePasswordChange, noteResetRequest, noteSessionsEnded } from './events.ts'
import { mailPasswordChanged, mailReset } from './mails.ts'
import { findNewPasswordFault } from './new-password.ts'
import { contextWords, SHORTEST_ALONE, SHORTEST_BESIDE_FACTOR } from './password-rules.ts'
import { findByEmail, findPerson, keepPassword } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { becomePerson, endOtherSessions } from './session-store.ts'
import { isEmail, normalizeEmail } from './throttle-rules.ts'
import { countRecentTokens, dropTokens, findToken, keepToken, useToken } from './token-store.ts'

const STRANGERS = { identity: 'Whoever forgot the password cannot sign in first.' }
const RESET_SECONDS = 1800
const MAILS_PER_HOUR = 3

function recoverPage(email = '', errors: readonly FieldError[] = []): HtmlPage {
  const form = html`${textField({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', value: email, maxLength: 254, isFocused: true }, errors)}
    <div class="buttons">
      ${button('Send me a link')}<a class="button" href="/signin">Back to sign-in</a>
    </div>`
  return showPage(
    'Set a new password',
    html`<p class="lead">We send a link to your address. It works once, for 30 minutes.</p>
      ${postForm('/recover', form)}`,
    { errors },
  )
}

/** One answer, whether or not the address is known. */
function sentPage(email: string): HtmlPage {
  const body = html`<p class="lead">If ${email} belongs to an account here, a mail is on its way.</p>
    <p>
      Nothing there after five minutes? Look among unwanted mails, or check the address. Your second factor
      stays as it is and is asked for after the new password.
    </p>
    <p><a href="/signin">Back to sign-in</a></p>`
  return showPage('Look into your mails', body)
}

async function askForReset(door: Door, { mandate }: Visit, email: string): Promise<HtmlPage> {
  const person = await findByEmail(mandate, email)
  const recent = await countRecentTokens(mandate, 'password_reset', email)
  // An address that nobody has gets a token too, which nobody is sent: so both answers take the same steps.
  if (recent < MAILS_PER_HOUR) {
    const token = await keepToken(mandate, {
      purpose: 'password_reset',
      lifeSeconds: RESET_SECONDS,
      email,
      personId: person?.isActive ? person.id : null,
    })
    if (person?.isActive) await mailReset(mandate, person, `${door.services.publicOrigin()}/reset/${token}`)
    if (person) noteResetRequest(mandate, person)
  }
  return sentPage(email)
}

const gonePage = () =>
  showPage(
    'This link no longer works',
    html`<p class="lead">It was used already, or its 30 minutes are over.</p>
      <div class="buttons"><a class="button main" href="/recover">Ask for a new link</a></div>`,
    { status: 410 },
  )

const shortestFor = (person: SigningPerson) =>
  person.hasTotp || person.passkeys > 0 ? SHORTEST_BESIDE_FACTOR : SHORTEST_ALONE

function resetPage(token: string, person: SigningPerson, errors: readonly FieldError[] = []): HtmlPage {
  const form = html`<input
      class="unseen"
      type="email"
      value="${person.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="E-mail"
    />${newPasswordField(shortestFor(person), errors)}
    <div class="buttons">${button('Set the new password')}</div>`
  return showPage(
    'Set a new password',
    html`<p class="lead">For ${person.email}. All your sessions end, and you sign in anew.</p>
      ${postForm(`/reset/${token}`, form)}`,
    { errors },
  )
}

async function findOwner({ mandate }: Visit, token: string): Promise<SigningPerson | null> {
  const kept = await findToken(mandate, 'password_reset', token)
  const person = kept?.personId ? await findPerson(mandate, kept.personId) : null
  // Bound to the address that asked: an account whose address changed meanwhile is not opened by the old mailbox.
  return person?.isActive && person.email === kept?.email ? person : null
}

async function setPassword(
  door: Door,
  visit: Visit,
  reset: { readonly token: string; readonly password: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  const person = await findOwner(visit, reset.token)
  if (!person) return gonePage()
  const fault = await findNewPasswordFault(door.services, reset.password, {
    words: contextWords(person.name, person.email),
    hasSecondFactor: person.hasTotp || person.passkeys > 0,
  })
  if (fault !== null) return resetPage(reset.token, person, [{ field: 'password', message: fault }])
  const hash = await door.hasher.hash(reset.password)
  if (!(await useToken(mandate, 'password_reset', reset.token))) return gonePage()
  await becomePerson(mandate, person.id)
  await keepPassword(mandate, person.id, hash)
  await dropTokens(mandate, 'password_reset', person.id)
  await dropTokens(mandate, 'sign_in', person.id)
  const count = await endOtherSessions(mandate, {
    personId: person.id,
    except: null,
    reason: 'password_changed',
  })
  notePasswordChange(mandate, person, 'reset')
  if (count > 0) noteSessionsEnded(mandate, person, { count, reason: 'password_changed' })
  await mailPasswordChanged(mandate, person)
  return redirect('/signin', null)
}

const params = z.strictObject({ token: z.string().max(200) })

/** The way back for whoever forgot the password. */
export function makeRecoverRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: '/recover',
      summary: 'Ask for a new password',
      input: {},
      access: STRANGERS,
      limit: 'page',
      handle: async () => recoverPage(),
    }),
    page({
      method: 'POST',
      path: '/recover',
      summary: 'Send the link to a new password',
      input: { body: z.strictObject({ email: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const email = normalizeEmail(body.email ?? '')
        if (isEmail(email)) return askForReset(door, visit, email)
        return recoverPage(body.email, [
          { field: 'email', message: 'Enter your e-mail address, for example name@company.example.' },
        ])
      },
    }),
    page({
      method: 'GET',
      path: '/reset/:token',
      summary: 'The form of a new password after a mail',
      input: { params },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, ...visit }) => {
        const person = await findOwner(visit, token)
        return person ? resetPage(token, person) : gonePage()
      },
    }),
    page({
      method: 'POST',
      path: '/reset/:token',
      summary: 'Set the new password, once',
      input: { params, body: z.strictObject({ password: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, body, ...visit }) =>
        setPassword(door, visit, { token, password: body.password ?? '' }),
    }),
  ]
}
