import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import { guarded } from './refusals.ts'
import type { ReferralState, ReferralTables } from './tables.ts'

type ReferralId = IdOf<'referral'>

interface Page {
  readonly limit: number
  readonly offset: number
}

/** Which referrals a list shows; whose they are is decided by the database. */
export interface ReferralFilter {
  readonly state?: readonly ReferralState[] | undefined
  readonly codeId?: IdOf<'referral_code'> | undefined
  readonly partnerId?: PartnerId | undefined
  readonly tenantId?: TenantId | undefined
}

function filtered(mandate: Mandate<'platform' | 'program'>, filter: ReferralFilter) {
  let query = tables<ReferralTables>(mandate).selectFrom('referral as r')
  if (filter.state) query = query.where('r.state', 'in', [...filter.state])
  if (filter.codeId) query = query.where('r.code_id', '=', filter.codeId)
  if (filter.partnerId) query = query.where('r.partner_id', '=', filter.partnerId)
  if (filter.tenantId) query = query.where('r.tenant_id', '=', filter.tenantId)
  return query
}

async function count(mandate: Mandate<'platform' | 'program'>, filter: ReferralFilter): Promise<number> {
  const { total } = await filtered(mandate, filter)
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return Number(total)
}

// As the day that was said, in whichever zone the server is.
const FIRST_PAID_ON = sql<string | null>`r.first_paid_on::text`.as('first_paid_on')
const PAID_THROUGH = sql<string | null>`r.paid_through::text`.as('paid_through')
const REVIEW = sql<string | null>`access.risk_category(r.id)`.as('review')

function selectOwn(mandate: Mandate<'program'>, filter: ReferralFilter) {
  return filtered(mandate, filter)
    .leftJoin('referral_code as c', 'c.id', 'r.code_id')
    .leftJoin('referral_block as b', 'b.referral_id', 'r.id')
    .leftJoin('partner_visible_tenant as t', (join) =>
      join.onRef('t.tenant_id', '=', 'r.tenant_id').on('r.voided_at', 'is', null),
    )
    .select([
      'r.id',
      'r.method',
      'r.referred_at',
      'r.window_days',
      'r.state',
      'r.locked_at',
      'r.voided_at',
      'r.void_reason',
      FIRST_PAID_ON,
      PAID_THROUGH,
    ])
    .select(['c.id as code_id', 'c.code', 'b.from_at as blocked_from', REVIEW])
    .select([
      't.tenant_id',
      't.name',
      't.slug',
      't.status',
      't.signed_up_at',
      't.subscription_tier',
      't.monthly_revenue',
    ])
}

export type OwnReferralRow = Awaited<ReturnType<ReturnType<typeof selectOwn>['execute']>>[number]

