import { z } from 'zod'
import { LANGUAGES } from '#platform/words/language.ts'
import { Chosen } from '#platform/words/page-language.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { backToAccount, SAVED_THINGS, showAccount, withFreshOwner, withOwner } from './account.ts'
import type { Owner } from './account.ts'
import { passwordPage } from './account-pages.ts'
import { formText } from './door.ts'
import type { Door, Visit } from './door.ts'
import { notePasswordChange, noteProfileChange, noteSessionsEnded } from './events.ts'
import { mailPasswordChanged, ownOr } from './mails.ts'
import { checkPassword } from './password-check.ts'
import { findNewPasswordFault } from './new-password.ts'
import { contextWords, SHORTEST_ALONE, SHORTEST_BESIDE_FACTOR } from './password-rules.ts'
import { findOrganisationNames, keepPassword, updateProfile } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { endOtherSessions, endSession, rotateSession } from './session-store.ts'
import { dropTokens } from './token-store.ts'
import { waitWords } from './words.ts'
import { ACCOUNT_WORDS, IDENTITY_WORDS } from './words/index.ts'
import type { HtmlPage } from '#platform/html.ts'

const ACCESS = { identity: 'Everybody looks after the own account.' }

const hasFactor = (person: SigningPerson) => person.hasTotp || person.passkeys > 0
const shortestFor = (person: SigningPerson) => (hasFactor(person) ? SHORTEST_BESIDE_FACTOR : SHORTEST_ALONE)

const chosenQuery = z.strictObject(Chosen)

const ProfileForm = z.strictObject({
  name: formText(),
  shortcuts: z.literal('on').optional(),
  language: z.enum(['any', ...LANGUAGES]).optional(),
})

function profileRoutes(): Route[] {
  return [
    page({
      method: 'GET',
      path: '/account',
      summary: 'The own account',
      isTranslated: true,
      input: { query: z.strictObject({ saved: z.enum(SAVED_THINGS).optional(), ...Chosen }) },
      access: ACCESS,
      limit: 'page',
      handle: async ({ query, ...visit }) =>
        withOwner(visit, (owner) => showAccount(visit, owner, { saved: query.saved })),
    }),
    page({
      method: 'POST',
      path: '/account/profile',
      summary: 'Change name and settings',
      isTranslated: true,
      input: { query: chosenQuery, body: ProfileForm },
      access: ACCESS,
      limit: 'page',
      handle: async ({ body, ...visit }) =>
        withOwner(visit, async (owner) => {
          const name = (body.name ?? '').trim()
          const { language = owner.person.language ?? 'any' } = body
          const profile = {
            name,
            shortcuts: body.shortcuts === 'on',
            language: language === 'any' ? null : language,
          }
          if (name === '' || name.length > 200)
            return showAccount(
              visit,
              { ...owner, person: { ...owner.person, ...profile, name: owner.person.name } },
              {
                name,
                errors: [{ field: 'name', message: ACCOUNT_WORDS[visit.reading.language].nameMissing }],
              },
            )
          await updateProfile(visit.mandate, owner.person.id, profile)
          noteProfileChange(visit.mandate, owner.person, profile)
          // What was chosen just now shows at once.
          return backToAccount('profile', { ...visit.reading, chosen: undefined })
        }),
    }),
  ]
}

async function changePassword(
  door: Door,
  visit: Visit,
  change: Owner & { readonly current: string; readonly password: string },
): Promise<HtmlPage> {
  const { person, session, current, password } = change
  const { mandate, reading } = visit
  const words = IDENTITY_WORDS[reading.language]
  const show = (message: string, field: string | null, waitSeconds = 0) =>
    passwordPage(person, reading, {
      shortest: shortestFor(person),
      errors: [{ field, message }],
      waitSeconds,
    })
  const fault = await findNewPasswordFault(door.services, password, {
    words: contextWords(person.name, person.email, ...(await findOrganisationNames(mandate))),
    hasSecondFactor: hasFactor(person),
    language: reading.language,
  })
  if (fault !== null) return show(fault, 'password')
  const result = await checkPassword(door, visit, { person, email: person.email, password: current })
  if (result.is === 'wait')
    return show(words.wait(waitWords(result.seconds, reading.language)), null, result.seconds)
  if (result.is === 'wrong') return show(ACCOUNT_WORDS[reading.language].change.wrong, 'current')
  await keepPassword(mandate, person.id, await door.hasher.hash(password))
  // What the old password began, and a mail that would set another one, ends with it.
  await dropTokens(mandate, 'password_reset', person.id)
  await dropTokens(mandate, 'sign_in', person.id)
  const count = await endOtherSessions(mandate, {
    personId: person.id,
    except: session.id,
    reason: 'password_changed',
  })
  const token = await rotateSession(mandate, session.id, { passwordAt: mandate.origin.now })
  notePasswordChange(mandate, person, 'changed')
  if (count > 0) noteSessionsEnded(mandate, person, { count, reason: 'password_changed' })
  await mailPasswordChanged(mandate, ownOr(reading, person))
  return backToAccount('password', reading, token ?? undefined)
}

function passwordRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: '/account/password',
      summary: 'The form of a new password',
      isTranslated: true,
      input: { query: chosenQuery },
      access: ACCESS,
      limit: 'page',
      handle: async (visit) =>
        withOwner(
          visit,
          async ({ person }) => passwordPage(person, visit.reading, { shortest: shortestFor(person) }),
          '/account/password',
        ),
    }),
    page({
      method: 'POST',
      path: '/account/password',
      summary: 'Change the password',
      isTranslated: true,
      input: {
        query: chosenQuery,
        body: z.strictObject({ current: formText(), password: formText() }),
      },
      access: ACCESS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) =>
        withOwner(visit, (owner) =>
          changePassword(door, visit, {
            ...owner,
            current: body.current ?? '',
            password: body.password ?? '',
          }),
        ),
    }),
  ]
}

function sessionRoutes(): Route[] {
  return [
    page({
      method: 'POST',
      path: '/account/sessions/:session_id/end',
      summary: 'End one session',
      isTranslated: true,
      input: { params: z.strictObject({ session_id: publicId('session') }), query: chosenQuery },
      access: ACCESS,
      limit: 'page',
      handle: async ({ params, ...visit }) =>
        withFreshOwner(visit, async ({ person }) => {
          const isEnded = await endSession(visit.mandate, {
            id: params.session_id,
            personId: person.id,
            reason: 'ended_by_owner',
          })
          if (isEnded) noteSessionsEnded(visit.mandate, person, { count: 1, reason: 'ended_by_owner' })
          return backToAccount('session', visit.reading)
        }),
    }),
    page({
      method: 'POST',
      path: '/account/sessions/end-others',
      summary: 'End all sessions but this one',
      isTranslated: true,
      input: { query: chosenQuery },
      access: ACCESS,
      limit: 'page',
      handle: async (visit) =>
        withFreshOwner(visit, async ({ person, session }) => {
          const count = await endOtherSessions(visit.mandate, {
            personId: person.id,
            except: session.id,
            reason: 'ended_by_owner',
          })
          if (count > 0) noteSessionsEnded(visit.mandate, person, { count, reason: 'ended_by_owner' })
          return backToAccount('sessions', visit.reading)
        }),
    }),
  ]
}

/** Profile, password and sessions of whoever is signed in. */
export function makeAccountRoutes(door: Door): Route[] {
  return [...profileRoutes(), ...passwordRoutes(door), ...sessionRoutes()]
}
