import { encodeId, formatInstant, NEXT_REALM_ROLES, REALM_ROLES } from '@liaison/access'
import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, facts, hiddenField, postForm, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { changeRole, restoreUser, stopUser } from './change-user.ts'
import { mayInRealm, realmPath, registerRealmPage, showRealmPage, showUserSections } from './page-kit.ts'
import { pager } from './pager.ts'
import { formText, realmParams } from './shapes.ts'
import { getUser, listUsers } from './user-store.ts'
import type { EndUserRow } from './user-store.ts'
import { ROLE_WORDS, STATUS_WORDS } from './words.ts'

type Admin = Mandate<'realm'>

const PAGE_SIZE = 25

registerRealmPage({ path: 'users', label: 'Users', permission: 'realm.users.read', position: 60 })

const userParams = z.strictObject({ ...realmParams.shape, end_user_id: publicId('end_user') })

const pathOf = (mandate: Admin, { id }: Pick<EndUserRow, 'id'>, act = ''): string =>
  realmPath(mandate, `users/${encodeId('end_user', id)}${act === '' ? '' : `/${act}`}`)

const CHIP: Readonly<Record<EndUserRow['status'], string>> = {
  active: 'ok',
  inactive: 'bad',
  idle: 'attention',
  signing: 'info',
}

const STATUS_SHORT: Readonly<Record<EndUserRow['status'], string>> = {
  active: 'Active',
  inactive: 'Stopped',
  idle: 'Resting',
  signing: 'Signing',
}

const userLine = (mandate: Admin, row: EndUserRow): Html =>
  html`<li>
    <div class="what">
      <a href="${pathOf(mandate, row)}">${row.name === '' ? row.email : row.name}</a>
      <span class="small muted">${row.email} · ${ROLE_WORDS[row.role]}</span>
    </div>
    <span class="chip ${CHIP[row.status]}">${STATUS_SHORT[row.status]}</span>
  </li>`

interface UserSearch {
  readonly search: string
  readonly page: number
}

async function usersPage(mandate: Admin, wanted: UserSearch): Promise<HtmlPage> {
  const { rows, total } = await listUsers(
    mandate,
    { search: wanted.search === '' ? undefined : wanted.search },
    { limit: PAGE_SIZE, offset: (wanted.page - 1) * PAGE_SIZE },
  )
  noteRead(mandate, { action: 'realm.users.read', rowCount: rows.length })
  const body = html`<form method="get" action="${realmPath(mandate, 'users')}">
      ${textField({ name: 'search', label: 'Name or e-mail', value: wanted.search, maxLength: 100, isOptional: true })}
      <div class="buttons">${button('Search', 'small')}</div>
    </form>
    <p>
      ${total === 1 ? '1 user' : `${total} users`}${wanted.search !== '' && html` found · <a href="${realmPath(mandate, 'users')}">Show all users</a>`}
    </p>
    ${rows.length === 0 && total > 0 && html`<p>The list has no page ${wanted.page}. <a href="${realmPath(mandate, 'users')}">Back to its beginning</a></p>`}
    ${
      rows.length > 0 &&
      html`<ul class="rows">
        ${rows.map((row) => userLine(mandate, row))}
      </ul>`
    }
    ${pager({
      path: realmPath(mandate, 'users'),
      query: { search: wanted.search },
      page: wanted.page,
      last: Math.ceil(total / PAGE_SIZE),
    })}`
  return showRealmPage(mandate, { title: 'Users', body }, { current: 'users', width: 'reading' })
}

function reasonField(id: string, label: string, errors: readonly FieldError[]): Html {
  return textField({ name: id, label, maxLength: 500 }, errors)
}

function roleForm(mandate: Admin, row: EndUserRow, { errors, role: chosen }: Entry): Html {
  return html`<h2 id="role-change">Role</h2>
    ${postForm(
      pathOf(mandate, row, 'role'),
      html`${hiddenField('version', String(row.version))}
        <div class="field">
          <label for="role">New role</label>
          <select id="role" name="role" required>
            <option value="">Choose a role</option>
            ${NEXT_REALM_ROLES[row.role].map(
              (role) =>
                html`<option value="${role}" ${role === chosen && html` selected`}>
                  ${ROLE_WORDS[role]}
                </option>`,
            )}
          </select>
        </div>
        ${reasonField('role_reason', 'Why the role changes', errors)}
        <div class="buttons">${button('Change the role', 'small')}</div>`,
    )}`
}

function stateForm(mandate: Admin, row: EndUserRow, errors: readonly FieldError[]): Html {
  const isStopped = row.status === 'inactive'
  return html`<h2>${isStopped ? 'Let in again' : 'Stop this user'}</h2>
    ${!isStopped && html`<p>The next request of this user is refused, wherever they are signed in.</p>`}
    ${postForm(
      pathOf(mandate, row, isStopped ? 'restore' : 'stop'),
      html`${hiddenField('version', String(row.version))}
        ${reasonField('reason', isStopped ? 'Why they come back' : 'Why they are stopped', errors)}
        <div class="buttons">
          ${button(isStopped ? 'Let this user in again' : 'Stop this user', isStopped ? 'small' : 'danger')}
        </div>`,
    )}`
}

