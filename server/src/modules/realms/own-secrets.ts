import { z } from 'zod'
import { normalizeEmail } from '#platform/email-address.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate, RealmUser } from '#platform/mandate.ts'
import { button, facts, notice, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  addressFaults,
  checkRealmPassword,
  newPassword,
  passwordFaults,
  renewSession,
  waitFault,
} from './door.ts'
import type { RealmDoor, RealmVisit } from './door.ts'
import {
  countRecentLinks,
  dropLinks,
  endSessions,
  findLink,
  keepHash,
  keepLink,
  moveAddress,
  removeUser,
  useLink,
} from './door-store.ts'
import { noteDeleted, noteLink, notePassword, noteProfile } from './events.ts'
import { mailDeleted, mailMoved, mailNewAddress, mailPasswordSet } from './mails.ts'
import { readLook, realmPath, savedPath, showRealmPage } from './page-kit.ts'
import { formText, linkParams, realmParams } from './shapes.ts'
import { goneRealmLink } from './sign-up.ts'

const OWN = { realmDoor: 'The own password is asked for again, which only the door knows.' }
const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3600
const MAILS_PER_HOUR = 3

type Kind = 'password' | 'address' | 'delete'

const WORDS: Readonly<Record<Kind, { title: string; lead: string; label: string; look: 'main' | 'danger' }>> =
  {
    password: {
      title: 'Change your password',
      lead: 'All your other sessions end.',
      label: 'Change the password',
      look: 'main',
    },
    address: {
      title: 'Change your address',
      lead: 'We send a link to the new address. The old one counts until you open it.',
      label: 'Send me a link',
      look: 'main',
    },
    delete: {
      title: 'Delete your account',
      lead: 'This cannot be undone: your profile and everything that belongs to it is removed for good. A subscription that you have ends now. If you sign up with this address again, what you used of your limits counts on for seven days, and what holds your account for up to a year; until then that is kept without your name or address.',
      label: 'Delete my account for good',
      look: 'danger',
    },
  }

const currentField = (errors: readonly FieldError[]): Html =>
  textField(
    { name: 'current', label: 'Your password', type: 'password', autocomplete: 'current-password' },
    errors,
  )

function fieldsOf(kind: Kind, errors: readonly FieldError[], value: string): Html {
  if (kind === 'password') return html`${currentField(errors)}${newPassword(errors)}`
  if (kind === 'delete') return currentField(errors)
  return html`${textField({ name: 'email', label: 'New e-mail', type: 'email', autocomplete: 'email', maxLength: 254, value }, errors)}${currentField(errors)}`
}

function formPage(
  { mandate }: RealmVisit,
  kind: Kind,
  view: { readonly errors?: readonly FieldError[]; readonly value?: string } = {},
): Promise<HtmlPage> {
  const { errors = [], value = '' } = view
  const { title, lead, label, look } = WORDS[kind]
  const body = html`<p class="lead">${lead}</p>
    ${postForm(
      realmPath(mandate, kind),
      html`${fieldsOf(kind, errors, value)}
        <div class="buttons">
          ${button(label, look)}<a class="button" href="${realmPath(mandate, 'profile')}">Back</a>
        </div>`,
    )}`
  return showRealmPage(mandate, { title, body }, { errors })
}

function signInFirst(mandate: Mandate<'realm_door'>, kind: Kind): HtmlPage {
  return redirect(
    `${realmPath(mandate, 'sign-in')}?return_to=${encodeURIComponent(realmPath(mandate, kind))}`,
  )
}

/** The signed-in user after the own password was shown again; else the page that says why not. */
async function confirm(
  door: RealmDoor,
  visit: RealmVisit,
  form: { readonly kind: Kind; readonly current: string; readonly value?: string },
): Promise<{ readonly user: RealmUser } | { readonly page: HtmlPage }> {
  const user = visit.mandate.session?.user
  if (!user) return { page: signInFirst(visit.mandate, form.kind) }
  const view = form.value === undefined ? {} : { value: form.value }
  const result = await checkRealmPassword(door, visit, {
    email: normalizeEmail(user.email),
    password: form.current,
  })
  if (result.is === 'right') return { user }
  const fault =
    result.is === 'wait'
      ? waitFault(result.seconds)
      : { field: 'current', message: 'This is not your password.' }
  return { page: await formPage(visit, form.kind, { ...view, errors: [fault] }) }
}

