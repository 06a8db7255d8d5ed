import { z } from 'zod'
import { pageOf } from '#platform/list.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { showUserUsage, userId, UserUsageBody, userUsageQuery } from './routes-partner.ts'
import { getLayers, getUsage, getUser, listDays, resetUsage } from './store.ts'
import { LayeredLimitBody, toLayers, toUsage } from './view.ts'

const BASE = '/api/v1/realm/users'
const HISTORY_DAYS = 31

const UserParams = z.strictObject({ end_user_id: publicId('end_user') })

/** What an admin of the realm reads of one user; who of the partner set a limit, and why, is the partner's own matter. */
const RealmUserUsage = z
  .strictObject({
    ...UserUsageBody.shape,
    days: z.array(
      z.strictObject({ day: z.string(), operations: z.int(), counted: z.int(), beyond: z.int() }),
    ),
    layers: z.array(LayeredLimitBody),
  })
  .meta({ id: 'RealmUserUsage' })

async function readUserUsage(
  mandate: Mandate<'realm'>,
  uuid: string,
): Promise<z.output<typeof RealmUserUsage>> {
  const { id, name, ...user } = await getUser(mandate, uuid)
  return {
    end_user_id: userId(id),
    name: name ?? '',
    ...user,
    usage: toUsage(await getUsage(mandate, uuid)),
    days: await listDays(mandate, uuid, HISTORY_DAYS),
    layers: toLayers(await getLayers(mandate, uuid)),
  }
}

/** Lets a user of the own realm go on and writes it down. Throws END_USER_NOT_FOUND, and OWN_END_USER for oneself. */
export async function letGoOn(mandate: Mandate<'realm'>, uuid: string, reason: string): Promise<void> {
  const before = await getUser(mandate, uuid)
  if (before.id === mandate.user.id)
    throw new ProblemError(409, 'OWN_END_USER', 'Nobody lets the own account go on.')
  const lifted = await resetUsage(mandate, uuid, reason)
  const after = await getUser(mandate, uuid)
  recordEvent(mandate, {
    action: 'usage.reset',
    resource: { type: 'end_user', id: uuid },
    changes: {
      lifted: { after: lifted },
      ...(before.status !== after.status && { status: { before: before.status, after: after.status } }),
    },
    reason,
  })
}

/** The routes by which the admins of a realm see the usage of its users and let them go on (C5). */
export const realmAdminUsageRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/realm/user-usage',
    summary: 'The users of the own realm against their limits, those nearest to one first',
    input: { query: userUsageQuery },
    access: { realm: 'realm.users.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(UserUsageBody)).meta({ id: 'RealmUserUsagePage' }) },
    async handle({ mandate, query }) {
      const shown = await showUserUsage(mandate, query)
      noteRead(mandate, { action: 'realm.users.read', rowCount: shown.items.length })
      return shown
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:end_user_id/usage`,
    summary:
      'The usage of one user of the own realm: day by day, which layer decides each limit, what is in force',
    input: { params: UserParams },
    access: { realm: 'realm.users.read' },
    limit: 'detail',
    problems: ['END_USER_NOT_FOUND'],
    responses: { 200: RealmUserUsage },
    async handle({ mandate, params }) {
      const shown = await readUserUsage(mandate, params.end_user_id)
      noteRead(mandate, {
        action: 'realm.users.read',
        resource: { type: 'end_user', id: params.end_user_id },
        rowCount: 1,
      })
      return shown
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:end_user_id/usage/reset`,
    summary: 'Let a user of the own realm go on: what it did counts no more, and what was in force ends',
    input: { params: UserParams, body: z.strictObject({ reason: plainText(1, 500) }) },
    access: { realm: 'realm.users.manage' },
    limit: 'write',
    problems: ['END_USER_NOT_FOUND', 'OWN_END_USER'],
    responses: { 200: RealmUserUsage },
    async handle({ mandate, params, body }) {
      await letGoOn(mandate, params.end_user_id, body.reason)
      return readUserUsage(mandate, params.end_user_id)
    },
  }),
]
