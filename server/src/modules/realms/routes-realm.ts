import { z } from 'zod'
import { pageOf, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sent, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { changeRole, restoreUser, stopUser } from './change-user.ts'
import { noteProfile, noteSessionsEnded } from './events.ts'
import {
  EndUserBody,
  reasonBody,
  roleBody,
  toEndUser,
  toRealmSession,
  RealmSessionBody,
  userParams,
  userQuery,
} from './schemas.ts'
import { endOwnSession, getUser, listOwnSessions, listUsers, renameSelf } from './user-store.ts'
import type { EndUserRow } from './user-store.ts'

const answer = (row: EndUserRow) => sentAt(toEndUser(row), row.version)

const ownRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/realm/profile',
    summary: 'The own profile',
    input: {},
    access: { realm: 'realm.profile.read' },
    limit: 'detail',
    responses: { 200: EndUserBody },
    handle: async ({ mandate }) => answer(await getUser(mandate, mandate.user.id)),
  }),
  route({
    method: 'PATCH',
    path: '/api/v1/realm/profile',
    summary: 'Change the own name',
    input: { body: z.strictObject({ name: plainText(1, 200) }) },
    access: { realm: 'realm.profile.update' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: EndUserBody },
    async handle({ mandate, body, expectedVersion }) {
      const before = await getUser(mandate, mandate.user.id)
      if (before.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The profile changed after it was read.')
      const row = await renameSelf(mandate, body.name)
      noteProfile(mandate, row.id, 'name')
      return answer(row)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/realm/sessions',
    summary: 'Where the own account is signed in',
    input: {},
    access: { realm: 'realm.profile.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(RealmSessionBody) }) },
    async handle({ mandate }) {
      const sessions = await listOwnSessions(mandate)
      return { items: sessions.map((session) => toRealmSession(session, mandate.sessionId)) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/sessions/:session_id/end',
    summary: 'End one of the own sessions',
    input: { params: z.strictObject({ session_id: publicId('end_user_session') }) },
    access: { realm: 'realm.profile.update' },
    limit: 'write',
    problems: ['NOT_FOUND'],
    responses: { 204: null },
    async handle({ mandate, params }) {
      if (!(await endOwnSession(mandate, params.session_id)))
        throw new ProblemError(404, 'NOT_FOUND', 'There is no such live session of yours.')
      noteSessionsEnded(mandate, mandate.user.id, { count: 1, reason: 'ended_by_user' })
      return undefined
    },
  }),
]

const EXPORT_LIMIT = 100

/** A cell that no spreadsheet takes for a formula (OWASP, CSV injection). */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

function toCsv(rows: readonly EndUserRow[]): string {
  const lines = rows.map((row) => {
    const user = toEndUser(row)
    return [user.end_user_id, user.email, user.name, user.role, user.status, user.created_at]
      .map(cell)
      .join(',')
  })
  return ['end_user_id,email,name,role,status,created_at', ...lines, ''].join('\r\n')
}

const adminRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/realm/users',
    summary: 'The users of the own realm',
    input: { query: userQuery },
    access: { realm: 'realm.users.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(EndUserBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listUsers(mandate, query, query)
      noteRead(mandate, { action: 'realm.users.read', rowCount: rows.length })
      return toPage(rows.map(toEndUser), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/realm/users/export',
    summary: 'The users of the own realm as CSV, a page at a time',
    input: { query: userQuery },
    access: { realm: 'realm.users.manage' },
    limit: 'export',
    responses: { 200: z.string() },
    async handle({ mandate, query }) {
      const page = { limit: Math.min(query.limit, EXPORT_LIMIT), offset: query.offset }
      const { rows, total } = await listUsers(mandate, query, page)
      noteRead(mandate, { action: 'realms.users.export', rowCount: rows.length })
      return sent(toCsv(rows), {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="users.csv"',
        'X-Total-Count': String(total),
      })
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/realm/users/:end_user_id',
    summary: 'One user of the own realm',
    input: { params: userParams },
    access: { realm: 'realm.users.read' },
    limit: 'detail',
    problems: ['END_USER_UNKNOWN'],
    responses: { 200: EndUserBody },
    async handle({ mandate, params }) {
      const row = await getUser(mandate, params.end_user_id)
      noteRead(mandate, { action: 'realm.users.read', resource: { type: 'end_user', id: row.id } })
      return answer(row)
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/users/:end_user_id/role',
    summary: 'Give a user of the own realm another role',
    input: { params: userParams, body: roleBody },
    access: { realm: 'realm.users.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['END_USER_UNKNOWN', 'END_USER_ROLE_REFUSED', 'OWN_END_USER'],
    responses: { 200: EndUserBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await changeRole(mandate, { id: params.end_user_id, version: expectedVersion, ...body })),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/users/:end_user_id/stop',
    summary: 'Stop a user of the own realm',
    input: { params: userParams, body: reasonBody },
    access: { realm: 'realm.users.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['END_USER_UNKNOWN', 'END_USER_STATE_REFUSED', 'OWN_END_USER'],
    responses: { 200: EndUserBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await stopUser(mandate, { id: params.end_user_id, version: expectedVersion, ...body })),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/users/:end_user_id/restore',
    summary: 'Let a stopped user of the own realm in again',
    input: { params: userParams, body: reasonBody },
    access: { realm: 'realm.users.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['END_USER_UNKNOWN', 'END_USER_STATE_REFUSED', 'OWN_END_USER'],
    responses: { 200: EndUserBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await restoreUser(mandate, { id: params.end_user_id, version: expectedVersion, ...body })),
  }),
]

/** What end users do by API: their own profile and sessions; realm admins also the users of the realm. */
export const realmApiRoutes: readonly Route[] = [...ownRoutes, ...adminRoutes]
