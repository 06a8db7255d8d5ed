import { randomBytes } from 'node:crypto'
import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import { makeCode } from './rules.ts'
import type { CodeState, ReferralTables } from './tables.ts'

/** Whoever keeps codes: a partner its own, the provider those of all. */
export type CodeMandate = Mandate<'platform' | 'program'>
type CodeId = IdOf<'referral_code'>

/** Which codes a list shows; whose they are is decided by the database. */
export interface CodeFilter {
  readonly state?: readonly CodeState[] | undefined
  readonly search?: string | undefined
  readonly campaign?: string | undefined
  readonly partnerId?: PartnerId | undefined
}

function filtered(mandate: CodeMandate, filter: CodeFilter) {
  let query = tables<ReferralTables>(mandate).selectFrom('referral_code')
  if (filter.state) query = query.where('state', 'in', [...filter.state])
  if (filter.campaign !== undefined) query = query.where('campaign', '=', filter.campaign)
  if (filter.partnerId) query = query.where('partner_id', '=', filter.partnerId)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) =>
      eb.or([eb('code', 'ilike', pattern), eb('label', 'ilike', pattern), eb('campaign', 'ilike', pattern)]),
    )
  }
  return query
}

function selectAll(mandate: CodeMandate, filter: CodeFilter) {
  return filtered(mandate, filter).selectAll()
}

export type CodeRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** A page of the codes that the mandate may see, newest first, with how many there are. */
export async function listCodes(
  mandate: CodeMandate,
  filter: CodeFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: CodeRow[]; total: number }> {
  const rows = await selectAll(mandate, filter)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await filtered(mandate, filter)
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

/** One code. Throws REFERRAL_CODE_NOT_FOUND. */
export async function getCode(mandate: CodeMandate, id: CodeId): Promise<CodeRow> {
  const row = await tables<ReferralTables>(mandate)
    .selectFrom('referral_code')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'REFERRAL_CODE_NOT_FOUND', 'No code that you can see has this id.')
  return row
}

/** What is said of a new code. */
export interface NewCode {
  readonly partnerId: PartnerId
  /** What it reads; null to have one made. */
  readonly code: string | null
  readonly label: string | null
  readonly campaign: string | null
  readonly destinationUrl: string | null
  readonly usageLimit: number | null
  readonly startsAt: Date | null
  readonly expiresAt: Date | null
}

const ATTEMPTS = 5
const RANDOM_BYTES = 32

/** A code that none reads yet, as far as the mandate can see; the database has the last word. */
async function insertMade(mandate: CodeMandate, wanted: NewCode): Promise<string | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const code = wanted.code ?? makeCode(randomBytes(RANDOM_BYTES))
    if (code === null) continue
    const made = await guarded(
      tables<ReferralTables>(mandate)
        .insertInto('referral_code')
        .values({
          partner_id: wanted.partnerId,
          code,
          created_by: mandate.actor.id,
          created_by_name: mandate.actor.name,
          created_side: mandate.kind === 'platform' ? 'provider' : 'partner',
          label: wanted.label,
          campaign: wanted.campaign,
          destination_url: wanted.destinationUrl,
          usage_limit: wanted.usageLimit,
          ...(wanted.startsAt && { starts_at: wanted.startsAt }),
          expires_at: wanted.expiresAt,
        })
        .onConflict((conflict) => conflict.column('code').doNothing())
        .returning('id')
        .executeTakeFirst(),
    )
    if (made || wanted.code !== null) return made?.id
  }
  return undefined
}

/** Makes a code. Throws REFERRAL_CODE_TAKEN, REFERRAL_HOST_NOT_ALLOWED and REFERRAL_INPUT_UNKNOWN. */
export async function insertCode(mandate: CodeMandate, wanted: NewCode): Promise<CodeId> {
  const id = await insertMade(mandate, wanted)
  if (id === undefined) throw new ProblemError(409, 'REFERRAL_CODE_TAKEN', 'Another code reads the same.')
  return idFromUuid('referral_code', id)
}

/** Switches a code on or off. Throws REFERRAL_CODE_STATE_CONFLICT when it is so already. */
export async function switchCode(mandate: CodeMandate, row: CodeRow, state: CodeState): Promise<void> {
  const { numUpdatedRows } = await guarded(
    tables<ReferralTables>(mandate)
      .updateTable('referral_code')
      .set({ state })
      .where('id', '=', row.id)
      .where('state', '<>', state)
      .executeTakeFirst(),
  )
  if (numUpdatedRows === 0n)
    throw new ProblemError(409, 'REFERRAL_CODE_STATE_CONFLICT', `The code is ${state} already.`)
}

/** The hosts that links of partners may lead to. */
export async function listAllowedHosts(mandate: CodeMandate): Promise<readonly string[]> {
  const row = await tables<ReferralTables>(mandate)
    .selectFrom('referral_setting')
    .select('allowed_hosts')
    .executeTakeFirst()
  return row?.allowed_hosts ?? []
}
