import { REALM_ROLES } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, plainText, publicId, searchText, truth } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { CONSEQUENCES } from './limits.ts'
import {
  getLayers,
  getUsage,
  getUser,
  listConsequences,
  listDays,
  listOverrides,
  listUserUsage,
  resetUsage,
  reviewUsage,
} from './store.ts'
import type { Reader } from './store.ts'
import { ConsequenceBody, LayeredLimitBody, toConsequence, toLayers, toUsage, UsageBody } from './view.ts'

const BASE = '/api/v1/partner/users'
const HISTORY_DAYS = 31

const UserParams = z.strictObject({ end_user_id: publicId('end_user') })

/** The public id of a user. */
export const userId = (uuid: string): string => publicIdOf('end_user', uuid)

export const UserUsageBody = z
  .strictObject({
    end_user_id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(REALM_ROLES),
    status: z.string(),
    usage: UsageBody,
  })
  .meta({ id: 'UserAgainstLimits' })

const OverrideBody = z.strictObject({
  key: z.string(),
  value: z.union([z.int(), z.string(), z.null()]),
  role: z.enum(REALM_ROLES),
  reason: z.string(),
  set_by_name: z.string(),
  set_at: z.string(),
  expires_at: z.string().nullable(),
  lifted_at: z.string().nullable(),
  lifted_by_name: z.string().nullable(),
  holds: z.boolean(),
})

/** Everything about the usage of one user. */
export const UserUsageDetail = z
  .strictObject({
    ...UserUsageBody.shape,
    days: z.array(
      z.strictObject({ day: z.string(), operations: z.int(), counted: z.int(), beyond: z.int() }),
    ),
    layers: z.array(LayeredLimitBody),
    overrides: z.array(OverrideBody),
    consequences: z.array(ConsequenceBody),
  })
  .meta({ id: 'UserUsageDetail' })

type Program = Mandate<'program'>

/** The usage of one user with what decides about it. Throws END_USER_NOT_FOUND. */
export async function readDetail(mandate: Program, uuid: string): Promise<z.output<typeof UserUsageDetail>> {
  const user = await getUser(mandate, uuid)
  const usage = await getUsage(mandate, uuid)
  const layers = await getLayers(mandate, uuid)
  const overrides = await listOverrides(mandate, uuid)
  const { rows } = await listConsequences(mandate, { userId: uuid }, { limit: 20, offset: 0 })
  const { now } = mandate.origin
  return {
    end_user_id: userId(user.id),
    name: user.name ?? '',
    email: user.email,
    role: user.role,
    status: user.status,
    usage: toUsage(usage),
    days: await listDays(mandate, uuid, HISTORY_DAYS),
    layers: toLayers(layers),
    overrides: overrides.map((row) => ({
      key: row.key,
      value: row.value,
      role: row.role,
      reason: row.reason,
      set_by_name: row.set_by_name,
      set_at: row.set_at.toISOString(),
      expires_at: row.expires_at?.toISOString() ?? null,
      lifted_at: row.lifted_at?.toISOString() ?? null,
      lifted_by_name: row.lifted_by_name,
      holds:
        row.lifted_at === null && row.role === user.role && (row.expires_at === null || row.expires_at > now),
    })),
    consequences: rows.map((row) => toConsequence(row, now)),
  }
}

const ReasonInput = z.strictObject({ reason: plainText(1, 500) })

export const userUsageQuery = z.strictObject({
  role: commaList(z.enum(REALM_ROLES)).optional(),
  consequence: z.enum(CONSEQUENCES).optional(),
  used: truth().default(false).meta({ description: 'Only users with operations in the last 7 days.' }),
  search: searchText().optional(),
  ...pageQuery,
})

/** A page of users against their limits, those nearest to one first. */
export async function showUserUsage(mandate: Reader, query: z.output<typeof userUsageQuery>) {
  const { rows, total } = await listUserUsage(
    mandate,
    { roles: query.role, consequence: query.consequence, search: query.search, used: query.used },
    query,
  )
  return toPage(
    rows.map(({ id, usage, ...user }) => ({ end_user_id: userId(id), ...user, usage: toUsage(usage) })),
    query,
    total,
  )
}

/** The routes by which people of a partner see the usage of their users and let them go on (C5). */
export const partnerUsageRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/usage',
    summary: 'The users of your user base against their limits, those nearest to one first',
    input: { query: userUsageQuery },
    access: { permission: 'partner_org.users.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(UserUsageBody)).meta({ id: 'UserUsagePage' }) },
    async handle({ mandate, query }) {
      const shown = await showUserUsage(mandate, query)
      noteRead(mandate, { action: 'partner_org.users.read', rowCount: shown.items.length })
      return shown
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:end_user_id/usage`,
    summary: 'The usage of one user: day by day, which layer decides each limit, what is in force',
    input: { params: UserParams },
    access: { permission: 'partner_org.users.read' },
    limit: 'detail',
    problems: ['END_USER_NOT_FOUND'],
    responses: { 200: UserUsageDetail },
    async handle({ mandate, params }) {
      const detail = await readDetail(mandate, params.end_user_id)
      noteRead(mandate, {
        action: 'partner_org.users.read',
        resource: { type: 'end_user', id: params.end_user_id },
        rowCount: 1,
      })
      return detail
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:end_user_id/usage/reset`,
    summary: 'Let a user go on: what it did counts no more, and what was in force ends',
    input: { params: UserParams, body: ReasonInput },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    problems: ['END_USER_NOT_FOUND'],
    responses: { 200: UserUsageDetail },
    async handle({ mandate, params, body }) {
      const before = await getUser(mandate, params.end_user_id)
      const lifted = await resetUsage(mandate, params.end_user_id, body.reason)
      const detail = await readDetail(mandate, params.end_user_id)
      recordEvent(mandate, {
        action: 'usage.reset',
        resource: { type: 'end_user', id: params.end_user_id },
        changes: {
          lifted: { after: lifted },
          ...(before.status !== detail.status && {
            status: { before: before.status, after: detail.status },
          }),
        },
        reason: body.reason,
      })
      return detail
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/usage/consequences',
    summary: 'What going beyond limits brought your users, the newest first',
    input: {
      query: z.strictObject({
        kind: z.enum(CONSEQUENCES).optional(),
        open: truth()
          .default(false)
          .meta({ description: 'Only what is in force, and cases that nobody has looked through.' }),
        end_user_id: publicId('end_user').optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'partner_org.users.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(ConsequenceBody)).meta({ id: 'UsageConsequencePage' }) },
    async handle({ mandate, query }) {
      const filter = { kind: query.kind, isOpen: query.open, userId: query.end_user_id }
      const { rows, total } = await listConsequences(mandate, filter, query)
      noteRead(mandate, { action: 'partner_org.users.read', rowCount: rows.length })
      return toPage(
        rows.map((row) => toConsequence(row, mandate.origin.now)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/usage/consequences/:consequence_id/review',
    summary: 'Close a case that was to be looked through, with a note',
    input: {
      params: z.strictObject({ consequence_id: publicId('usage_consequence') }),
      body: z.strictObject({ note: plainText(1, 500) }),
    },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    problems: ['USAGE_REVIEW_NOT_FOUND'],
    responses: { 200: UserUsageDetail },
    async handle({ mandate, params, body }) {
      const uuid = await reviewUsage(mandate, params.consequence_id, body.note)
      recordEvent(mandate, {
        action: 'usage.review',
        resource: { type: 'end_user', id: uuid },
        changes: { note: { after: body.note } },
      })
      return readDetail(mandate, uuid)
    },
  }),
]
