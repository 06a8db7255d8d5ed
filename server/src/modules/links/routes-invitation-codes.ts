import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  DEFAULT_CODE_DAYS,
  LONGEST_CODE_DAYS,
  makeInvitationCode,
  SHORTEST_CODE_DAYS,
} from './invitation-code.ts'
import { CodeBody, toCode } from './invitation-code-view.ts'
import {
  CODE_STATUSES,
  getCode,
  insertCode,
  listCodes,
  withdrawCode,
  withdrawOpenCodes,
} from './invitation-code-store.ts'
import type { CodeRow } from './invitation-code-store.ts'

const BASE = '/api/v1/tenant/partner-access/invitation-codes'

const MadeCodeBody = z
  .strictObject({
    ...CodeBody.shape,
    code: z.string().meta({ description: 'The code, in seven groups of four. It is shown this once.' }),
  })
  .meta({ id: 'MadeInvitationCode' })

const CodeInput = z.strictObject({
  note: plainText(1, 100).optional().meta({
    description: 'For whom or what it is. Only the own organisation reads it.',
  }),
  days: z
    .int()
    .min(SHORTEST_CODE_DAYS)
    .max(LONGEST_CODE_DAYS)
    .default(DEFAULT_CODE_DAYS)
    .meta({ description: 'For how many days it holds.' }),
})

function recordCode(mandate: Mandate<'tenant'>, act: 'issue' | 'withdraw', row: CodeRow): void {
  recordEvent(mandate, {
    action: `tenant.partner_access.invitation_codes.${act}`,
    resource: { type: 'invitation_code', id: row.id, label: `${row.hint}…` },
    ...(act === 'issue' && { changes: { expires_at: row.expires_at, note: row.note } }),
  })
}

/** Takes every open code of the tenant back, in a step that stops more than these. */
export async function stopCodes(mandate: Mandate<'tenant'>, reason: string) {
  const rows = await withdrawOpenCodes(mandate)
  for (const { id, hint } of rows)
    recordEvent(mandate, {
      action: 'tenant.partner_access.invitation_codes.withdraw',
      reason,
      resource: { type: 'invitation_code', id, label: `${hint}…` },
    })
  return rows.map(({ id, hint, note }) => ({
    code_id: publicIdOf('invitation_code', id),
    hint,
    note,
  }))
}

/** The routes by which a tenant gives out codes to ask it for a link with (managed-tenants.md sections 2 and 7, B). */
export const invitationCodeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'The invitation codes of the own organisation: open ones first, and what became of the others',
    input: {
      query: z.strictObject({ status: commaList(z.enum(CODE_STATUSES)).optional(), ...pageQuery }),
    },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(CodeBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listCodes(mandate, query, query)
      noteRead(mandate, { action: 'tenant.partner_access.read', rowCount: rows.length })
      return toPage(rows.map(toCode), query, total)
    },
  }),
  route({
    method: 'POST',
    path: BASE,
    summary:
      'Make a code with which one partner may ask for a link, whatever the rules say about who may ask',
    input: { body: CodeInput },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['INVITATION_CODE_LIMIT_REACHED'],
    showsSecret: true,
    responses: { 201: MadeCodeBody },
    async handle({ mandate, body }) {
      const made = makeInvitationCode()
      const id = idFromUuid(
        'invitation_code',
        await insertCode(mandate, { ...made, note: body.note?.trim() ?? null, days: body.days }),
      )
      const row = await getCode(mandate, id)
      recordCode(mandate, 'issue', row)
      return sent(
        { ...toCode(row), code: made.shown },
        { Location: `${BASE}/${encodeId('invitation_code', id)}` },
      )
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:code_id`,
    summary: 'One invitation code, and what became of it',
    input: { params: z.strictObject({ code_id: publicId('invitation_code') }) },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['INVITATION_CODE_NOT_FOUND'],
    responses: { 200: CodeBody },
    handle: async ({ mandate, params }) => toCode(await getCode(mandate, params.code_id)),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:code_id/withdraw`,
    summary: 'Take an invitation code back, so that nobody asks with it any more',
    input: { params: z.strictObject({ code_id: publicId('invitation_code') }) },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: ['INVITATION_CODE_NOT_FOUND', 'INVITATION_CODE_OVER'],
    responses: { 200: CodeBody },
    async handle({ mandate, params }) {
      await getCode(mandate, params.code_id)
      await withdrawCode(mandate, params.code_id)
      const row = await getCode(mandate, params.code_id)
      recordCode(mandate, 'withdraw', row)
      return toCode(row)
    },
  }),
]
