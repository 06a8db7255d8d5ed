import { z } from 'zod'
import { normalizeEmail } from '#platform/email-address.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { button, hiddenField, notice, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { addressFaults, addressField, checkRealmPassword, enterRealm, waitFault } from './door.ts'
import type { RealmDemoSignIn, RealmDoor, RealmVisit } from './door.ts'
import { endOne } from './door-store.ts'
import { noteSessionsEnded } from './events.ts'
import { readLook, realmPath, safeRealmReturn, showRealmPage } from './page-kit.ts'
import { formText, realmParams } from './shapes.ts'

const STRANGERS = { realmDoor: 'Whoever wants to sign in is not signed in yet.' }

const WRONG: FieldError = { field: 'email', message: 'The e-mail or the password is not right.' }

interface SignInView {
  readonly returnTo: string
  readonly email?: string
  readonly errors?: readonly FieldError[]
  readonly seconds?: number
  /** What was done before, and leads here. */
  readonly done?: 'password' | undefined
}

function demoPart({ mandate }: RealmVisit, demo: readonly RealmDemoSignIn[], returnTo: string): Html {
  const own = demo.filter(({ realm }) => realm === mandate.partner.slug)
  if (own.length === 0) return html``
  const card = ({ email, password, role }: RealmDemoSignIn): Html =>
    html`<li>
      <form method="post" action="${realmPath(mandate, 'sign-in')}">
        ${hiddenField('email', email)}${hiddenField('password', password)}${hiddenField('return_to', returnTo)}<button
          class="card"
        >
          <b>${role}</b><span class="mono">${email}</span>
        </button>
      </form>
    </li>`
  return html`<section aria-labelledby="demo">
    <h2 id="demo">This is a demo installation</h2>
    <p>Everybody here is made up. Choose who you want to be.</p>
    <ul class="cards">
      ${own.map(card)}
    </ul>
  </section>`
}

async function signInPage(door: RealmDoor, visit: RealmVisit, view: SignInView): Promise<HtmlPage> {
  const { mandate } = visit
  const { returnTo, email = '', errors = [], seconds = 0, done } = view
  const { policies } = await readLook(mandate)
  const fields = html`${hiddenField('return_to', returnTo)}${addressField(email, errors)}${textField({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }, errors)}
    <div class="buttons">${button('Sign in')}</div>`
  const body = html`${done === 'password' && notice('ok', html`<p role="status">Your new password is set. Sign in with it.</p>`)}
    ${postForm(realmPath(mandate, 'sign-in'), fields)}
    <p><a href="${realmPath(mandate, 'recover')}">Forgotten your password?</a></p>
    ${policies.sign_up === 'open' && html`<p>New here? <a href="${realmPath(mandate, 'sign-up')}">Sign up</a></p>`}
    ${demoPart(visit, door.services.isDemo ? door.demoSignIns() : [], returnTo)}`
  return showRealmPage(
    mandate,
    { title: 'Sign in', body },
    {
      errors,
      ...(seconds > 0 && { status: 429, headers: { 'Retry-After': String(seconds) } }),
    },
  )
}

async function tryPassword(
  door: RealmDoor,
  visit: RealmVisit,
  attempt: { readonly email: string; readonly password: string; readonly returnTo: string },
): Promise<HtmlPage> {
  const { email, returnTo } = attempt
  const result = await checkRealmPassword(door, visit, attempt)
  if (result.is === 'right') return enterRealm(visit, result.user, returnTo)
  if (result.is === 'wrong') return signInPage(door, visit, { returnTo, email, errors: [WRONG] })
  const { seconds } = result
  return signInPage(door, visit, { returnTo, email, seconds, errors: [waitFault(seconds)] })
}

