import type { IdOf, RealmPermission } from '@liaison/access'
import { decideRealm } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { errorSummary, STYLESHEET } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { realmCss, realmIcon, RealmLookSchema } from './look.ts'
import type { RealmLook } from './look.ts'

/** A mandate in whose realm a page is shown. */
export type RealmMandate = Mandate<'realm' | 'realm_door'>

/** A page of the signed-in user; other modules add theirs. */
export interface RealmMenuPage {
  /** What follows `/p/{slug}/`. */
  readonly path: string
  readonly label: string
  readonly permission: RealmPermission
  /** From the left. */
  readonly position: number
}

/** A part of the profile page; other modules add theirs. */
export interface ProfileSection {
  readonly position: number
  readonly permission: RealmPermission
  readonly show: (mandate: Mandate<'realm'>) => Promise<Html>
}

/** A part of the page on which an admin of a realm looks after one of its users; other modules add theirs. */
export interface UserSection {
  readonly position: number
  readonly show: (mandate: Mandate<'realm'>, userId: IdOf<'end_user'>) => Promise<Html>
}

const menu = new Map<string, RealmMenuPage>()
const sections: ProfileSection[] = []
const userSections: UserSection[] = []

/** Adds a page to the menu of every realm. */
export function registerRealmPage(page: RealmMenuPage): void {
  menu.set(page.path, page)
}

/** Adds a part to the profile page of every realm. */
export function registerProfileSection(section: ProfileSection): void {
  sections.push(section)
}

/** Adds a part to the page of one user of every realm, for whoever may read users there. */
export function registerUserSection(section: UserSection): void {
  userSections.push(section)
}

/** The parts that other modules added to the page of one user. */
export async function showUserSections(
  mandate: Mandate<'realm'>,
  userId: IdOf<'end_user'>,
): Promise<readonly Html[]> {
  const shown: Html[] = []
  for (const { show } of userSections.toSorted((left, right) => left.position - right.position))
    shown.push(await show(mandate, userId))
  return shown
}

/** Whether the signed-in user may also do this; for what a page offers, never instead of a route's own permission. */
export function mayInRealm(mandate: Mandate<'realm'>, permission: RealmPermission): boolean {
  return decideRealm(mandate.realmFacts, { permission }).effect === 'allow'
}

/** The parts that other modules added to the profile, of those that this user may see. */
export async function showSections(mandate: Mandate<'realm'>): Promise<readonly Html[]> {
  const shown: Html[] = []
  for (const { permission, show } of sections.toSorted((left, right) => left.position - right.position)) {
    if (mayInRealm(mandate, permission)) shown.push(await show(mandate))
  }
  return shown
}

/** What the realm's pages look like, from the partner's configuration as it is in force. */
export async function readLook(mandate: RealmMandate): Promise<RealmLook> {
  const [result] = await runStatements(mandate, [{ text: 'select access.realm_look() as look', values: [] }])
  return RealmLookSchema.parse(result?.rows[0]?.['look'])
}

export interface RealmPageOptions {
  readonly errors?: readonly FieldError[]
  readonly status?: HtmlPage['status']
  readonly headers?: Readonly<Record<string, string>>
  readonly width?: 'form' | 'reading' | 'wide'
  /** The path of the menu's page that this is, for example `profile`. */
  readonly current?: string
  /** The new session, or null to take the cookie away. */
  readonly session?: string | null
}

/** The path of a page of the mandate's realm. */
export function realmPath({ partner }: RealmMandate, page = ''): string {
  return page === '' ? `/p/${partner.slug}` : `/p/${partner.slug}/${page}`
}

/** What the profile says was kept, after whatever led back to it. */
export const SAVED_THINGS = ['name', 'password', 'address'] as const

/** The path of the profile, which then says what was kept. */
export const savedPath = (mandate: RealmMandate, saved: (typeof SAVED_THINGS)[number]): string =>
  `${realmPath(mandate, 'profile')}?saved=${saved}`

/** A path within the same realm that a form may lead back to; anything else becomes the fallback. */
export function safeRealmReturn(
  mandate: RealmMandate,
  path: string | undefined,
  fallback = 'profile',
): string {
  const base = `${realmPath(mandate)}/`
  const isOwn =
    path !== undefined && path.startsWith(base) && /^[\u0021-\u007e]*$/.test(path) && !path.includes('..')
  return isOwn ? path : realmPath(mandate, fallback)
}

