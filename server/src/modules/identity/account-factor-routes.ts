import { z } from 'zod'
import { html, redirect, safeReturnPath } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import { Chosen, leadOn, withLanguage } from '#platform/words/page-language.ts'
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
import { mailFactorChanged, ownOr } from './mails.ts'
import type { FactorNews } from './mails.ts'
import { showPage } from '#platform/pages/index.ts'
import { findFrames, holdPerson, needsSecondFactor } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { holdSession, rotateSession } from './session-store.ts'
import type { Evidence } from './session-store.ts'
import { pathWithReturn } from './sign-in-pages.ts'
import { ACCOUNT_WORDS, IDENTITY_WORDS } from './words/index.ts'

const ACCESS = { identity: 'Everybody looks after the own second factors.' }

function placeOf(owner: Owner, returnTo: string, reading: Reading): EnrolPlace {
  const words = IDENTITY_WORDS[reading.language]
  const foot: Html = html`<p class="small">
    <a href="${leadOn(returnTo, reading.chosen)}">${words.notNow}</a>
  </p>`
  return {
    reading,
    appPath: pathWithReturn('/account/app', returnTo, reading),
    passkeyPath: pathWithReturn('/account/passkeys/new', returnTo, reading),
    lead: words.enrol.more,
    foot,
    options: { signedInAs: owner.person.email },
  }
}

/** Factors and codes are changed by whoever is signed in, not by whoever was: no session ends between the look at it and the change. */
function withHeldOwner(
  visit: Visit,
  act: (owner: Owner) => Promise<HtmlPage>,
  returnTo = '/account',
): Promise<HtmlPage> {
  const { mandate, reading } = visit
  return withFreshOwner(
    visit,
    async (owner) =>
      (await holdSession(mandate, owner.session.id))
        ? act(owner)
        : redirect(pathWithReturn('/signin', returnTo, reading), null),
    returnTo,
  )
}

/** After a factor was added: a session that says so, and recovery codes when there are none yet. */
async function afterAdding(
  door: Door,
  visit: Visit,
  added: Owner & { readonly factor: Exclude<Evidence['factor'], 'none'>; readonly returnTo: string },
): Promise<HtmlPage> {
  const { mandate, reading } = visit
  const { person, session, factor } = added
  const returnTo = leadOn(added.returnTo, reading.chosen)
  const token = await rotateSession(mandate, session.id, { factor, factorAt: mandate.origin.now })
  if (token === null) return redirect(withLanguage('/signin', reading.chosen), null)
  const options = { session: token, signedInAs: person.email, reading }
  if ((await countRecoveryCodes(mandate, person.id)) === 0)
    return codesPage(await renewRecoveryCodes(door, visit, person), returnTo, options)
  return added.returnTo === '/account' ? backToAccount('factor', reading, token) : redirect(returnTo, token)
}

const returnQuery = z.strictObject({ return_to: returnPath, ...Chosen })

/** The first code of a new app: it is kept, or the page says what is wrong with it. */
async function addApp(
  door: Door,
  visit: Visit,
  sent: Owner & { readonly offer: string; readonly code: string; readonly returnTo: string },
): Promise<HtmlPage> {
  const { offer, code, returnTo, ...owner } = sent
  const { person } = owner
  const { reading } = visit
  const fault = await confirmApp(door, visit, { person, reading, offer, code })
  if (!fault) return afterAdding(door, visit, { ...owner, factor: 'otp', returnTo })
  return showApp(door, visit, {
    person,
    place: placeOf(owner, returnTo, reading),
    secret: fault.secret,
    errors: [{ field: 'code', message: fault.error }],
  })
}

function appRoutes(door: Door): Route[] {
  const common = { path: '/account/app', access: ACCESS, isTranslated: true } as const
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
              ? redirect(leadOn(returnTo, visit.reading.chosen))
              : showApp(door, visit, {
                  person: owner.person,
                  place: placeOf(owner, returnTo, visit.reading),
                }),
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
        const { offer = '', code = '' } = body
        const act = (owner: Owner) => addApp(door, visit, { ...owner, offer, code, returnTo })
        return withHeldOwner(visit, act, '/account/app')
      },
    }),
  ]
}

/** What the browser made of a new passkey: it is kept, or the page says that it was not taken. */
async function addPasskey(
  door: Door,
  visit: Visit,
  sent: Owner & { readonly response: string; readonly label: string; readonly returnTo: string },
): Promise<HtmlPage> {
  const { response, label, returnTo, ...owner } = sent
  const { person } = owner
  const { reading } = visit
  if (await confirmPasskey(door, visit, { person, reading, response, label }))
    return afterAdding(door, visit, { ...owner, factor: 'phishing_resistant', returnTo })
  return showNewPasskey(door, visit, {
    person,
    place: placeOf(owner, returnTo, reading),
    errors: [{ field: null, message: IDENTITY_WORDS[reading.language].enrol.refused }],
  })
}

function passkeyRoutes(door: Door): Route[] {
  const common = {
    path: '/account/passkeys/new',
    access: ACCESS,
    limit: 'stranger',
    isTranslated: true,
  } as const
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
          (owner) =>
            showNewPasskey(door, visit, {
              person: owner.person,
              place: placeOf(owner, returnTo, visit.reading),
            }),
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
        const { response = '', label = '' } = body
        const act = (owner: Owner) => addPasskey(door, visit, { ...owner, response, label, returnTo })
        return withHeldOwner(visit, act, '/account/passkeys/new')
      },
    }),
  ]
}

