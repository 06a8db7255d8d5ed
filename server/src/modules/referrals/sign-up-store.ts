import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { ReferralTables, SignUpOutcome } from './tables.ts'

/** One sign-up with its tenant found. */
export interface PlacedSignUp {
  readonly externalId: string
  readonly tenantId: string
  readonly occurredAt: string
  readonly code: string | null
  readonly clickId: string | null
  readonly contactEmail: string | null
  readonly ipPrefix: string | null
}

/** The tenants of the source, by their external ids. */
export async function findTenantsOfSource(
  mandate: Mandate<'ingest'>,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select external_id, id from tenant where source = $1 and external_id = any ($2)',
      values: [mandate.source, externalIds],
    },
  ])
  return new Map((result?.rows ?? []).map((row) => [String(row['external_id']), String(row['id'])]))
}

const Answer = z.object({
  outcome: z.enum(['referred', 'not_referred']),
  reason: z.string().nullable(),
  referral_id: z.string().nullable(),
  is_new: z.boolean(),
  is_reused: z.boolean(),
  risk: z.enum(['flag', 'hold']).nullish(),
})

/** What came of one sign-up. `is_reused`: its id came before with another content. */
export type SignUpAnswer = z.output<typeof Answer>

/** A key, because addresses can be guessed: a plain digest would confirm a guess long after the address is forgotten. */
function toItem(source: string, item: PlacedSignUp, key: Buffer): Record<string, unknown> {
  const told = {
    source,
    external_id: item.externalId,
    tenant_id: item.tenantId,
    occurred_at: new Date(item.occurredAt).toISOString(),
    code: item.code,
    click_id: item.clickId,
    contact_email: item.contactEmail,
    ip_prefix: item.ipPrefix,
  }
  return { ...told, digest: createHmac('sha256', key).update(JSON.stringify(told)).digest('hex') }
}

/** Takes sign-ups, one after the other in their order; each once for its external id. `key` digests what was told. */
export async function takeSignUps(
  mandate: Mandate<'ingest'>,
  items: readonly PlacedSignUp[],
  key: Buffer,
): Promise<SignUpAnswer[]> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select answer from access.take_sign_ups($1::jsonb) order by place',
      values: [JSON.stringify(items.map((item) => toItem(mandate.source, item, key)))],
    },
  ])
  return (result?.rows ?? []).map((row) => Answer.parse(row['answer']))
}

/** Sets a mark to which everything that is done after it can be undone. */
export async function setMark(mandate: Mandate<'ingest'>): Promise<void> {
  await runStatements(mandate, [{ text: 'savepoint sign_ups', values: [] }])
}

/** Undoes everything since the mark. */
export async function returnToMark(mandate: Mandate<'ingest'>): Promise<void> {
  await runStatements(mandate, [{ text: 'rollback to savepoint sign_ups', values: [] }])
}

/** Which sign-ups a list shows. */
export interface SignUpFilter {
  readonly outcome?: SignUpOutcome | undefined
  readonly partnerId?: string | undefined
  readonly tenantId?: string | undefined
}

function filtered(mandate: Mandate<'platform'>, filter: SignUpFilter) {
  let query = tables<ReferralTables>(mandate).selectFrom('referral_sign_up as s')
  if (filter.outcome) query = query.where('s.outcome', '=', filter.outcome)
  if (filter.partnerId) query = query.where('s.partner_id', '=', filter.partnerId)
  if (filter.tenantId) query = query.where('s.tenant_id', '=', filter.tenantId)
  return query
}

function selectAll(mandate: Mandate<'platform'>, filter: SignUpFilter) {
  return filtered(mandate, filter)
    .innerJoin('tenant as t', 't.id', 's.tenant_id')
    .leftJoin('partner as p', 'p.id', 's.partner_id')
    .select([
      's.source',
      's.external_id',
      's.tenant_id',
      't.name as tenant_name',
      's.occurred_at',
      's.received_at',
    ])
    .select(['s.code', 's.outcome', 's.reason', 's.referral_id', 's.partner_id', 'p.name as partner_name'])
}

export type SignUpRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** A page of the sign-ups that were reported, newest first. */
export async function listSignUps(
  mandate: Mandate<'platform'>,
  filter: SignUpFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: SignUpRow[]; total: number }> {
  const rows = await selectAll(mandate, filter)
    .orderBy('s.received_at', 'desc')
    .orderBy('s.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await filtered(mandate, filter)
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}
