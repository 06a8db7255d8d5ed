import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Statement, StatementResult } from '#platform/statement.ts'
import { makeVoucherCode } from './code.ts'
import type { IssueFacts } from './rules.ts'
import type { IssueInput } from './schemas.ts'
import { DUPLICATE_POLICIES, VOUCHER_STATES } from './tables.ts'
import type { VoucherState, VoucherTables } from './tables.ts'
import type { IssuingMandate } from './type-store.ts'

/** What everybody who may ask for a voucher may see of it. */
const SEEN = [
  'id',
  'code',
  'voucher_type_id',
  'status',
  'agency_id',
  'requested_at',
  'issued_at',
  'expires_at',
  'redeemed_at',
] as const

/** A voucher as far as an agency sees it. */
export interface SeenVoucher {
  readonly id: string
  readonly code: string
  readonly voucher_type_id: string
  readonly status: VoucherState
  readonly agency_id: string | null
  readonly requested_at: Date
  readonly issued_at: Date | null
  readonly expires_at: Date | null
  readonly redeemed_at: Date | null
}

/** The time zone in which the days of the mandate's organisation begin and end. */
export async function readZone(mandate: IssuingMandate): Promise<string> {
  if (mandate.kind !== 'tenant') return mandate.wished.zone
  const [result] = await runStatements(mandate, [
    { text: 'select access.voucher_zone() as zone', values: [] },
  ])
  const zone = result?.rows[0]?.['zone']
  return typeof zone === 'string' ? zone : 'UTC'
}

/** How many codes are made beforehand; the second is needed once in 2^55 times the vouchers of the organisation. */
const CODES = 3

const instant = z.string().transform((text) => new Date(text))

const Made = z.union([
  z.object({ refused_for: z.object({ code: z.string().nullable() }) }),
  z.object({
    voucher: z.object({
      id: z.string(),
      code: z.string(),
      voucher_type_id: z.string(),
      status: z.enum(['issued', 'pending_review']),
      agency_id: z.string().nullable(),
      requested_at: instant,
      issued_at: instant.nullable(),
      expires_at: instant.nullable(),
      redeemed_at: instant.nullable(),
    }),
  }),
])

/** A wish for a voucher, with what is to be done for each earlier voucher that the person may have. */
export interface Wish {
  readonly typeId: string
  readonly identity: Buffer
  readonly outcomes: Readonly<Record<IssueFacts['match'], 'issued' | 'pending_review' | 'refuse'>>
  readonly topics: Readonly<Record<'issued' | 'pending_review', string>>
  readonly input: IssueInput
  readonly purgeAfter: Date
}

/** The new voucher, or of whom an earlier one refuses it: its code is null when it is not the caller's own. */
export type Made = z.output<typeof Made>

/** Statements of a caller that go in the same round trip, and what their results are judged by before anything else. */
export interface Bound {
  readonly statements: readonly Statement[]
  readonly judge: (results: readonly StatementResult[]) => void
}

function tellWish({ input, purgeAfter, outcomes, topics }: Wish) {
  const { first_name, last_name, date_of_birth, household_adults, household_children } = input
  return {
    outcomes,
    topics,
    codes: Array.from({ length: CODES }, () => makeVoucherCode()),
    recipient: {
      first_name,
      last_name,
      date_of_birth,
      household_adults,
      household_children,
      purge_after: purgeAfter.toISOString(),
    },
  }
}

/** Whose an agency's voucher is the database knows; an organisation's own people issue for it, with their own rights. */
function issueStatement(mandate: IssuingMandate, wish: Wish): Statement {
  const told = tellWish(wish)
  if (mandate.kind === 'tenant')
    return {
      text: 'select access.issue_voucher($1, $2, $3) as made',
      values: [
        wish.typeId,
        wish.identity,
        { ...told, issuer: { issuer_mode: 'staff' }, news: { tenant_id: mandate.tenant.id } },
      ],
    }
  return {
    text: 'select access.issue_for_agency($1, $2, $3) as made',
    values: [wish.typeId, wish.identity, { ...told, issued_by_label: wish.input.issued_by_label }],
  }
}

/**
 * Looks for the earlier voucher of the same person and writes voucher, recipient and news in one round trip, behind what
 * bounds it; whose it is comes from the context alone (E2). Of a voucher of another agency an agency gets nothing but that it
 * is there. Until the transaction ends nobody else is answered for this person. A bound that is reached takes all of it back.
 */
export async function makeVoucher(mandate: IssuingMandate, wish: Wish, bound: Bound): Promise<Made> {
  const results = await runStatements(mandate, [...bound.statements, issueStatement(mandate, wish)])
  bound.judge(results)
  return Made.parse(results[bound.statements.length]?.rows[0]?.['made'])
}

/** Asks for the bound alone, for a wish that is refused for something else unless the bound refuses it. */
export async function judgeBound(mandate: IssuingMandate, bound: Bound): Promise<void> {
  bound.judge(await runStatements(mandate, bound.statements))
}

const Ground = z.object({
  id: z.string(),
  code: z.string(),
  label: z.string(),
  duplicate_policy: z.enum(DUPLICATE_POLICIES),
  keep_recipient_days: z.number(),
})

/** The time zone and the type that a wish stands on; the type is null unless it is on offer. */
export async function readGround(
  mandate: IssuingMandate,
  typeCode: string,
): Promise<{ readonly zone: string; readonly type: z.output<typeof Ground> | null }> {
  // An agency's request brings both with it.
  if (mandate.kind !== 'tenant') {
    const { zone, type } = mandate.wished
    return { zone, type: type?.code === typeCode ? type : null }
  }
  const [zone, type] = await runStatements(mandate, [
    { text: 'select access.voucher_zone() as zone', values: [] },
    {
      text: 'select id, code, label, duplicate_policy, keep_recipient_days from voucher_type where tenant_id = $1 and code = $2 and is_active',
      values: [mandate.tenant.id, typeCode],
    },
  ])
  const told = zone?.rows[0]?.['zone']
  return {
    zone: typeof told === 'string' ? told : 'UTC',
    type: Ground.optional().parse(type?.rows[0]) ?? null,
  }
}

const Found = z.object({
  id: z.string(),
  code: z.string(),
  voucher_type_id: z.string(),
  status: z.enum(VOUCHER_STATES),
  agency_id: z.string().nullable(),
  requested_at: z.date(),
  issued_at: z.date().nullable(),
  expires_at: z.date().nullable(),
  redeemed_at: z.date().nullable(),
  type_code: z.string(),
  type_label: z.string(),
})

/** A voucher by its code: an agency finds its own alone, and foreign and unknown ones are the same miss. */
export async function findByCode(
  mandate: IssuingMandate,
  code: string,
): Promise<z.output<typeof Found> | undefined> {
  if (mandate.kind !== 'tenant') {
    const [found] = await runStatements(mandate, [
      { text: 'select * from access.find_agency_voucher($1)', values: [code] },
    ])
    return Found.optional().parse(found?.rows[0])
  }
  return tables<VoucherTables>(mandate)
    .selectFrom('voucher as v')
    .innerJoin('voucher_type as t', (join) =>
      join.onRef('t.tenant_id', '=', 'v.tenant_id').onRef('t.id', '=', 'v.voucher_type_id'),
    )
    .select(SEEN.map((column) => `v.${column}` as const))
    .select(['t.code as type_code', 't.label as type_label'])
    .where('v.tenant_id', '=', mandate.tenant.id)
    .where('v.code', '=', code)
    .executeTakeFirst()
}
