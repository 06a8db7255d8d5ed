import { encodeId, firstPageOf } from '@liaison/access'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { button, postForm, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Visit } from './door.ts'
import { noteSessionsEnded } from './events.ts'
import { findFrames, findPerson } from './person-store.ts'
import type { Frames } from './person-store.ts'
import { endSession, touchSession } from './session-store.ts'

const SELF = 'Whoever is signed in may see where that leads, and leave.'

interface DoorTo {
  readonly kind: 'platform' | 'partner' | 'org'
  readonly path: string
  readonly name: string
  readonly note: string
}

const ROLE_WORDS = {
  PARTNER_OWNER: 'Partner · you are an owner',
  PARTNER_STAFF: 'Partner · you are on the staff',
  TENANT_ADMIN: 'Your organisation · you are an administrator',
  TENANT_USER: 'Your organisation',
} as const

/** Every frame that a person can enter, with its first page. */
function listDoors({ platformRole, partner, tenants }: Frames): DoorTo[] {
  return [
    ...(platformRole
      ? [
          {
            kind: 'platform',
            path: '/platform',
            name: 'Platform',
            note: 'Administration of the platform',
          } as const,
        ]
      : []),
    ...(partner
      ? [
          {
            kind: 'partner',
            path: `/partner/${encodeId('partner', partner.id)}/${firstPageOf(partner)}`,
            name: partner.name,
            note: ROLE_WORDS[partner.role],
          } as const,
        ]
      : []),
    ...tenants.map(
      (tenant) =>
        ({
          kind: 'org',
          path: `/org/${encodeId('tenant', tenant.id)}/home`,
          name: tenant.name,
          note: ROLE_WORDS[tenant.role],
        }) as const,
    ),
  ]
}

const doorLine = ({ kind, path, name, note }: DoorTo): Html =>
  html`<li>
    <a href="${path}"
      ><span class="place frame-${kind}"></span
      ><span><b>${name}</b><span class="small muted">${note}</span></span></a
    >
  </li>`

function choosePage(doors: readonly DoorTo[], email: string): HtmlPage {
  if (doors.length === 0) {
    const body = html`<p class="lead">
        You are signed in, but you belong to no organisation here at present.
      </p>
      <p>Somebody who manages members in your organisation can invite ${email}.</p>`
    return showPage('No place to go yet', body, { signedInAs: email })
  }
  const body = html`<p class="lead">
      You can be here in more than one name. Choose one; you can change at any time.
    </p>
    <ul class="doors">
      ${doors.map(doorLine)}
    </ul>`
  return showPage('Where do you want to go?', body, { signedInAs: email })
}

async function choose({ mandate }: Visit): Promise<HtmlPage> {
  const { session } = mandate
  if (!session) return redirect('/signin')
  await touchSession(mandate, session.id)
  const [frames, person] = [await findFrames(mandate), await findPerson(mandate, session.personId)]
  const doors = listDoors(frames)
  const [only] = doors
  return only && doors.length === 1 ? redirect(only.path) : choosePage(doors, person?.email ?? '')
}

async function signOut({ mandate }: Visit): Promise<HtmlPage> {
  const { session } = mandate
  if (
    session &&
    (await endSession(mandate, { id: session.id, personId: session.personId, reason: 'signed_out' }))
  ) {
    noteSessionsEnded(
      mandate,
      { id: session.personId, name: session.personName },
      { count: 1, reason: 'signed_out' },
    )
  }
  const { headers, ...answer } = redirect('/signin', null)
  // What the portal kept in this browser goes with the session (ASVS 14.3.1).
  return { ...answer, headers: { ...headers, 'Clear-Site-Data': '"storage"' } }
}

/** Where to go after sign-in, and out again. */
export function makeChooseRoutes(): Route[] {
  const visit = { input: {}, access: { identity: SELF }, limit: 'page' } as const
  return [
    page({
      ...visit,
      method: 'GET',
      path: '/choose',
      summary: 'The frames that the person can enter',
      handle: choose,
    }),
    page({
      ...visit,
      method: 'GET',
      path: '/signout',
      summary: 'Ask before signing out',
      handle: async ({ mandate }) => {
        const body = html`<p class="lead">
            ${mandate.session ? `You are signed in as ${mandate.session.personName}.` : 'A sign-in may be half finished in this browser.'}
          </p>
          ${postForm('/signout', html`<div class="buttons">${button('Sign out')}<a class="button" href="/choose">Stay signed in</a></div>`)}`
        return showPage('Sign out?', body)
      },
    }),
    page({ ...visit, method: 'POST', path: '/signout', summary: 'End the session', handle: signOut }),
  ]
}