interface Removal {
  readonly title: string
  readonly label: string
  readonly action: string
  readonly news: FactorNews
  readonly factor: 'totp' | 'passkey'
  /** Whether this is the only factor of a person. */
  readonly isLast: (person: SigningPerson) => boolean
  readonly isConfirmed: boolean
  readonly remove: () => Promise<boolean>
}

/** The page that says why the only second factor cannot go. */
function stayingPage({ person }: Owner, { language, chosen }: Reading): HtmlPage {
  const { removal, factors, back } = ACCOUNT_WORDS[language]
  const body = html`<p class="lead">${removal.stays}</p>
    <div class="buttons">
      <a class="button main" href="${withLanguage('/account/passkeys/new', chosen)}">${factors.addPasskey}</a
      ><a class="button" href="${withLanguage('/account', chosen)}">${back}</a>
    </div>`
  return showPage(removal.staysTitle, body, { status: 409, signedInAs: person.email, language })
}

async function removeFactor(visit: Visit, owner: Owner, removal: Removal): Promise<HtmlPage> {
  const { mandate, reading } = visit
  // Of two factors that are taken away at the same moment the second one is the last.
  const person = await holdPerson(mandate, owner.person)
  const isLast = removal.isLast(person)
  if (isLast && needsSecondFactor(await findFrames(mandate))) return stayingPage(owner, reading)
  if (!removal.isConfirmed) {
    const words = ACCOUNT_WORDS[reading.language].removal
    return confirmPage(person, reading, {
      title: removal.title,
      effect: isLast ? words.last : words.others,
      action: withLanguage(removal.action, reading.chosen),
      label: removal.label,
      keep: words.keep,
    })
  }
  if (!(await removal.remove())) return backToAccount('factor', reading)
  if (isLast) await dropRecoveryCodes(mandate, person.id)
  noteFactorChange(mandate, person, { factor: removal.factor, how: 'remove' })
  await mailFactorChanged(mandate, ownOr(reading, person), removal.news)
  return backToAccount('factor', reading)
}

const confirmation = z.strictObject({ confirmed: z.literal('yes').optional() })
const query = z.strictObject(Chosen)

function appRemovalRoute(): Route {
  return page({
    method: 'POST',
    path: '/account/app/remove',
    summary: 'Remove the authenticator app, after asking',
    isTranslated: true,
    input: { query, body: confirmation.optional() },
    access: ACCESS,
    limit: 'page',
    handle: async ({ body, ...visit }) =>
      withHeldOwner(visit, (owner) => {
        const { removal, factors } = ACCOUNT_WORDS[visit.reading.language]
        return removeFactor(visit, owner, {
          title: removal.appTitle,
          label: factors.removeApp,
          action: '/account/app/remove',
          news: { is: 'app_removed' },
          factor: 'totp',
          isLast: ({ passkeys }) => passkeys === 0,
          isConfirmed: body?.confirmed === 'yes',
          remove: () => removeTotp(visit.mandate, owner.person.id),
        })
      }),
  })
}

function passkeyRemovalRoute(): Route {
  return page({
    method: 'POST',
    path: '/account/passkeys/:passkey_id/remove',
    summary: 'Remove a passkey, after asking',
    isTranslated: true,
    input: {
      params: z.strictObject({ passkey_id: publicId('passkey') }),
      query,
      body: confirmation.optional(),
    },
    access: ACCESS,
    limit: 'page',
    handle: async ({ params, body, ...visit }) =>
      withHeldOwner(visit, async (owner) => {
        const { removal } = ACCOUNT_WORDS[visit.reading.language]
        const passkey = (await listPasskeys(visit.mandate, owner.person.id)).find(
          ({ id }) => id === params.passkey_id,
        )
        if (!passkey) return backToAccount('factor', visit.reading)
        return removeFactor(visit, owner, {
          title: removal.passkeyTitle(passkey.label),
          label: removal.passkey,
          action: `/account/passkeys/${toPasskeyId(passkey.id)}/remove`,
          news: { is: 'passkey_removed', label: passkey.label },
          factor: 'passkey',
          isLast: ({ passkeys, hasTotp }) => passkeys <= 1 && !hasTotp,
          isConfirmed: body?.confirmed === 'yes',
          remove: () => removePasskey(visit.mandate, owner.person.id, passkey.id),
        })
      }),
  })
}

/** Second factors and recovery codes of whoever is signed in. */
export function makeAccountFactorRoutes(door: Door): Route[] {
  return [
    ...appRoutes(door),
    ...passkeyRoutes(door),
    appRemovalRoute(),
    passkeyRemovalRoute(),
    page({
      method: 'POST',
      path: '/account/codes',
      summary: 'Make new recovery codes',
      isTranslated: true,
      input: { query },
      access: ACCESS,
      limit: 'stranger',
      handle: async (visit) =>
        withHeldOwner(visit, async ({ person }) => {
          const { mandate, reading } = visit
          const account = withLanguage('/account', reading.chosen)
          if (!person.hasTotp && person.passkeys === 0) return redirect(account)
          await mailFactorChanged(mandate, ownOr(reading, person), { is: 'codes_renewed' })
          return codesPage(await renewRecoveryCodes(door, visit, person), account, {
            signedInAs: person.email,
            reading,
          })
        }),
    }),
  ]
}
