import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { InvitationCode } from './invitation-code.ts'
import type { LinkTables } from './tables.ts'

export type InvitationCodeId = IdOf<'invitation_code'>

export const CODE_STATUSES = ['open', 'used', 'withdrawn', 'expired'] as const
type CodeStatus = (typeof CODE_STATUSES)[number]

const guarded = guardedBy({
  invitation_code_many: [
    'INVITATION_CODE_LIMIT_REACHED',
    'As many invitation codes are open as an organisation may have.',
  ],
})

const status = sql<CodeStatus>`case when c.used_at is not null then 'used' when c.withdrawn_at is not null then 'withdrawn'
  when c.expires_at <= now() then 'expired' else 'open' end`

function selectCodes(mandate: Mandate<'tenant'>) {
  return tables<LinkTables>(mandate)
    .selectFrom('tenant_invitation_code as c')
    .leftJoin('link_overview as o', 'o.id', 'c.link_id')
    .where('c.tenant_id', '=', mandate.tenant.id)
}

const listed = (mandate: Mandate<'tenant'>) =>
  selectCodes(mandate).select([
    'c.id',
    'c.hint',
    'c.note',
    status.as('status'),
    'c.made_by_name',
    'c.made_at',
    'c.expires_at',
    'c.withdrawn_at',
    'c.withdrawn_by_name',
    'c.used_at',
    'c.link_id',
    'o.partner_id',
    'o.partner_name',
  ])

/** A page of the tenant's invitation codes, open ones first, then the newest. */
export async function listCodes(
  mandate: Mandate<'tenant'>,
  filter: { readonly status?: readonly CodeStatus[] | undefined },
  page: { readonly limit: number; readonly offset: number },
) {
  const wanted = filter.status ?? CODE_STATUSES
  const rows = await listed(mandate)
    .where(status, 'in', wanted)
    .orderBy(sql`${status} <> 'open'`)
    .orderBy('c.made_at', 'desc')
    .orderBy('c.id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await selectCodes(mandate)
    .where(status, 'in', wanted)
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One invitation code of the tenant. Throws INVITATION_CODE_NOT_FOUND. */
export async function getCode(mandate: Mandate<'tenant'>, id: InvitationCodeId) {
  const row = await listed(mandate).where('c.id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(
      404,
      'INVITATION_CODE_NOT_FOUND',
      'The organisation has no invitation code with this id.',
    )
  return row
}

export type CodeRow = Awaited<ReturnType<typeof getCode>>

/** The invitation code by which a link was asked for; undefined for one that was asked for otherwise. */
export function findCodeOfLink(mandate: Mandate<'tenant'>, linkId: string): Promise<CodeRow | undefined> {
  return listed(mandate).where('c.link_id', '=', linkId).executeTakeFirst()
}

/** Keeps what a new code is known by. Throws INVITATION_CODE_LIMIT_REACHED, which the database counts. */
export async function insertCode(
  mandate: Mandate<'tenant'>,
  code: InvitationCode & { readonly note: string | null; readonly days: number },
): Promise<string> {
  const [result] = await guarded(
    runStatements(mandate, [
      {
        text: `insert into tenant_invitation_code (tenant_id, code_hash, hint, note, made_by, made_by_name, expires_at)
          values ($1, $2, $3, $4, $5, $6, now() + make_interval(hours => 24 * $7::integer)) returning id`,
        values: [
          mandate.tenant.id,
          code.hash,
          code.hint,
          code.note,
          mandate.actor.id,
          mandate.actor.name,
          code.days,
        ],
      },
    ]),
  )
  return String(result?.rows[0]?.['id'])
}

/** Takes an open code back. Throws INVITATION_CODE_OVER where it was used, withdrawn or ran out, also at this very moment. */
export async function withdrawCode(mandate: Mandate<'tenant'>, id: InvitationCodeId): Promise<void> {
  const [result] = await runStatements(mandate, [
    {
      text: `update tenant_invitation_code set withdrawn_at = now(), withdrawn_by = $2, withdrawn_by_name = $3
        where id = $1 and tenant_id = $4 and used_at is null and withdrawn_at is null and expires_at > now() returning id`,
      values: [id, mandate.actor.id, mandate.actor.name, mandate.tenant.id],
    },
  ])
  if (result?.rows.length !== 1)
    throw new ProblemError(409, 'INVITATION_CODE_OVER', 'The code was used, withdrawn or ran out already.')
}

/** Takes every open code of the tenant back, and says which; one that somebody is just making is waited for. */
export async function withdrawOpenCodes(
  mandate: Mandate<'tenant'>,
): Promise<Pick<CodeRow, 'hint' | 'id' | 'note'>[]> {
  await runStatements(mandate, [
    {
      text: `select pg_advisory_xact_lock(access.lock_key('invitation codes', $1))`,
      values: [mandate.tenant.id],
    },
  ])
  return tables<LinkTables>(mandate)
    .updateTable('tenant_invitation_code')
    .set({
      withdrawn_at: sql<Date>`now()`,
      withdrawn_by: mandate.actor.id,
      withdrawn_by_name: mandate.actor.name,
    })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['id', 'hint', 'note'])
    .execute()
}

/** Uses a code up for the request that is about to be written; nothing without one, with the same work. False when it does not hold. */
export async function useCode(
  mandate: Mandate<'program'>,
  hash: Buffer | null,
  linkId: string,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.use_invitation_code($1, $2) as used', values: [hash, linkId] },
  ])
  return result?.rows[0]?.['used'] === true
}
