import { REALM_ROLES, END_USER_STATUSES } from '@liaison/access'
import { z } from 'zod'
import { isEmail, normalizeEmail } from '#platform/email-address.ts'
import { pageOf, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { changeRole, restoreUser, stopUser } from './change-user.ts'
import { inviteUser } from './invite.ts'
import { readRealmFigures } from './figures.ts'
import { EndUserBody, reasonBody, roleBody, toEndUser, userParams, userQuery } from './schemas.ts'
import { getUser, listUsers } from './user-store.ts'
import type { EndUserRow } from './user-store.ts'

const answer = (row: EndUserRow) => sentAt(toEndUser(row), row.version)

const Email = z
  .string()
  .max(254)
  .transform(normalizeEmail)
  .refine(isEmail, { message: 'must be an e-mail address', params: { code: 'INVALID_EMAIL' } })

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/users',
    summary: "The users of the caller's own user base",
    input: { query: userQuery },
    access: { permission: 'partner_org.users.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(EndUserBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listUsers(mandate, query, query)
      noteRead(mandate, { action: 'partner_org.users.read', rowCount: rows.length })
      return toPage(rows.map(toEndUser), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/users/:end_user_id',
    summary: "One user of the caller's own user base",
    input: { params: userParams },
    access: { permission: 'partner_org.users.read' },
    limit: 'detail',
    problems: ['END_USER_UNKNOWN'],
    responses: { 200: EndUserBody },
    async handle({ mandate, params }) {
      const row = await getUser(mandate, params.end_user_id)
      noteRead(mandate, { action: 'partner_org.users.read', resource: { type: 'end_user', id: row.id } })
      return answer(row)
    },
  }),
]

const changeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/partner/users/:end_user_id/role',
    summary: 'Give a user another role',
    input: { params: userParams, body: roleBody },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['END_USER_UNKNOWN', 'END_USER_ROLE_REFUSED'],
    responses: { 200: EndUserBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await changeRole(mandate, { id: params.end_user_id, version: expectedVersion, ...body })),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/users/:end_user_id/stop',
    summary: 'Stop a user: the next request is refused',
    input: { params: userParams, body: reasonBody },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['END_USER_UNKNOWN', 'END_USER_STATE_REFUSED'],
    responses: { 200: EndUserBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await stopUser(mandate, { id: params.end_user_id, version: expectedVersion, ...body })),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/users/:end_user_id/restore',
    summary: 'Let a stopped user in again',
    input: { params: userParams, body: reasonBody },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['END_USER_UNKNOWN', 'END_USER_STATE_REFUSED'],
    responses: { 200: EndUserBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await restoreUser(mandate, { id: params.end_user_id, version: expectedVersion, ...body })),
  }),
]

function makeInviteRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/users/invite',
    summary: "Invite somebody into the caller's own user base",
    input: { body: z.strictObject({ email: Email, role: z.enum(['guest', 'realm_admin']) }) },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    problems: ['REALM_MISSING'],
    responses: {
      202: z
        .strictObject({ email: z.string(), role: z.string(), expires_at: z.string() })
        .meta({ id: 'EndUserInvitation' }),
    },
    async handle({ mandate, body }) {
      const expiresAt = await inviteUser(services, mandate, body)
      return { ...body, expires_at: expiresAt.toISOString() }
    },
  })
}

const figuresRoute = route({
  method: 'GET',
  path: '/api/v1/admin/partners/:partner_id/realm',
  summary: "A partner's own user base in figures",
  input: { params: z.strictObject({ partner_id: publicId('partner') }) },
  access: { permission: 'platform.realms.read' },
  limit: 'detail',
  problems: ['REALM_MISSING'],
  responses: {
    200: z
      .strictObject({
        status: z.enum(['open', 'closed']),
        opened_at: z.string(),
        user_count: z.int(),
        new_in_30_days: z.int(),
        signed_in_in_30_days: z.int(),
        roles: z.record(z.enum(REALM_ROLES), z.int()),
        statuses: z.record(z.enum(END_USER_STATUSES), z.int()),
      })
      .meta({ id: 'RealmFigures' }),
  },
  async handle({ mandate, params }) {
    const figures = await readRealmFigures(mandate, params.partner_id)
    noteRead(mandate, {
      action: 'platform.realms.read',
      resource: { type: 'partner', id: params.partner_id },
    })
    return figures
  },
})

/** What the partner's own people do with their user base, and what the provider sees of it. */
export function makeUserBaseRoutes(services: Services): Route[] {
  return [...readRoutes, makeInviteRoute(services), ...changeRoutes, figuresRoute]
}
