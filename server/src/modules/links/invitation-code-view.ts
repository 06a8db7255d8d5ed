import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { CODE_STATUSES } from './invitation-code-store.ts'
import type { CodeRow } from './invitation-code-store.ts'

/** What a tenant reads of an invitation code: never the code. */
export const CodeBody = z
  .strictObject({
    code_id: z.string(),
    hint: z.string().meta({ description: 'The first four characters, by which codes are told apart.' }),
    note: z.string().nullable(),
    status: z.enum(CODE_STATUSES),
    made_by_name: z.string(),
    made_at: z.string(),
    expires_at: z.string(),
    withdrawn_at: z.string().nullable(),
    withdrawn_by_name: z.string().nullable(),
    used_at: z.string().nullable(),
    used_by: z
      .strictObject({ partner_id: z.string(), partner_name: z.string(), link_id: z.string() })
      .nullable()
      .meta({ description: 'Which partner used it, and the request that it became; null until then.' }),
  })
  .meta({ id: 'InvitationCode' })

function userOf(row: CodeRow): z.input<typeof CodeBody>['used_by'] {
  if (row.link_id === null || row.partner_id === null) return null
  return {
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name ?? '',
    link_id: publicIdOf('link', row.link_id),
  }
}

/** An invitation code as its tenant reads it. */
export function toCode(row: CodeRow): z.input<typeof CodeBody> {
  return {
    code_id: publicIdOf('invitation_code', row.id),
    hint: row.hint,
    note: row.note,
    status: row.status,
    made_by_name: row.made_by_name,
    made_at: row.made_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    withdrawn_at: row.withdrawn_at?.toISOString() ?? null,
    withdrawn_by_name: row.withdrawn_by_name,
    used_at: row.used_at?.toISOString() ?? null,
    used_by: userOf(row),
  }
}
