import { encodeId, firstPageOf } from '@liaison/access'
import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import { Chosen, withLanguage } from '#platform/words/page-language.ts'
import { button, inLanguages, postForm, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Visit } from './door.ts'
import { noteSessionsEnded } from './events.ts'
import { findFrames, findPerson } from './person-store.ts'
import type { Frames } from './person-store.ts'
import { endSession, touchSession } from './session-store.ts'
import { IDENTITY_WORDS } from './words/index.ts'
import type { IdentityWords } from './words/index.ts'

const SELF = 'Whoever is signed in may see where that leads, and leave.'

interface DoorTo {
  readonly kind: 'platform' | 'partner' | 'org'
  readonly path: string
  readonly name: string
  readonly note: string
}

/** Every frame that a person can enter, with its first page. */
function listDoors(
  { platformRole, partner, tenants }: Frames,
  { choose: { platform, roles } }: Pick<IdentityWords, 'choose'>,
): DoorTo[] {
  return [
    ...(platformRole
      ? [
          {
            kind: 'platform',
            path: '/platform',
            name: platform,
            note: roles.SUPER_ADMIN,
          } as const,
        ]
      : []),
    ...(partner
      ? [
          {
            kind: 'partner',
            path: `/partner/${encodeId('partner', partner.id)}/${firstPageOf(partner)}`,
            name: partner.name,
            note: roles[partner.role],
          } as const,
        ]
      : []),
    ...tenants.map(
      (tenant) =>
        ({
          kind: 'org',
          path: `/org/${encodeId('tenant', tenant.id)}/home`,
          name: tenant.name,
          note: roles[tenant.role],
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

function choosePage(doors: readonly DoorTo[], email: string, reading: Reading): HtmlPage {
  const { choose } = IDENTITY_WORDS[reading.language]
  const options = { signedInAs: email, ...inLanguages(reading, '/choose') }
  if (doors.length === 0) {
    const body = html`<p class="lead">${choose.noPlaceLead}</p>
      <p>${choose.invite(email)}</p>`
    return showPage(choose.noPlace, body, options)
  }
  const body = html`<p class="lead">${choose.lead}</p>
    <ul class="doors">
      ${doors.map(doorLine)}
    </ul>`
  return showPage(choose.title, body, options)
}

async function choose({ mandate, reading }: Visit): Promise<HtmlPage> {
  const { session } = mandate
  if (!session) return redirect(withLanguage('/signin', reading.chosen))
  await touchSession(mandate, session.id)
  const [frames, person] = [await findFrames(mandate), await findPerson(mandate, session.personId)]
  const doors = listDoors(frames, IDENTITY_WORDS[reading.language])
  const [only] = doors
  return only && doors.length === 1 ? redirect(only.path) : choosePage(doors, person?.email ?? '', reading)
}

async function signOut({ mandate, reading }: Visit): Promise<HtmlPage> {
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
  const { headers, ...answer } = redirect(withLanguage('/signin', reading.chosen), null)
  // What the portal kept in this browser goes with the session (ASVS 14.3.1).
  return { ...answer, headers: { ...headers, 'Clear-Site-Data': '"storage"' } }
}

/** Where to go after sign-in, and out again. */
export function makeChooseRoutes(): Route[] {
  const visit = {
    isTranslated: true,
    input: { query: z.strictObject(Chosen) },
    access: { identity: SELF },
    limit: 'page',
  } as const
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
      handle: async ({ mandate: { session }, reading }) => {
        const { signOut: words } = IDENTITY_WORDS[reading.language]
        const path = (to: string) => withLanguage(to, reading.chosen)
        const body = html`<p class="lead">${session ? words.lead(session.personName) : words.half}</p>
          ${postForm(path('/signout'), html`<div class="buttons">${button(words.button)}<a class="button" href="${path('/choose')}">${words.stay}</a></div>`)}`
        return showPage(words.title, body, inLanguages(reading, '/signout'))
      },
    }),
    page({ ...visit, method: 'POST', path: '/signout', summary: 'End the session', handle: signOut }),
  ]
}