/** A page of the referrals that the partner's person may see, newest first. */
export async function listOwnReferrals(
  mandate: Mandate<'program'>,
  filter: ReferralFilter,
  page: Page,
): Promise<{ rows: OwnReferralRow[]; total: number }> {
  const rows = await selectOwn(mandate, filter)
    .orderBy('r.referred_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return { rows, total: await count(mandate, filter) }
}

const notFound = () =>
  new ProblemError(404, 'REFERRAL_NOT_FOUND', 'No referral that you can see has this id.')

/** One referral of the partner. Throws REFERRAL_NOT_FOUND. */
export async function getOwnReferral(mandate: Mandate<'program'>, id: ReferralId): Promise<OwnReferralRow> {
  const row = await selectOwn(mandate, {}).where('r.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** A page of the tenants that the partner's person may know of: the limited tenant view and nothing else. */
export async function listVisibleTenants(mandate: Mandate<'program'>, page: Page) {
  const visible = tables<ReferralTables>(mandate).selectFrom('partner_visible_tenant')
  return readPage(visible.selectAll().orderBy('name').orderBy('tenant_id'), page)
}

function selectAny(mandate: Mandate<'platform'>, filter: ReferralFilter) {
  return filtered(mandate, filter)
    .innerJoin('partner as p', 'p.id', 'r.partner_id')
    .innerJoin('tenant as t', 't.id', 'r.tenant_id')
    .leftJoin('referral_code as c', 'c.id', 'r.code_id')
    .leftJoin('referral_block as b', 'b.referral_id', 'r.id')
    .select([
      'r.id',
      'r.partner_id',
      'r.tenant_id',
      'r.agreement_id',
      'r.method',
      'r.referred_at',
      'r.window_days',
      'r.state',
    ])
    .select([
      'r.locked_at',
      'r.voided_at',
      'r.voided_by_name',
      'r.void_reason',
      'r.reason',
      'r.created_by_name',
      'r.import_reference',
      FIRST_PAID_ON,
      PAID_THROUGH,
    ])
    .select([
      'p.name as partner_name',
      't.name as tenant_name',
      'c.code',
      'b.from_at as blocked_from',
      'b.reason as block_reason',
      REVIEW,
    ])
}

export type ReferralRow = Awaited<ReturnType<ReturnType<typeof selectAny>['execute']>>[number]

/** A page of the referrals of all partners, newest first. */
export async function listReferrals(
  mandate: Mandate<'platform'>,
  filter: ReferralFilter,
  page: Page,
): Promise<{ rows: ReferralRow[]; total: number }> {
  const rows = await selectAny(mandate, filter)
    .orderBy('r.referred_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return { rows, total: await count(mandate, filter) }
}

/** One referral. Throws REFERRAL_NOT_FOUND. */
export async function getReferral(mandate: Mandate<'platform'>, id: ReferralId): Promise<ReferralRow> {
  const row = await selectAny(mandate, {}).where('r.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** What somebody of the provider says about a referral by hand. */
export interface ManualReferral {
  readonly partnerId: PartnerId
  readonly tenantId: TenantId
  readonly codeId: IdOf<'referral_code'> | null
  readonly reason: string
}

async function findTerms(mandate: Mandate<'platform'>, partnerId: PartnerId) {
  const [result] = await runStatements(mandate, [
    {
      text: `select (select id from program where code = 'standard') as program, access.agreement_at($1, statement_timestamp()) as agreement`,
      values: [partnerId],
    },
  ])
  const row = result?.rows[0]
  const [program, agreement] = [row?.['program'], row?.['agreement']]
  if (typeof program !== 'string' || typeof agreement !== 'string')
    throw new ProblemError(409, 'REFERRAL_PARTNER_INACTIVE', 'The partner has no agreement in force.')
  return { program, agreement }
}

/**
 * Refers a tenant by hand, after every payment and sign-up that is being taken: what they say of the tenant is looked at.
 * Throws TENANT_ALREADY_REFERRED, TENANT_NOT_NEW and others.
 */
export async function insertManual(mandate: Mandate<'platform'>, asked: ManualReferral): Promise<ReferralId> {
  await runStatements(mandate, [
    // The lock of access.take_sign_ups, with which payments share it.
    { text: "select pg_advisory_xact_lock(hashtextextended('referral_sign_up', 0))", values: [] },
  ])
  const { program, agreement } = await findTerms(mandate, asked.partnerId)
  const { id } = await guarded(
    tables<ReferralTables>(mandate)
      .insertInto('referral')
      .values({
        partner_id: asked.partnerId,
        program_id: program,
        tenant_id: asked.tenantId,
        code_id: asked.codeId,
        agreement_id: agreement,
        method: 'manual',
        referred_at: mandate.origin.now,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
        reason: asked.reason,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('referral', id)
}

/**
 * Voids a referral, after every payment of its partner that is being taken. False when it is locked: then nothing changed,
 * and the database has written the attempt down. Throws REFERRAL_STATE_CONFLICT when it is void already.
 */
export async function voidReferral(
  mandate: Mandate<'platform'>,
  { id, partner_id: partnerId }: Pick<ReferralRow, 'id' | 'partner_id'>,
  reason: string,
): Promise<boolean> {
  await runStatements(mandate, [{ text: 'select access.lock_ledger(array[$1::uuid])', values: [partnerId] }])
  const { numUpdatedRows } = await guarded(
    tables<ReferralTables>(mandate)
      .updateTable('referral')
      .set({ voided_at: mandate.origin.now, voided_by_name: mandate.actor.name, void_reason: reason })
      .where('id', '=', id)
      .executeTakeFirst(),
  )
  return numUpdatedRows === 1n
}

/** Has a referral earn nothing from an instant on. Throws REFERRAL_STATE_CONFLICT. */
export async function blockReferral(
  mandate: Mandate<'platform'>,
  id: ReferralId,
  decided: { readonly reason: string; readonly fromAt: Date | null },
): Promise<void> {
  await guarded(
    tables<ReferralTables>(mandate)
      .insertInto('referral_block')
      .values({ referral_id: id, reason: decided.reason, ...(decided.fromAt && { from_at: decided.fromAt }) })
      .execute(),
  )
}
