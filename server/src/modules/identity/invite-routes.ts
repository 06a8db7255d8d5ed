import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { button, facts, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { newPasswordField } from './account-pages.ts'
import { continueHalf, formText } from './door.ts'
import type { Door, Visit } from './door.ts'
import { isWithdrawn } from './invitation-store.ts'
import { noteJoined, notePasswordChange } from './events.ts'
import { findJoinFault, findPlaceName, join, mayStillInvite } from './member-store.ts'
import { findNewPasswordFault } from './new-password.ts'
import { contextWords, SHORTEST_ALONE, SHORTEST_BESIDE_FACTOR } from './password-rules.ts'
import { addPerson, findByEmail, findPerson, keepPassword } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { becomePerson, boundSessionsOfStaff, holdSession } from './session-store.ts'
import { findToken, useToken } from './token-store.ts'

const INVITED = { identity: 'Whoever was invited may have no account yet; the mailed token is the evidence.' }

const Detail = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('partner'),
    organisation_id: z.string(),
    role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
    invited_by: z.string().nullish(),
    invited_by_name: z.string(),
  }),
  z.object({
    kind: z.literal('tenant'),
    organisation_id: z.string(),
    role: z.enum(['TENANT_ADMIN', 'TENANT_USER']),
    invited_by: z.string().nullish(),
    invited_by_name: z.string(),
  }),
  z.object({
    kind: z.literal('platform'),
    organisation_id: z.null(),
    role: z.literal('SUPER_ADMIN'),
    invited_by: z.string().nullish(),
    invited_by_name: z.string(),
  }),
])

const ROLE_WORDS = {
  PARTNER_OWNER: 'Owner: manages people, links and agreements',
  PARTNER_STAFF: 'Staff: works where an owner assigns you',
  TENANT_ADMIN: 'Administrator: decides about members and partner access',
  TENANT_USER: 'Member: daily work',
  SUPER_ADMIN: 'Administrator of the platform',
} as const

interface Invited {
  readonly token: string
  readonly email: string
  readonly place: {
    readonly kind: 'partner' | 'tenant' | 'platform'
    readonly id: string | null
    readonly name: string
  }
  readonly role: z.output<typeof Detail>['role']
  readonly inviter: string
  /** The account that the address has already. */
  readonly known: SigningPerson | null
}

async function findInvited({ mandate }: Visit, token: string): Promise<Invited | null> {
  const kept = await findToken(mandate, 'invitation', token)
  if (!kept?.email) return null
  const detail = Detail.parse(kept.detail)
  const place = { kind: detail.kind, id: detail.organisation_id }
  const name = await findPlaceName(mandate, place)
  if (name === null || !(await mayStillInvite(mandate, place, detail.invited_by ?? null))) return null
  return {
    token,
    email: kept.email,
    place: { ...place, name },
    role: detail.role,
    inviter: detail.invited_by_name,
    known: await findByEmail(mandate, kept.email),
  }
}

const gonePage = () =>
  showPage(
    'This invitation no longer works',
    html`<p class="lead">
        It was used already, its 7 days are over, it was replaced by a newer one, or whoever sent it may no
        longer invite.
      </p>
      <p>Ask whoever invited you for a new one.</p>
      <div class="buttons"><a class="button" href="/signin">Go to sign-in</a></div>`,
    { status: 410 },
  )

const withdrawnPage = () =>
  showPage(
    'This invitation was withdrawn',
    html`<p class="lead">Whoever invited you took the invitation back. Nothing was opened to you by it.</p>
      <p>If you did not expect that, ask whoever invited you.</p>
      <div class="buttons"><a class="button" href="/signin">Go to sign-in</a></div>`,
    { status: 410 },
  )

/** Why a link leads nowhere, as far as whoever holds it may know. */
const endedPage = async ({ mandate }: Visit, token: string): Promise<HtmlPage> =>
  (await isWithdrawn(mandate, token)) ? withdrawnPage() : gonePage()

const aboutInvitation = ({ email, place, role, inviter }: Invited) =>
  facts([
    ['Organisation', place.name],
    ['Invited by', inviter],
    ['You will be', ROLE_WORDS[role]],
    ['Your address', email],
  ])

const shortestFor = ({ place }: Invited) =>
  place.kind === 'tenant' ? SHORTEST_ALONE : SHORTEST_BESIDE_FACTOR

function newcomerPage(invited: Invited, name = '', errors: readonly FieldError[] = []): HtmlPage {
  const form = html`<input
      class="unseen"
      type="email"
      value="${invited.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="E-mail"
    />${textField({ name: 'name', label: 'Your name', hint: 'As those you work with know you. It stands beside everything you do here.', autocomplete: 'name', value: name, maxLength: 200 }, errors)}${newPasswordField(shortestFor(invited), errors)}
    <div class="buttons">${button('Join')}</div>`
  return showPage(
    `Join ${invited.place.name}`,
    html`${aboutInvitation(invited)}${postForm(`/invite/${invited.token}`, form)}`,
    { errors },
  )
}

