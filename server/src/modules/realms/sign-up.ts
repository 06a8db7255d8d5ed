import { z } from 'zod'
import { normalizeEmail } from '#platform/email-address.ts'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { button, facts, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { addressFaults, addressField, enterRealm, newPassword, passwordFaults } from './door.ts'
import type { RealmDoor, RealmVisit } from './door.ts'
import {
  addUser,
  countRecentLinks,
  dropLinks,
  findByEmail,
  findLink,
  keepHash,
  keepLink,
  useLink,
} from './door-store.ts'
import { noteLink, noteSignUp } from './events.ts'
import { mailKnown, mailSignUp } from './mails.ts'
import { readLook, realmPath, showRealmPage } from './page-kit.ts'
import { formText, linkParams, realmParams } from './shapes.ts'

const STRANGERS = { realmDoor: 'Whoever signs up has no account yet.' }
const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3600
const MAILS_PER_HOUR = 3

/** The links that make an account now: where the partner closed sign-up, one that was begun before makes none. */
async function purposesOf({ mandate }: RealmVisit): Promise<readonly ('sign_up' | 'invitation')[]> {
  return (await isOpen(mandate)) ? ['sign_up', 'invitation'] : ['invitation']
}

async function isOpen(mandate: RealmVisit['mandate']): Promise<boolean> {
  return (await readLook(mandate)).policies.sign_up === 'open'
}

async function signUpPage(
  { mandate }: RealmVisit,
  email = '',
  errors: readonly FieldError[] = [],
): Promise<HtmlPage> {
  const fields = html`${addressField(email, errors)}
    <div class="buttons">
      ${button('Send me a link')}<a class="button" href="${realmPath(mandate, 'sign-in')}">Back to sign-in</a>
    </div>`
  const body = html`<p class="lead">We send a link to your address. You choose your password there.</p>
    ${postForm(realmPath(mandate, 'sign-up'), fields)}`
  return showRealmPage(mandate, { title: 'Sign up', body }, { errors })
}

function closedPage({ mandate }: RealmVisit): Promise<HtmlPage> {
  const body = html`<p class="lead">New accounts are made by invitation only.</p>
    <div class="buttons"><a class="button main" href="${realmPath(mandate, 'sign-in')}">Sign in</a></div>`
  return showRealmPage(mandate, { title: 'Sign up', body }, { status: 403 })
}

/** One answer and the same steps, whether or not the address has an account. */
async function askForAccount(door: RealmDoor, visit: RealmVisit, email: string): Promise<HtmlPage> {
  const { mandate } = visit
  const known = await findByEmail(mandate, email)
  const asked = { purpose: 'sign_up', email, seconds: HOUR_SECONDS } as const
  if ((await countRecentLinks(mandate, asked)) < MAILS_PER_HOUR) {
    const token = await keepLink(mandate, { purpose: 'sign_up', email, lifeSeconds: DAY_SECONDS })
    const origin = door.services.publicOrigin()
    if (known) await mailKnown(mandate, email, `${origin}${realmPath(mandate, 'sign-in')}`)
    else await mailSignUp(mandate, email, `${origin}${realmPath(mandate, `verify/${token}`)}`)
    noteLink(mandate, 'sign_up')
  }
  const body = html`<p class="lead">A mail to ${email} is on its way.</p>
    <p>
      Open the link in it within 24 hours. Nothing there after five minutes? Look among unwanted mails, or
      check the address.
    </p>
    <p><a href="${realmPath(mandate, 'sign-in')}">Back to sign-in</a></p>`
  return showRealmPage(mandate, { title: 'Look into your mails', body })
}

/** What a link shows that does not work in this realm, for whatever reason. */
export function goneRealmLink({ mandate }: RealmVisit): Promise<HtmlPage> {
  const body = html`<p class="lead">It was used already, its time is over, or it was never made here.</p>
    <div class="buttons">
      <a class="button main" href="${realmPath(mandate, 'sign-in')}">Go to sign-in</a>
    </div>`
  return showRealmPage(mandate, { title: 'This link no longer works', body }, { status: 410 })
}

function choosePage(
  { mandate }: RealmVisit,
  view: {
    readonly token: string
    readonly email: string
    readonly name?: string
    readonly errors?: readonly FieldError[]
  },
): Promise<HtmlPage> {
  const { token, email, name = '', errors = [] } = view
  const fields = html`${textField({ name: 'name', label: 'Name', autocomplete: 'name', maxLength: 200, value: name, isFocused: true }, errors)}${newPassword(errors)}
    <div class="buttons">${button('Make my account')}</div>`
  const body = html`${facts([['E-mail', email]])}${postForm(realmPath(mandate, `verify/${token}`), fields)}`
  return showRealmPage(mandate, { title: 'Choose a password', body }, { errors })
}

/** Why a link makes no account: it does not work, or the realm takes no sign-ups any more. */
async function noAccount(visit: RealmVisit, token: string): Promise<HtmlPage> {
  const begun = await findLink(visit.mandate, { purposes: ['sign_up'], token })
  return begun ? closedPage(visit) : goneRealmLink(visit)
}

async function makeAccount(
  door: RealmDoor,
  visit: RealmVisit,
  form: { readonly token: string; readonly name: string; readonly password: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  const { token, password } = form
  const name = form.name.trim().slice(0, 200)
  const purposes = await purposesOf(visit)
  const link = await findLink(mandate, { purposes, token })
  if (!link) return noAccount(visit, token)
  const errors = [
    ...(name === '' ? [{ field: 'name', message: 'Enter your name.' }] : []),
    ...(await passwordFaults(door, password, [mandate.partner.name, name, link.email])),
  ]
  if (errors.length > 0) return choosePage(visit, { token, email: link.email, name, errors })
  const hash = await door.hasher.hash(password)
  const used = await useLink(mandate, { purposes, token })
  if (!used) return goneRealmLink(visit)
  const role = used.role ?? 'guest'
  const id = await addUser(mandate, { email: used.email, name, role })
  // The address has an account meanwhile: its password is not this form's to set.
  if (id === null) return redirect(realmPath(mandate, 'sign-in'))
  await keepHash(mandate, id, hash)
  await dropLinks(mandate, { email: used.email, userId: id })
  noteSignUp(mandate, id, role)
  return enterRealm(visit, { id, role })
}

/** Signing up to a realm: an address that is confirmed, then a password. */
export function makeRealmSignUpRoutes(door: RealmDoor): Route[] {
  return [
    page({
      method: 'GET',
      path: '/p/:slug/sign-up',
      summary: 'Sign up to a realm',
      input: { params: realmParams },
      access: STRANGERS,
      limit: 'page',
      handle: async (visit) => ((await isOpen(visit.mandate)) ? signUpPage(visit) : closedPage(visit)),
    }),
    page({
      method: 'POST',
      path: '/p/:slug/sign-up',
      summary: 'Send the link that confirms an address',
      input: { params: realmParams, body: z.strictObject({ email: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        if (!(await isOpen(visit.mandate))) return closedPage(visit)
        const email = normalizeEmail(body.email ?? '')
        const errors = addressFaults(email)
        return errors.length > 0 ? signUpPage(visit, body.email, errors) : askForAccount(door, visit, email)
      },
    }),
    page({
      method: 'GET',
      path: '/p/:slug/verify/:token',
      summary: 'Choose the password of a new account',
      input: { params: linkParams },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, ...visit }) => {
        const link = await findLink(visit.mandate, { purposes: await purposesOf(visit), token })
        return link ? choosePage(visit, { token, email: link.email }) : noAccount(visit, token)
      },
    }),
    page({
      method: 'POST',
      path: '/p/:slug/verify/:token',
      summary: 'Make the account, once',
      input: { params: linkParams, body: z.strictObject({ name: formText(200), password: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, body, ...visit }) =>
        makeAccount(door, visit, { token, name: body.name ?? '', password: body.password ?? '' }),
    }),
  ]
}
