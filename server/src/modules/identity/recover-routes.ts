import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import { Chosen, withLanguage } from '#platform/words/page-language.ts'
import { button, inLanguages, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { isEmail, normalizeEmail } from '#platform/email-address.ts'
import { newPasswordField } from './account-pages.ts'
import { formText, readingFor } from './door.ts'
import type { Door, Visit } from './door.ts'
import { notePasswordChange, noteResetRequest, noteSessionsEnded } from './events.ts'
import { mailPasswordChanged, mailReset, ownOr } from './mails.ts'
import { findNewPasswordFault } from './new-password.ts'
import { contextWords, SHORTEST_ALONE, SHORTEST_BESIDE_FACTOR } from './password-rules.ts'
import { findByEmail, findOrganisationNames, findPerson, keepPassword } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { becomePerson, endOtherSessions } from './session-store.ts'
import { IDENTITY_WORDS } from './words/index.ts'
import { countRecentTokens, dropTokens, findToken, keepToken, useToken } from './token-store.ts'

const STRANGERS = { identity: 'Whoever forgot the password cannot sign in first.' }
const RESET_SECONDS = 1800
/** As many links as work at once: whoever is sent none any more has three that do, whoever asked for them. */
const MOST_LINKS = 3

function recoverPage(reading: Reading, email = '', errors: readonly FieldError[] = []): HtmlPage {
  const { chosen } = reading
  const words = IDENTITY_WORDS[reading.language]
  const form = html`${textField({ name: 'email', label: words.email, type: 'email', autocomplete: 'username', value: email, maxLength: 254, isFocused: true }, errors)}
    <div class="buttons">
      ${button(words.recover.send)}<a class="button" href="${withLanguage('/signin', chosen)}"
        >${words.backToSignIn}</a
      >
    </div>`
  return showPage(
    words.recover.title,
    html`<p class="lead">${words.recover.lead}</p>
      ${postForm(withLanguage('/recover', chosen), form)}`,
    { errors, ...inLanguages(reading, '/recover') },
  )
}

/** One answer, whether or not the address is known. */
function sentPage({ language, chosen }: Reading, email: string): HtmlPage {
  const words = IDENTITY_WORDS[language]
  const body = html`<p class="lead">${words.recover.sent(email)}</p>
    <p>${words.recover.nothing}</p>
    <p><a href="${withLanguage('/signin', chosen)}">${words.backToSignIn}</a></p>`
  return showPage(words.recover.sentTitle, body, { language })
}

async function askForReset(door: Door, { mandate, reading }: Visit, email: string): Promise<HtmlPage> {
  const person = await findByEmail(mandate, email)
  const asked = { purpose: 'password_reset', email, seconds: RESET_SECONDS } as const
  const recent = await countRecentTokens(mandate, asked)
  // An address that nobody has gets a token too, which nobody is sent: so both answers take the same steps.
  if (recent < MOST_LINKS) {
    const token = await keepToken(mandate, {
      purpose: 'password_reset',
      lifeSeconds: RESET_SECONDS,
      email,
      personId: person?.isActive ? person.id : null,
    })
    const link = withLanguage(`${door.services.publicOrigin()}/reset/${token}`, reading.chosen)
    if (person?.isActive) await mailReset(mandate, ownOr(reading, person), link)
    if (person) noteResetRequest(mandate, person)
  }
  return sentPage(reading, email)
}

function gonePage({ language, chosen }: Reading): HtmlPage {
  const { recover } = IDENTITY_WORDS[language]
  return showPage(
    recover.goneTitle,
    html`<p class="lead">${recover.gone}</p>
      <div class="buttons">
        <a class="button main" href="${withLanguage('/recover', chosen)}">${recover.again}</a>
      </div>`,
    { status: 410, language },
  )
}

const shortestFor = (person: SigningPerson) =>
  person.hasTotp || person.passkeys > 0 ? SHORTEST_BESIDE_FACTOR : SHORTEST_ALONE

interface ResetView {
  readonly token: string
  readonly person: SigningPerson
  readonly reading: Reading
  readonly errors?: readonly FieldError[]
}

function resetPage({ token, person, reading, errors = [] }: ResetView): HtmlPage {
  const words = IDENTITY_WORDS[reading.language]
  const form = html`<input
      class="unseen"
      type="email"
      value="${person.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="${words.email}"
    />${newPasswordField(shortestFor(person), errors, words)}
    <div class="buttons">${button(words.recover.set)}</div>`
  return showPage(
    words.recover.title,
    html`<p class="lead">${words.recover.whose(person.email)}</p>
      ${postForm(withLanguage(`/reset/${token}`, reading.chosen), form)}`,
    { errors, ...inLanguages(reading, `/reset/${token}`) },
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
  if (!person) return gonePage(visit.reading)
  const reading = readingFor(visit, person)
  // The link is the evidence; nothing but a password comes of it.
  await becomePerson(mandate, person.id)
  const fault = await findNewPasswordFault(door.services, reset.password, {
    words: contextWords(person.name, person.email, ...(await findOrganisationNames(mandate))),
    hasSecondFactor: person.hasTotp || person.passkeys > 0,
    language: reading.language,
  })
  if (fault !== null)
    return resetPage({
      token: reset.token,
      person,
      reading,
      errors: [{ field: 'password', message: fault }],
    })
  const hash = await door.hasher.hash(reset.password)
  if (!(await useToken(mandate, 'password_reset', reset.token))) return gonePage(reading)
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
  await mailPasswordChanged(mandate, ownOr(reading, person))
  return redirect(withLanguage('/signin', reading.chosen), null)
}

const params = z.strictObject({ token: z.string().max(200) })

function askingRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: '/recover',
      summary: 'Ask for a new password',
      isTranslated: true,
      input: { query: z.strictObject(Chosen) },
      access: STRANGERS,
      limit: 'page',
      handle: async ({ reading }) => recoverPage(reading),
    }),
    page({
      method: 'POST',
      path: '/recover',
      summary: 'Send the link to a new password',
      isTranslated: true,
      input: { query: z.strictObject(Chosen), body: z.strictObject({ email: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const email = normalizeEmail(body.email ?? '')
        if (isEmail(email)) return askForReset(door, visit, email)
        return recoverPage(visit.reading, body.email, [
          { field: 'email', message: IDENTITY_WORDS[visit.reading.language].emailMissing },
        ])
      },
    }),
  ]
}

function settingRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: '/reset/:token',
      summary: 'The form of a new password after a mail',
      isTranslated: true,
      input: { params, query: z.strictObject(Chosen) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, ...visit }) => {
        const person = await findOwner(visit, token)
        return person
          ? resetPage({ token, person, reading: readingFor(visit, person) })
          : gonePage(visit.reading)
      },
    }),
    page({
      method: 'POST',
      path: '/reset/:token',
      summary: 'Set the new password, once',
      isTranslated: true,
      input: {
        params,
        query: z.strictObject(Chosen),
        body: z.strictObject({ password: formText() }),
      },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, body, ...visit }) =>
        setPassword(door, visit, { token, password: body.password ?? '' }),
    }),
  ]
}

/** The way back for whoever forgot the password. */
export function makeRecoverRoutes(door: Door): Route[] {
  return [...askingRoutes(door), ...settingRoutes(door)]
}