async function changePassword(
  door: RealmDoor,
  visit: RealmVisit,
  form: { readonly current: string; readonly password: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  const shown = await confirm(door, visit, { kind: 'password', current: form.current })
  if ('page' in shown) return shown.page
  const { user } = shown
  const errors = await passwordFaults(door, form.password, [mandate.partner.name, user.name, user.email])
  if (errors.length > 0) return formPage(visit, 'password', { errors })
  await keepHash(mandate, user.id, await door.hasher.hash(form.password))
  await dropLinks(mandate, { email: normalizeEmail(user.email), userId: user.id })
  await endSessions(mandate, {
    userId: user.id,
    except: mandate.session?.id ?? null,
    reason: 'password_changed',
  })
  notePassword(mandate, user.id, 'changed')
  await mailPasswordSet(mandate, user.email, {
    what: 'Your password was changed.',
    link: `${door.services.publicOrigin()}${realmPath(mandate, 'recover')}`,
  })
  return { ...redirect(savedPath(mandate, 'password')), realmSession: await renewSession(visit, user) }
}

async function askForAddress(
  door: RealmDoor,
  visit: RealmVisit,
  form: { readonly current: string; readonly email: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  const email = normalizeEmail(form.email)
  const faults = addressFaults(email)
  if (faults.length > 0 && mandate.session)
    return formPage(visit, 'address', { value: form.email, errors: faults })
  const shown = await confirm(door, visit, { kind: 'address', current: form.current, value: form.email })
  if ('page' in shown) return shown.page
  const asked = { purpose: 'change_email', email, seconds: HOUR_SECONDS } as const
  if ((await countRecentLinks(mandate, asked)) < MAILS_PER_HOUR) {
    const token = await keepLink(mandate, {
      purpose: 'change_email',
      email,
      userId: shown.user.id,
      lifeSeconds: DAY_SECONDS,
    })
    await mailNewAddress(
      mandate,
      email,
      `${door.services.publicOrigin()}${realmPath(mandate, `address/${token}`)}`,
    )
    noteLink(mandate, 'change_email')
  }
  const body = html`<p class="lead">A mail to ${email} is on its way. Open the link in it within 24 hours.</p>
    <p><a href="${realmPath(mandate, 'profile')}">Back to your profile</a></p>`
  return showRealmPage(mandate, { title: 'Look into your mails', body })
}

/** A new address counts only where its owner is signed in, so that a link that is passed on moves no account. */
async function takeAddress(visit: RealmVisit, token: string): Promise<HtmlPage> {
  const { mandate } = visit
  const user = mandate.session?.user
  const wanted = { purposes: ['change_email'] as const, token }
  const link = await findLink(mandate, wanted)
  if (!user || link?.userId !== user.id) return goneRealmLink(visit)
  if (!(await moveAddress(mandate, user.id, link.email))) return goneRealmLink(visit)
  await useLink(mandate, wanted)
  noteProfile(mandate, user.id, 'email')
  await mailMoved(mandate, user.email, (await readLook(mandate)).branding)
  return redirect(savedPath(mandate, 'address'))
}

async function showAddress(visit: RealmVisit, token: string): Promise<HtmlPage> {
  const { mandate } = visit
  const link = await findLink(mandate, { purposes: ['change_email'], token })
  if (!link) return goneRealmLink(visit)
  if (mandate.session && mandate.session.user.id !== link.userId)
    return showRealmPage(mandate, {
      title: 'Confirm your new address',
      body: html`${notice('info', html`<p>This link is for another account than ${mandate.session.user.email}. Sign out, then open the link again and sign in to the account whose address changes.</p>`)}
        <div class="buttons">
          <a class="button main" href="${realmPath(mandate, 'sign-out')}">Sign out</a
          ><a class="button" href="${realmPath(mandate, 'profile')}">Back to your profile</a>
        </div>`,
    })
  if (!mandate.session)
    return showRealmPage(mandate, {
      title: 'Confirm your new address',
      body: html`${notice('info', html`<p>Sign in to your account first; this page opens again by itself.</p>`)}
        <div class="buttons">
          <a
            class="button main"
            href="${realmPath(mandate, 'sign-in')}?return_to=${encodeURIComponent(realmPath(mandate, `address/${token}`))}"
            >Sign in</a
          >
        </div>`,
    })
  const body = html`${facts([['New e-mail', link.email]])}${postForm(realmPath(mandate, `address/${token}`), html`<div class="buttons">${button('Use this address')}</div>`)}`
  return showRealmPage(mandate, { title: 'Confirm your new address', body })
}

async function deleteAccount(door: RealmDoor, visit: RealmVisit, current: string): Promise<HtmlPage> {
  const { mandate } = visit
  const shown = await confirm(door, visit, { kind: 'delete', current })
  if ('page' in shown) return shown.page
  await mailDeleted(mandate, shown.user.email)
  await removeUser(mandate, shown.user.id)
  noteDeleted(mandate, shown.user.id)
  return showRealmPage(
    mandate,
    {
      title: 'Your account is deleted',
      body: html`<p class="lead">Your profile and your plan are gone.</p>
        <div class="buttons"><a class="button" href="${realmPath(mandate)}">Back to the start</a></div>`,
    },
    { session: null },
  )
}

function getForms(): Route[] {
  return (['password', 'address', 'delete'] as const).map((kind) =>
    page({
      method: 'GET',
      path: `/p/:slug/${kind}`,
      summary: WORDS[kind].title,
      input: { params: realmParams },
      access: OWN,
      limit: 'page',
      handle: async (visit) =>
        visit.mandate.session ? formPage(visit, kind) : signInFirst(visit.mandate, kind),
    }),
  )
}

const addressRoutes: readonly Route[] = [
  page({
    method: 'GET',
    path: '/p/:slug/address/:token',
    summary: 'Confirm a new address',
    input: { params: linkParams },
    access: OWN,
    limit: 'stranger',
    handle: async ({ params, ...visit }) => showAddress(visit, params.token),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/address/:token',
    summary: 'Use the new address, once',
    input: { params: linkParams },
    access: OWN,
    limit: 'stranger',
    handle: async ({ params, ...visit }) => takeAddress(visit, params.token),
  }),
]

/** What asks for the own password again: another password, another address, and the end of the account. */
export function makeOwnSecretRoutes(door: RealmDoor): Route[] {
  return [
    ...getForms(),
    page({
      method: 'POST',
      path: '/p/:slug/password',
      summary: 'Change the own password in a realm',
      input: { params: realmParams, body: z.strictObject({ current: formText(), password: formText() }) },
      access: OWN,
      limit: 'stranger',
      handle: async ({ body, ...visit }) =>
        changePassword(door, visit, { current: body.current ?? '', password: body.password ?? '' }),
    }),
    page({
      method: 'POST',
      path: '/p/:slug/address',
      summary: 'Send the link that confirms a new address',
      input: { params: realmParams, body: z.strictObject({ current: formText(), email: formText() }) },
      access: OWN,
      limit: 'stranger',
      handle: async ({ body, ...visit }) =>
        askForAddress(door, visit, { current: body.current ?? '', email: body.email ?? '' }),
    }),
    ...addressRoutes,
    page({
      method: 'POST',
      path: '/p/:slug/delete',
      summary: 'Delete the own account in a realm',
      input: { params: realmParams, body: z.strictObject({ current: formText() }) },
      access: OWN,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => deleteAccount(door, visit, body.current ?? ''),
    }),
  ]
}