async function frontPage({ mandate }: RealmVisit): Promise<HtmlPage> {
  if (mandate.session) return redirect(realmPath(mandate, 'profile'))
  const { policies, branding } = await readLook(mandate)
  const name = branding.display_name ?? mandate.partner.name
  const isOpen = policies.sign_up === 'open'
  const body = html`<p class="lead">Your account at ${name}: profile, plans and subscription in one place.</p>
    ${!isOpen && html`<p>New accounts are made by invitation only.</p>`}
    <div class="buttons">
      <a class="button main" href="${realmPath(mandate, 'sign-in')}">Sign in</a
      >${isOpen && html`<a class="button" href="${realmPath(mandate, 'sign-up')}">Sign up</a>`}
    </div>`
  return showRealmPage(mandate, { title: `Welcome to ${name}`, body })
}

function signOutRoutes(): Route[] {
  const access = { realmDoor: 'Leaving needs no permission.' }
  return [
    page({
      method: 'GET',
      path: '/p/:slug/sign-out',
      summary: 'Ask before signing out of a realm',
      input: { params: realmParams },
      access,
      limit: 'page',
      handle: async ({ mandate }) =>
        mandate.session
          ? showRealmPage(mandate, {
              title: 'Sign out',
              body: postForm(
                realmPath(mandate, 'sign-out'),
                html`<div class="buttons">${button('Sign out')}</div>`,
              ),
            })
          : redirect(realmPath(mandate)),
    }),
    page({
      method: 'POST',
      path: '/p/:slug/sign-out',
      summary: 'Sign out of a realm',
      input: { params: realmParams },
      access,
      limit: 'page',
      handle: async ({ mandate }) => {
        const { session, partner } = mandate
        if (session) {
          await endOne(mandate, session.id, 'signed_out')
          noteSessionsEnded(mandate, session.user.id, { count: 1, reason: 'signed_out' })
        }
        return { ...redirect(realmPath(mandate)), realmSession: { slug: partner.slug, token: null } }
      },
    }),
  ]
}

const SignInQuery = z.strictObject({ return_to: formText(2000), done: z.literal('password').optional() })

/** The sign-in page for whoever is not signed in; others go on to where it leads. */
async function openSignIn(
  door: RealmDoor,
  visit: RealmVisit,
  { return_to: wanted, done }: z.output<typeof SignInQuery>,
): Promise<HtmlPage> {
  const returnTo = safeRealmReturn(visit.mandate, wanted)
  return visit.mandate.session ? redirect(returnTo) : signInPage(door, visit, { returnTo, done })
}

/** The front page of a realm, and the way in and out. */
export function makeRealmSignInRoutes(door: RealmDoor): Route[] {
  return [
    page({
      method: 'GET',
      path: '/p/:slug',
      summary: 'The front page of a realm',
      input: { params: realmParams },
      access: STRANGERS,
      limit: 'page',
      handle: async (visit) => frontPage(visit),
    }),
    page({
      method: 'GET',
      path: '/p/:slug/sign-in',
      summary: 'Sign in to a realm',
      input: {
        params: realmParams,
        query: SignInQuery,
      },
      access: STRANGERS,
      limit: 'page',
      handle: async ({ query, ...visit }) => openSignIn(door, visit, query),
    }),
    page({
      method: 'POST',
      path: '/p/:slug/sign-in',
      summary: 'Sign in to a realm with e-mail and password',
      input: {
        params: realmParams,
        body: z.strictObject({ email: formText(), password: formText(), return_to: formText(2000) }),
      },
      access: STRANGERS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const returnTo = safeRealmReturn(visit.mandate, body.return_to)
        const email = normalizeEmail(body.email ?? '')
        const errors = [
          ...addressFaults(email),
          ...(body.password ? [] : [{ field: 'password', message: 'Enter your password.' }]),
        ]
        if (errors.length > 0) return signInPage(door, visit, { returnTo, email: body.email ?? '', errors })
        return tryPassword(door, visit, { email, password: body.password ?? '', returnTo })
      },
    }),
    ...signOutRoutes(),
  ]
}
