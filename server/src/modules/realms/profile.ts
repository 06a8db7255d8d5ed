import { z } from 'zod'
import { formatInstant } from '@liaison/access'
import { browserWords } from '#modules/identity/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, facts, notice, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteProfile, noteSessionsEnded } from './events.ts'
import {
  mayInRealm,
  realmPath,
  registerRealmPage,
  savedPath,
  SAVED_THINGS,
  showRealmPage,
  showSections,
} from './page-kit.ts'
import { formText, realmParams } from './shapes.ts'
import { endOwnSession, listOwnSessions, renameSelf, toSessionId } from './user-store.ts'
import type { OwnSession } from './user-store.ts'
import { ROLE_WORDS, STATUS_WORDS } from './words.ts'

type Own = Mandate<'realm'>

registerRealmPage({ path: 'profile', label: 'Your profile', permission: 'realm.profile.read', position: 10 })

function sessionLine(mandate: Own, session: OwnSession): Html {
  const isCurrent = session.id === mandate.sessionId
  const browser = browserWords(session.userAgent)
  const end = isCurrent
    ? html`<span class="chip ok">This browser</span>`
    : postForm(
        realmPath(mandate, `sessions/${toSessionId(session.id)}/end`),
        html`<button class="button small">End<span class="unseen"> the session of ${browser}</span></button>`,
      )
  return html`<li>
    <div class="what">
      <span>${browser}</span
      ><span class="small muted"
        >${session.ip ?? 'unknown address'} · signed in ${formatInstant(session.createdAt)} · last seen
        ${formatInstant(session.seenAt)}</span
      >
    </div>
    ${end}
  </li>`
}

function nameForm(mandate: Own, name: string, errors: readonly FieldError[]): Html {
  const { user } = mandate
  if (!mayInRealm(mandate, 'realm.profile.update')) return facts([['Name', user.name]])
  return postForm(
    realmPath(mandate, 'profile'),
    html`${textField({ name: 'name', label: 'Name', autocomplete: 'name', maxLength: 200, value: name }, errors)}
      <div class="buttons">${button('Save', 'small')}</div>`,
  )
}

type Saved = (typeof SAVED_THINGS)[number]

const SAVED_WORDS: Readonly<Record<Saved, string>> = {
  name: 'Your name is saved.',
  password: 'Your password is changed. All your other sessions have ended.',
  address: 'Your new address is saved. Sign in with it from now on.',
}

interface ProfileView {
  readonly name?: string
  readonly errors?: readonly FieldError[]
  readonly saved?: Saved | undefined
}

async function profilePage(mandate: Own, view: ProfileView = {}): Promise<HtmlPage> {
  const { user } = mandate
  const { name = user.name, errors = [], saved } = view
  const sessions = await listOwnSessions(mandate)
  const body = html`${saved !== undefined && notice('ok', html`<p role="status">${SAVED_WORDS[saved]}</p>`)}
    ${nameForm(mandate, name, errors)}
    ${facts([
      ['E-mail', html`${user.email} · <a href="${realmPath(mandate, 'address')}">Change</a>`],
      ['Password', html`<a href="${realmPath(mandate, 'password')}">Change</a>`],
      ['Account', ROLE_WORDS[user.role]],
      ['Status', STATUS_WORDS[user.status]],
    ])}
    ${await showSections(mandate)}
    <h2 id="sessions">Where you are signed in</h2>
    <ul class="rows">
      ${sessions.map((session) => sessionLine(mandate, session))}
    </ul>
    <h2>Delete your account</h2>
    <p>Your profile and everything that belongs to it is removed for good.</p>
    <div class="buttons">
      <a class="button small" href="${realmPath(mandate, 'delete')}">Delete your account</a>
    </div>`
  return showRealmPage(
    mandate,
    { title: 'Your profile', body },
    { errors, current: 'profile', width: 'reading' },
  )
}

/** The signed-in user's own page. */
export const realmProfileRoutes: readonly Route[] = [
  page({
    method: 'GET',
    path: '/p/:slug/profile',
    summary: 'The own profile in a realm',
    input: { params: realmParams, query: z.strictObject({ saved: z.enum(SAVED_THINGS).optional() }) },
    access: { realm: 'realm.profile.read' },
    limit: 'page',
    handle: async ({ mandate, query }) => profilePage(mandate, query),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/profile',
    summary: 'Change the own name in a realm',
    input: { params: realmParams, body: z.strictObject({ name: formText(1000) }) },
    access: { realm: 'realm.profile.update' },
    limit: 'page',
    handle: async ({ mandate, body }) => {
      const name = (body.name ?? '').trim()
      if (name === '' || name.length > 200)
        return profilePage(mandate, {
          name,
          errors: [{ field: 'name', message: 'Enter your name, in at most 200 characters.' }],
        })
      await renameSelf(mandate, name)
      noteProfile(mandate, mandate.user.id, 'name')
      return redirect(savedPath(mandate, 'name'))
    },
  }),
  page({
    method: 'POST',
    path: '/p/:slug/sessions/:session_id/end',
    summary: 'End one of the own sessions in a realm',
    input: { params: z.strictObject({ ...realmParams.shape, session_id: publicId('end_user_session') }) },
    access: { realm: 'realm.profile.update' },
    limit: 'page',
    handle: async ({ mandate, params }) => {
      if (await endOwnSession(mandate, params.session_id))
        noteSessionsEnded(mandate, mandate.user.id, { count: 1, reason: 'ended_by_user' })
      return redirect(realmPath(mandate, 'profile'))
    },
  }),
]
