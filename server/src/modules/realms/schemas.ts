import { encodeId, END_USER_STATUSES, ID_PREFIXES, REALM_ROLES } from '@liaison/access'
import { z } from 'zod'
import { pageQuery } from '#platform/list.ts'
import { commaList, idPattern, plainText, publicId, searchText } from '#platform/route-input.ts'
import type { EndUserRow, OwnSession } from './user-store.ts'

/** An end user as its realm's admins and the partner's people see it. */
export const EndUserBody = z
  .strictObject({
    end_user_id: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.enum(REALM_ROLES),
    status: z.enum(END_USER_STATUSES),
    status_reason: z.string().nullable(),
    created_at: z.string(),
    last_signed_in_at: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'EndUser' })

/** The public form of an end user. */
export function toEndUser(row: EndUserRow): z.input<typeof EndUserBody> {
  return {
    end_user_id: encodeId('end_user', row.id),
    email: row.email,
    name: row.name,
    role: row.role,
    status: row.status,
    status_reason: row.statusReason,
    created_at: row.createdAt.toISOString(),
    last_signed_in_at: row.lastSignedInAt?.toISOString() ?? null,
    version: row.version,
  }
}

export const RealmSessionBody = z
  .strictObject({
    // By its name alone it would be taken for the session of a person.
    session_id: z.string().meta({ pattern: idPattern(ID_PREFIXES.end_user_session) }),
    created_at: z.string(),
    last_seen_at: z.string(),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    is_current: z.boolean(),
  })
  .meta({ id: 'RealmSession' })

/** The public form of a session of the signed-in user. */
export function toRealmSession(session: OwnSession, currentId: string): z.input<typeof RealmSessionBody> {
  return {
    session_id: encodeId('end_user_session', session.id),
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.seenAt.toISOString(),
    ip: session.ip,
    user_agent: session.userAgent,
    is_current: session.id === currentId,
  }
}

export const userQuery = z.strictObject({
  search: searchText().optional(),
  role: commaList(z.enum(REALM_ROLES)).optional(),
  status: commaList(z.enum(END_USER_STATUSES)).optional(),
  ...pageQuery,
})

export const userParams = z.strictObject({ end_user_id: publicId('end_user') })
export const reasonBody = z.strictObject({ reason: plainText(1, 500) })
export const roleBody = z.strictObject({ role: z.enum(REALM_ROLES), reason: plainText(1, 500) })
