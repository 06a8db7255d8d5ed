import { z } from 'zod'
import { normalizeEmail } from '#platform/email-address.ts'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { button, postForm } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { addressFaults, addressField, newPassword, passwordFaults } from './door.ts'
import type { RealmDoor, RealmVisit } from './door.ts'
import {
  becomeUser,
  countRecentLinks,
  dropLinks,
  endSessions,
  findByEmail,
  findById,
  findLink,
  keepHash,
  keepLink,
  useLink,
} from './door-store.ts'
import type { SigningUser } from './door-store.ts'
import { noteLink, notePassword, noteSessionsEnded } from './events.ts'
import { mailPasswordSet, mailReset } from './mails.ts'
import { realmPath, showRealmPage } from './page-kit.ts'
import { formText, linkParams, realmParams } from './shapes.ts'
import { goneRealmLink } from './sign-up.ts'

const STRANGERS = { realmDoor: 'Whoever forgot the password cannot sign in first.' }
const RESET_SECONDS = 1800
/** As many links as work at once: whoever is sent none any more has three that do, whoever asked for them. */
const MOST_LINKS = 3

function recoverPage(
  { mandate }: RealmVisit,
  email = '',
  errors: readonly FieldError[] = [],
): Promise<HtmlPage> {
  const fields = html`${addressField(email, errors)}
    <div class="buttons">
      ${button('Send me a link')}<a class="button" href="${realmPath(mandate, 'sign-in')}">Back to sign-in</a>
    </div>`
  const body = html`<p class="lead">We send a link to your address. It works once, for 30 minutes.</p>
    ${postForm(realmPath(mandate, 'recover'), fields)}`
  return showRealmPage(mandate, { title: 'Set a new password', body }, { errors })
}

/** One answer and the same steps, whether or not the address has an account. */
async function askForReset(door: RealmDoor, { mandate }: RealmVisit, email: string): Promise<HtmlPage> {
  const user = await findByEmail(mandate, email)
  const asked = { purpose: 'reset', email, seconds: RESET_SECONDS } as const
  if ((await countRecentLinks(mandate, asked)) < MOST_LINKS) {
    const isLive = user !== null && user.status !== 'inactive'
    const token = await keepLink(mandate, {
      purpose: 'reset',
      email,
      userId: isLive ? user.id : null,
      lifeSeconds: RESET_SECONDS,
    })
    if (isLive)
      await mailReset(
        mandate,
        user.email,
        `${door.services.publicOrigin()}${realmPath(mandate, `reset/${token}`)}`,
      )
    noteLink(mandate, 'reset')
  }
  const body = html`<p class="lead">If ${email} belongs to an account here, a mail is on its way.</p>
    <p><a href="${realmPath(mandate, 'sign-in')}">Back to sign-in</a></p>`
  return showRealmPage(mandate, { title: 'Look into your mails', body })
}

async function findOwner({ mandate }: RealmVisit, token: string): Promise<SigningUser | null> {
  const link = await findLink(mandate, { purposes: ['reset'], token })
  const user = link?.userId ? await findById(mandate, link.userId) : null
  // Bound to the address that asked: an account whose address changed meanwhile is not opened by the old mailbox.
  return user && user.status !== 'inactive' && normalizeEmail(user.email) === link?.email ? user : null
}

function resetPage(
  { mandate }: RealmVisit,
  view: { readonly token: string; readonly user: SigningUser; readonly errors?: readonly FieldError[] },
): Promise<HtmlPage> {
  const { token, user, errors = [] } = view
  const body = html`<p class="lead">For ${user.email}. All your sessions end, and you sign in anew.</p>
    ${postForm(
      realmPath(mandate, `reset/${token}`),
      html`${newPassword(errors)}
        <div class="buttons">${button('Set the new password')}</div>`,
    )}`
  return showRealmPage(mandate, { title: 'Set a new password', body }, { errors })
}

async function setPassword(
  door: RealmDoor,
  visit: RealmVisit,
  form: { readonly token: string; readonly password: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  const { token, password } = form
  const user = await findOwner(visit, token)
  if (!user) return goneRealmLink(visit)
  const errors = await passwordFaults(door, password, [mandate.partner.name, user.name, user.email])
  if (errors.length > 0) return resetPage(visit, { token, user, errors })
  const hash = await door.hasher.hash(password)
  if (!(await useLink(mandate, { purposes: ['reset'], token }))) return goneRealmLink(visit)
  await becomeUser(mandate, user.id)
  await keepHash(mandate, user.id, hash)
  await dropLinks(mandate, { email: normalizeEmail(user.email), userId: user.id })
  const count = await endSessions(mandate, { userId: user.id, except: null, reason: 'password_changed' })
  notePassword(mandate, user.id, 'reset')
  if (count > 0) noteSessionsEnded(mandate, user.id, { count, reason: 'password_changed' })
  await mailPasswordSet(mandate, user.email, {
    what: 'Your password was changed, and all your sessions ended.',
    link: `${door.services.publicOrigin()}${realmPath(mandate, 'recover')}`,
  })
  return {
    ...redirect(`${realmPath(mandate, 'sign-in')}?done=password`),
    realmSession: { slug: mandate.partner.slug, token: null },
  }
}

/** The way back for whoever forgot the password of a realm. */
export function makeRealmRecoverRoutes(door: RealmDoor): Route[] {
  return [
    page({
      method: 'GET',
      path: '/p/:slug/recover',
      summary: 'Ask for a new password in a realm',
      input: { params: realmParams },
      access: STRANGERS,
      limit: 'page',
      handle: async (visit) => recoverPage(visit),
    }),
    page({
      method: 'POST',
      path: '/p/:slug/recover',
      summary: 'Send the link to a new password in a realm',
      input: { params: realmParams, body: z.strictObject({ email: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const email = normalizeEmail(body.email ?? '')
        const errors = addressFaults(email)
        return errors.length > 0 ? recoverPage(visit, body.email, errors) : askForReset(door, visit, email)
      },
    }),
    page({
      method: 'GET',
      path: '/p/:slug/reset/:token',
      summary: 'The form of a new password in a realm',
      input: { params: linkParams },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, ...visit }) => {
        const user = await findOwner(visit, token)
        return user ? resetPage(visit, { token, user }) : goneRealmLink(visit)
      },
    }),
    page({
      method: 'POST',
      path: '/p/:slug/reset/:token',
      summary: 'Set the new password in a realm, once',
      input: { params: linkParams, body: z.strictObject({ password: formText() }) },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ params: { token }, body, ...visit }) =>
        setPassword(door, visit, { token, password: body.password ?? '' }),
    }),
  ]
}