function menuOf(mandate: Mandate<'realm'>, current: string | undefined): Html {
  const pages = [...menu.values()]
    .filter(({ permission }) => mayInRealm(mandate, permission))
    .toSorted((left, right) => left.position - right.position)
  return html`<nav class="top-row realm-nav" aria-label="Your account">
    ${pages.map(({ path, label }) => html`<a href="${realmPath(mandate, path)}" ${path === current && html` aria-current="page"`}>${label}</a>`)}
  </nav>`
}

function nameOf(mandate: RealmMandate, look: RealmLook): string {
  return look.branding.display_name ?? mandate.partner.name
}

/** Who is signed in; nobody once the page takes the session away. */
function shownUser(mandate: RealmMandate, { session }: RealmPageOptions) {
  if (session === null) return undefined
  return mandate.kind === 'realm' ? mandate.user : mandate.session?.user
}

function headerOf(mandate: RealmMandate, look: RealmLook, options: RealmPageOptions): Html {
  const user = shownUser(mandate, options)
  const { logo } = look.branding
  return html`<header class="top">
    <div class="top-row">
      <a class="brand" href="${realmPath(mandate)}"
        >${logo !== null && html`<img class="logo" src="${realmPath(mandate, `logo/${logo}`)}" alt="" height="32" />`}${nameOf(mandate, look)}</a
      >${user && html`<span class="who">${user.email} · <a href="${realmPath(mandate, 'sign-out')}">Sign out</a></span>`}
    </div>
    ${mandate.kind === 'realm' && menuOf(mandate, options.current)}
  </header>`
}

function footOf({ branding }: RealmLook): Html {
  const links = [
    branding.terms_url !== null && html`<a href="${branding.terms_url}" rel="noreferrer">Terms of use</a>`,
    branding.privacy_url !== null && html`<a href="${branding.privacy_url}" rel="noreferrer">Privacy</a>`,
    branding.support_url !== null && html`<a href="${branding.support_url}" rel="noreferrer">Help</a>`,
    branding.support_email !== null &&
      html`<a href="mailto:${branding.support_email}">${branding.support_email}</a>`,
  ].filter((link) => link !== false)
  if (links.length === 0) return html``
  return html`<footer class="realm-foot">
    <div class="top-row">${links.map((link, index) => html`${index > 0 && ' · '}${link}`)}</div>
  </footer>`
}

/** A whole page in the partner's name and colours; works without script, and says nothing of other realms. */
export async function showRealmPage(
  mandate: RealmMandate,
  content: { readonly title: string; readonly body: Html },
  options: RealmPageOptions = {},
): Promise<HtmlPage> {
  const look = await readLook(mandate)
  const { errors = [], status, headers = {}, width = 'form', session } = options
  const { title, body } = content
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${errors.length > 0 && 'Error: '}${title} · ${nameOf(mandate, look)}</title>
        <link rel="icon" type="image/svg+xml" href="${realmPath(mandate, 'icon.svg')}" />
        <link rel="stylesheet" href="${STYLESHEET.path}" />
        <link rel="stylesheet" href="${realmPath(mandate, 'look.css')}" />
      </head>
      <body class="${width}">
        <a class="skip" href="#main">Skip to content</a>
        ${headerOf(mandate, look, options)}
        <main id="main" tabindex="-1">
          ${errorSummary(errors)}
          <h1>${title}</h1>
          ${body}
        </main>
        ${footOf(look)}
      </body>
    </html> `
  return {
    status: status ?? (errors.length > 0 ? 422 : 200),
    headers,
    body: text,
    ...(session !== undefined && { realmSession: { slug: mandate.partner.slug, token: session } }),
  }
}

/** The stylesheet of the mandate's realm. */
export async function cssOf(mandate: RealmMandate): Promise<string> {
  return realmCss(await readLook(mandate))
}

/** The icon of the mandate's realm. */
export async function iconOf(mandate: RealmMandate): Promise<string> {
  const look = await readLook(mandate)
  return realmIcon(look, nameOf(mandate, look))
}