/** What could not be taken, and the role that had been chosen with it. */
interface Entry {
  readonly errors: readonly FieldError[]
  readonly role?: EndUserRow['role'] | undefined
}

async function userPage(mandate: Admin, row: EndUserRow, entry: Entry = { errors: [] }): Promise<HtmlPage> {
  const { errors } = entry
  const mayChange = mayInRealm(mandate, 'realm.users.manage') && row.id !== mandate.user.id
  noteRead(mandate, { action: 'realm.users.read', resource: { type: 'end_user', id: row.id } })
  const body = html`${facts([
      ['E-mail', row.email],
      ['Role', ROLE_WORDS[row.role]],
      ['Status', STATUS_WORDS[row.status]],
      ...(row.statusReason === null ? [] : [['Reason', row.statusReason] as const]),
      ['Since', formatInstant(row.createdAt)],
      ['Last signed in', row.lastSignedInAt ? formatInstant(row.lastSignedInAt) : 'Never'],
    ])}
    ${await showUserSections(mandate, row.id)}
    ${row.id === mandate.user.id && html`<p class="muted">This is your own account: another admin changes its role and state.</p>`}
    ${mayChange && html`${roleForm(mandate, row, entry)}${stateForm(mandate, row, errors)}`}
    <p><a href="${realmPath(mandate, 'users')}">All users</a></p>`
  return showRealmPage(
    mandate,
    { title: row.name === '' ? row.email : row.name, body },
    { errors, current: 'users', width: 'reading' },
  )
}

const version = z.coerce.number().int().positive()
const missing = (field: string): readonly FieldError[] => [
  { field, message: 'Say why, for the record, in at most 500 characters.' },
]
const common = {
  limit: 'page',
  access: { realm: 'realm.users.manage' },
  problems: ['END_USER_UNKNOWN', 'OWN_END_USER', 'PRECONDITION_FAILED'],
} as const

/** Works when a reason was given, and shows the page with what is missing when it was not. */
async function withReason(
  mandate: Admin,
  given: Pick<Entry, 'role'> & {
    readonly id: EndUserRow['id']
    readonly reason: string | undefined
    readonly field: string
  },
  work: (reason: string) => Promise<EndUserRow>,
): Promise<HtmlPage> {
  const reason = (given.reason ?? '').trim()
  if (reason === '' || reason.length > 500)
    return userPage(mandate, await getUser(mandate, given.id), {
      errors: missing(given.field),
      role: given.role,
    })
  return redirect(pathOf(mandate, await work(reason)))
}

const listPages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/p/:slug/users',
    summary: 'The users of a realm, for its admins',
    input: {
      params: realmParams,
      query: z.strictObject({
        search: z.string().trim().max(100).default(''),
        page: z.coerce.number().int().min(1).max(10_000).default(1),
      }),
    },
    access: { realm: 'realm.users.read' },
    limit: 'page',
    handle: ({ mandate, query }) => usersPage(mandate, query),
  }),
  page({
    method: 'GET',
    path: '/p/:slug/users/:end_user_id',
    summary: 'One user of a realm, for its admins',
    input: { params: userParams },
    access: { realm: 'realm.users.read' },
    limit: 'page',
    problems: ['END_USER_UNKNOWN'],
    handle: async ({ mandate, params }) => userPage(mandate, await getUser(mandate, params.end_user_id)),
  }),
]

const changePages: readonly Route[] = [
  page({
    ...common,
    method: 'POST',
    path: '/p/:slug/users/:end_user_id/role',
    summary: 'Give a user of a realm another role, on its page',
    problems: [...common.problems, 'END_USER_ROLE_REFUSED'],
    input: {
      params: userParams,
      body: z.strictObject({ version, role: z.enum(REALM_ROLES), role_reason: formText() }),
    },
    handle: ({ mandate, params: { end_user_id: id }, body }) =>
      withReason(mandate, { id, role: body.role, reason: body.role_reason, field: 'role_reason' }, (reason) =>
        changeRole(mandate, { id, version: body.version, role: body.role, reason }),
      ),
  }),
  page({
    ...common,
    method: 'POST',
    path: '/p/:slug/users/:end_user_id/stop',
    summary: 'Stop a user of a realm, on its page',
    problems: [...common.problems, 'END_USER_STATE_REFUSED'],
    input: { params: userParams, body: z.strictObject({ version, reason: formText() }) },
    handle: ({ mandate, params: { end_user_id: id }, body }) =>
      withReason(mandate, { id, reason: body.reason, field: 'reason' }, (reason) =>
        stopUser(mandate, { id, version: body.version, reason }),
      ),
  }),
  page({
    ...common,
    method: 'POST',
    path: '/p/:slug/users/:end_user_id/restore',
    summary: 'Let a stopped user of a realm in again, on its page',
    problems: [...common.problems, 'END_USER_STATE_REFUSED'],
    input: { params: userParams, body: z.strictObject({ version, reason: formText() }) },
    handle: ({ mandate, params: { end_user_id: id }, body }) =>
      withReason(mandate, { id, reason: body.reason, field: 'reason' }, (reason) =>
        restoreUser(mandate, { id, version: body.version, reason }),
      ),
  }),
]

/** The pages on which the admins of a realm look after its users (C4, C9, C11). */
export const realmAdminPages: readonly Route[] = [...listPages, ...changePages]