function knownPage(invited: Invited, { mandate }: Visit): HtmlPage {
  const isOwner = mandate.session?.personId === invited.known?.id
  const back = encodeURIComponent(`/invite/${invited.token}`)
  const body = isOwner
    ? html`${aboutInvitation(invited)}${postForm(`/invite/${invited.token}`, html`<div class="buttons">${button('Join')}<a class="button" href="/choose">Not now</a></div>`)}`
    : html`<p class="lead">
          You have an account here already. Sign in with it, and you come back to this page.
        </p>
        ${aboutInvitation(invited)}
        <div class="buttons">
          <a class="button main" href="${mandate.session ? '/signout' : `/signin?return_to=${back}`}"
            >${mandate.session ? 'Sign out first' : 'Sign in'}</a
          >
        </div>`
  return showPage(`Join ${invited.place.name}`, body, isOwner ? { signedInAs: invited.email } : {})
}

const showInvitation = (invited: Invited, visit: Visit) =>
  invited.known ? knownPage(invited, visit) : newcomerPage(invited)

async function joinAs(
  mandate: Visit['mandate'],
  invited: Invited,
  person: { readonly id: string; readonly name: string },
): Promise<void> {
  const { token, role } = invited
  await join(mandate, invited.place, { personId: person.id, role, token })
  noteJoined(mandate, person, { ...invited.place, role: invited.role })
}

function refuseJoin(fault: 'member' | 'other_partner', invited: Invited): HtmlPage {
  const why =
    fault === 'member'
      ? `You belong to ${invited.place.name} already, or did until after this invitation was sent. If you cannot get in, ask there for a new one.`
      : 'You belong to another partner, and nobody works for two. Ask to be removed there first, or use another address.'
  return showPage(
    'You cannot join now',
    html`<p class="lead">${why}</p>
      <div class="buttons"><a class="button" href="/choose">Where you can go</a></div>`,
    { status: 409, signedInAs: invited.email },
  )
}

async function acceptKnown(visit: Visit, invited: Invited, person: SigningPerson): Promise<HtmlPage> {
  const { mandate } = visit
  const { session } = mandate
  if (session?.personId !== person.id) return knownPage(invited, visit)
  if (!(await holdSession(mandate, session.id))) return redirect('/signin', null)
  const { token, place } = invited
  const fault = await findJoinFault(mandate, place, { personId: person.id, token })
  if (fault) return refuseJoin(fault, invited)
  if (!(await useToken(mandate, 'invitation', token))) return gonePage()
  await joinAs(mandate, invited, person)
  const needsFactor = place.kind !== 'tenant' && !person.hasTotp && person.passkeys === 0
  const onPath = needsFactor ? '/account/app?return_to=%2Fchoose' : '/choose'
  return place.kind === 'platform'
    ? redirect(onPath, await boundSessionsOfStaff(mandate, session))
    : redirect(onPath)
}

interface Newcomer {
  readonly invited: Invited
  readonly name: string
  readonly password: string
}

async function findNewcomerFaults(door: Door, { invited, name, password }: Newcomer): Promise<FieldError[]> {
  const isNamed = name !== '' && name.length <= 200
  const words = contextWords(name, invited.email, invited.place.name)
  const hasSecondFactor = invited.place.kind !== 'tenant'
  const fault = await findNewPasswordFault(door.services, password, { words, hasSecondFactor })
  return [
    ...(isNamed ? [] : [{ field: 'name', message: 'Enter your name, at most 200 characters.' }]),
    ...(fault === null ? [] : [{ field: 'password', message: fault }]),
  ]
}

async function acceptNewcomer(door: Door, visit: Visit, accepting: Newcomer): Promise<HtmlPage> {
  const { mandate } = visit
  const { invited, name, password } = accepting
  const errors = await findNewcomerFaults(door, accepting)
  if (errors.length > 0) return newcomerPage(invited, name, errors)
  const hash = await door.hasher.hash(password)
  if (!(await useToken(mandate, 'invitation', invited.token))) return gonePage()
  const id = await addPerson(mandate, invited.email, name)
  await becomePerson(mandate, id)
  await keepPassword(mandate, id, hash)
  await joinAs(mandate, invited, { id, name })
  notePasswordChange(mandate, { id, name }, 'first')
  const person = await findPerson(mandate, id)
  return person ? continueHalf(visit, person, { stage: 'enrol', returnTo: '/choose' }) : gonePage()
}

const params = z.strictObject({ token: z.string().max(200) })

/** Accepting an invitation: as somebody new, or with the account that the address has. */
export function makeInviteRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: '/invite/:token',
      summary: 'What an invitation is about',
      input: { params },
      access: INVITED,
      limit: 'stranger',
      handle: async ({ params: { token }, ...visit }) => {
        const invited = await findInvited(visit, token)
        return invited ? showInvitation(invited, visit) : endedPage(visit, token)
      },
    }),
    page({
      method: 'POST',
      path: '/invite/:token',
      summary: 'Accept an invitation, once',
      input: { params, body: z.strictObject({ name: formText(), password: formText() }).optional() },
      access: INVITED,
      limit: 'stranger',
      handle: async ({ params: { token }, body, ...visit }) => {
        const invited = await findInvited(visit, token)
        if (!invited) return endedPage(visit, token)
        if (invited.known) return acceptKnown(visit, invited, invited.known)
        return acceptNewcomer(door, visit, {
          invited,
          name: (body?.name ?? '').trim(),
          password: body?.password ?? '',
        })
      },
    }),
  ]
}
