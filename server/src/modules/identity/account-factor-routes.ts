import { z } from 'zod'
import { html, redirect, safeReturnPath } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { backToAccount, withFreshOwner } from './account.ts'
import type { Owner } from './account.ts'
import { confirmPage } from './account-pages.ts'
import { formText, returnPath } from './door.ts'
import type { Door, Visit } from './door.ts'
import {
  codesPage,
  confirmApp,
  confirmPasskey,
  renewRecoveryCodes,
  showApp,
  showNewPasskey,
} from './enrol.ts'
import type { EnrolPlace } from './enrol.ts'
import { noteFactorChange } from './events.ts'
import {
  countRecoveryCodes,
  dropRecoveryCodes,
  listPasskeys,
  removePasskey,
  removeTotp,
  toPasskeyId,
} from './factor-store.ts'
import { mailFactorChanged } from './mails.ts'
import { showPage } from '#platform/pages/index.ts'
import { findFrames, needsSecondFactor } from './person-store.ts'
import { rotateSession } from './session-store.ts'
import type { Evidence } from './session-store.ts'

const ACCESS = { identity: 'Everybody looks after the own second factors.' }

function placeOf(owner: Owner, returnTo: string): EnrolPlace {
  const onward = `?return_to=${encodeURIComponent(returnTo)}`
  const foot: Html = html`<p class="small"><a href="${returnTo}">Not now</a></p>`
  return {
    appPath: `/account/app${onward}`,
    passkeyPath: `/account/passkeys/new${onward}`,
    lead: 'Your account then needs more than your password to be opened.',
    foot,
    options: { signedInAs: owner.person.email },
  }
}

/** After a factor was added: a session that says so, and recovery codes when there are none yet. */
async function afterAdding(
  door: Door,
  visit: Visit,
  added: Owner & { readonly factor: Exclude<Evidence['factor'], 'none'>; readonly returnTo: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  const { person, session, factor, returnTo } = added
  const token = await rotateSession(mandate, session.id, { factor, factorAt: mandate.origin.now })
  if (token === null) return redirect('/signin', null)
  const options = { session: token, signedInAs: person.email }
  if ((await countRecoveryCodes(mandate, person.id)) === 0)
    return codesPage(await renewRecoveryCodes(door, visit, person), returnTo, options)
  return returnTo === '/account' ? backToAccount('factor', token) : redirect(returnTo, token)
}

const returnQuery = z.strictObject({ return_to: returnPath })

function appRoutes(door: Door): Route[] {
  const common = { path: '/account/app', access: ACCESS } as const
  return [
    page({
      ...common,
      method: 'GET',
      summary: 'Add an authenticator app',
      input: { query: returnQuery },
      limit: 'page',
      handle: async ({ query, ...visit }) => {
        const returnTo = safeReturnPath(query.return_to, '/account')
        return withFreshOwner(
          visit,
          async (owner) =>
            owner.person.hasTotp
              ? redirect(returnTo)
              : showApp(door, visit, { person: owner.person, place: placeOf(owner, returnTo) }),
          '/account/app',
        )
      },
    }),
    page({
      ...common,
      method: 'POST',
      summary: 'Confirm the authenticator app',
      input: { query: returnQuery, body: z.strictObject({ offer: formText(), code: formText() }) },
      limit: 'stranger',
      handle: async ({ query, body, ...visit }) => {
        const returnTo = safeReturnPath(query.return_to, '/account')
        const act = async (owner: Owner) => {
          const fault = await confirmApp(door, visit, {
            person: owner.person,
            offer: body.offer ?? '',
            code: body.code ?? '',
          })
          if (!fault) return afterAdding(door, visit, { ...owner, factor: 'otp', returnTo })
          return showApp(door, visit, {
            person: owner.person,
            place: placeOf(owner, returnTo),
            secret: fault.secret,
            errors: [{ field: 'code', message: fault.error }],
          })
        }
        return withFreshOwner(visit, act, '/account/app')
      },
    }),
  ]
}

function passkeyRoutes(door: Door): Route[] {
  const common = { path: '/account/passkeys/new', access: ACCESS, limit: 'stranger' } as const
  return [
    page({
      ...common,
      method: 'GET',
      summary: 'Add a passkey',
      input: { query: returnQuery },
      handle: async ({ query, ...visit }) => {
        const returnTo = safeReturnPath(query.return_to, '/account')
        return withFreshOwner(
          visit,
          (owner) => showNewPasskey(door, visit, { person: owner.person, place: placeOf(owner, returnTo) }),
          '/account/passkeys/new',
        )
      },
    }),
    page({
      ...common,
      method: 'POST',
      summary: 'Keep the passkey that the browser made',
      input: { query: returnQuery, body: z.strictObject({ response: formText(30_000), label: formText() }) },
      handle: async ({ query, body, ...visit }) => {
        const returnTo = safeReturnPath(query.return_to, '/account')
        const act = async (owner: Owner) => {
          const { person } = owner
          if (
            await confirmPasskey(door, visit, {
              person,
              response: body.response ?? '',
              label: body.label ?? '',
            })
          ) {
            return afterAdding(door, visit, { ...owner, factor: 'phishing_resistant', returnTo })
          }
          return showNewPasskey(door, visit, {
            person,
            place: placeOf(owner, returnTo),
            errors: [{ field: null, message: 'The passkey was not accepted. Try again.' }],
          })
        }
        return withFreshOwner(visit, act, '/account/passkeys/new')
      },
    }),
  ]
}

interface Removal {
  readonly title: string
  readonly label: string
  readonly action: string
  readonly what: string
  readonly factor: 'totp' | 'passkey'
  readonly isLast: boolean
  readonly isConfirmed: boolean
  readonly remove: () => Promise<boolean>
}

async function removeFactor(visit: Visit, { person }: Owner, removal: Removal): Promise<HtmlPage> {
  const { mandate } = visit
  if (removal.isLast && needsSecondFactor(await findFrames(mandate))) {
    const body = html`<p class="lead">
        It is your only second factor, and what you work with here needs one. Add another first, then remove
        this.
      </p>
      <div class="buttons">
        <a class="button main" href="/account/passkeys/new">Add a passkey</a
        ><a class="button" href="/account">Back</a>
      </div>`
    return showPage('This one has to stay', body, { status: 409, signedInAs: person.email })
  }
  if (!removal.isConfirmed) {
    const effect = removal.isLast
      ? 'After this your password alone opens your account, and your recovery codes are gone too.'
      : 'Your other second factors stay as they are.'
    return confirmPage(person, {
      title: removal.title,
      effect,
      action: removal.action,
      label: removal.label,
      keep: 'Keep it',
    })
  }
  if (!(await removal.remove())) return backToAccount('factor')
  if (removal.isLast) await dropRecoveryCodes(mandate, person.id)
  noteFactorChange(mandate, person, { factor: removal.factor, how: 'remove' })
  await mailFactorChanged(mandate, person, `${removal.what} was removed`)
  return backToAccount('factor')
}

const confirmation = z.strictObject({ confirmed: z.literal('yes').optional() })

function removalRoutes(): Route[] {
  return [
    page({
      method: 'POST',
      path: '/account/app/remove',
      summary: 'Remove the authenticator app, after asking',
      input: { body: confirmation.optional() },
      access: ACCESS,
      limit: 'page',
      handle: async ({ body, ...visit }) =>
        withFreshOwner(visit, (owner) =>
          removeFactor(visit, owner, {
            title: 'Remove the authenticator app?',
            label: 'Remove the authenticator app',
            action: '/account/app/remove',
            what: 'the authenticator app',
            factor: 'totp',
            isLast: owner.person.passkeys === 0,
            isConfirmed: body?.confirmed === 'yes',
            remove: () => removeTotp(visit.mandate, owner.person.id),
          }),
        ),
    }),
    page({
      method: 'POST',
      path: '/account/passkeys/:passkey_id/remove',
      summary: 'Remove a passkey, after asking',
      input: { params: z.strictObject({ passkey_id: publicId('passkey') }), body: confirmation.optional() },
      access: ACCESS,
      limit: 'page',
      handle: async ({ params, body, ...visit }) =>
        withFreshOwner(visit, async (owner) => {
          const passkey = (await listPasskeys(visit.mandate, owner.person.id)).find(
            ({ id }) => id === params.passkey_id,
          )
          if (!passkey) return backToAccount('factor')
          return removeFactor(visit, owner, {
            title: `Remove the passkey “${passkey.label}”?`,
            label: 'Remove the passkey',
            action: `/account/passkeys/${toPasskeyId(passkey.id)}/remove`,
            what: `the passkey "${passkey.label}"`,
            factor: 'passkey',
            isLast: owner.person.passkeys === 1 && !owner.person.hasTotp,
            isConfirmed: body?.confirmed === 'yes',
            remove: () => removePasskey(visit.mandate, owner.person.id, passkey.id),
          })
        }),
    }),
  ]
}

/** Second factors and recovery codes of whoever is signed in. */
export function makeAccountFactorRoutes(door: Door): Route[] {
  return [
    ...appRoutes(door),
    ...passkeyRoutes(door),
    ...removalRoutes(),
    page({
      method: 'POST',
      path: '/account/codes',
      summary: 'Make new recovery codes',
      input: {},
      access: ACCESS,
      limit: 'stranger',
      handle: async (visit) =>
        withFreshOwner(visit, async ({ person }) => {
          if (!person.hasTotp && person.passkeys === 0) return redirect('/account')
          await mailFactorChanged(
            visit.mandate,
            person,
            'new recovery codes were made and the old ones stopped working',
          )
          return codesPage(await renewRecoveryCodes(door, visit, person), '/account', {
            signedInAs: person.email,
          })
        }),
    }),
  ]
}
