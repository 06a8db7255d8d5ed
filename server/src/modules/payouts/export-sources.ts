import { decodeId } from '@liaison/access'
import { z } from 'zod'
import { defineProgramExportSource } from '#platform/export-source.ts'
import type {
  ExportCell,
  ExportColumn,
  ExportPermissions,
  ExportSource,
  ProgramExportMandate,
} from '#platform/export-source.ts'
import { toMoney } from '#platform/money.ts'
import { calendarMonth } from '#platform/route-input.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { batchRows, earningRows, payoutRows, referralRows, statementRows } from './export-store.ts'
import type {
  BatchOut,
  EarningOut,
  PayoutOut,
  ReferralOut,
  StatementOut,
  Wanted,
  Window,
} from './export-store.ts'
import { BATCH_STATES, ITEM_STATES } from './tables.ts'

const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217')

const months = { from_month: calendarMonth().optional(), to_month: calendarMonth().optional() }
const money = { ...months, currency: Currency.optional() }
/** Asked by the provider alone: a partner's files hold its own rows whatever is asked. */
const ofPartner = {
  partner_id: z
    .string()
    .refine((text) => decodeId('partner', text) !== null, 'must be the id of a partner')
    .optional(),
}
const statesOf = <const States extends readonly [string, ...string[]]>(states: States) =>
  z.array(z.enum(states)).min(1).max(states.length).optional()

const EARNING_KINDS = ['commission', 'clawback', 'adjustment'] as const
const EARNING_STATES = ['pending', 'approved', 'held', 'in_payout', 'paid', 'void'] as const
const REFERRAL_STATES = ['created', 'locked', 'voided'] as const

interface Asked {
  readonly from_month?: string | undefined
  readonly to_month?: string | undefined
  readonly currency?: string | undefined
  readonly partner_id?: string | undefined
  readonly state?: readonly string[] | undefined
  readonly earning_kind?: readonly string[] | undefined
}

const dayOf = (month: string | undefined): string | null => (month === undefined ? null : `${month}-01`)

function toWanted(mandate: ProgramExportMandate, asked: Asked): Wanted {
  const { partner_id: partner } = asked
  const named = partner === undefined ? null : decodeId('partner', partner)
  return {
    partnerId: mandate.kind === 'program' ? mandate.partner.id : named,
    from: dayOf(asked.from_month),
    to: dayOf(asked.to_month),
    states: asked.state ?? null,
    earningKinds: asked.earning_kind ?? null,
    currency: asked.currency ?? null,
  }
}

/** One kind of rows of the program, as it is told and as it is read. */
interface Kind<Schema extends z.ZodObject, Row extends { readonly id: string }> {
  readonly kind: string
  readonly noun: string
  readonly permissions: ExportPermissions
  readonly columns: readonly ExportColumn[]
  readonly filter: Schema
  readonly rows: {
    readonly count: (mandate: ProgramExportMandate, wanted: Wanted) => Promise<number>
    readonly read: (mandate: ProgramExportMandate, wanted: Wanted, window: Window) => Promise<Row[]>
  }
  readonly toCells: (row: Row) => readonly ExportCell[]
}

/** Rows are read behind the last one by its id, never by offset. */
function makeSource<Schema extends z.ZodObject, Row extends { readonly id: string }>({
  rows,
  toCells,
  ...told
}: Kind<Schema, Row>): ExportSource {
  return defineProgramExportSource({
    ...told,
    estimate: (mandate, { filter }) => rows.count(mandate, toWanted(mandate, filter)),
    async read(mandate, { filter }, { after, limit }) {
      const place = after === null ? null : String(after[0])
      const batch = await rows.read(mandate, toWanted(mandate, filter), { after: place, limit })
      const last = batch.length < limit ? undefined : batch.at(-1)
      return {
        rows: batch.map((row) => ({ tenantId: null, cells: toCells(row) })),
        next: last === undefined ? null : [last.id],
      }
    },
  })
}

type Named = readonly [key: string, label: string, type: ExportColumn['type'], width?: number]

const toColumns = (named: readonly Named[]): ExportColumn[] =>
  named.map(([key, label, type, width]) => ({ key, label, type, ...(width !== undefined && { width }) }))

const inWords = (name: string): string => name.replaceAll('_', ' ')

const earningExport = makeSource({
  kind: 'earnings',
  noun: 'earnings',
  permissions: { program: 'partner_org.earnings.export', platform: 'platform.earnings.read' },
  filter: z.strictObject({
    ...money,
    ...ofPartner,
    state: statesOf(EARNING_STATES),
    earning_kind: statesOf(EARNING_KINDS),
  }),
  rows: earningRows,
  columns: toColumns([
    ['earning_id', 'Earning', 'text', 5],
    ['occurred_at', 'When', 'instant', 3],
    ['month', 'Month', 'text', 2],
    ['kind', 'Kind', 'text', 2],
    ['component', 'Component', 'text', 3],
    ['state', 'State', 'text', 2],
    ['available_on', 'Available', 'day', 2],
    ['base', 'Of', 'money', 3],
    ['amount', 'Amount', 'money', 3],
    ['currency', 'Currency', 'text', 2],
    ['partner_name', 'Partner', 'text'],
    ['referral_id', 'Referral', 'text'],
    ['payout_id', 'Payout', 'text'],
  ]),
  toCells: (row: EarningOut) => [
    publicIdOf('earning', row.id),
    row.occurred_at,
    row.period_month.slice(0, 7),
    row.kind,
    row.component,
    inWords(row.state),
    row.available_on,
    toMoney(row.base_minor, row.currency),
    toMoney(row.amount_minor, row.currency),
    row.currency,
    row.partner_name,
    row.referral_id === null ? null : publicIdOf('referral', row.referral_id),
    row.payout_item_id === null ? null : publicIdOf('payout_item', row.payout_item_id),
  ],
})

const referralExport = makeSource({
  kind: 'referrals',
  noun: 'referrals',
  permissions: { program: 'partner_org.earnings.export', platform: 'platform.referrals.read' },
  filter: z.strictObject({ ...months, ...ofPartner, state: statesOf(REFERRAL_STATES) }),
  rows: referralRows,
  columns: toColumns([
    ['referral_id', 'Referral', 'text', 5],
    ['method', 'How', 'text', 3],
    ['referred_at', 'When', 'instant', 3],
    ['state', 'State', 'text', 3],
    ['partner_name', 'Partner', 'text'],
  ]),
  toCells: (row: ReferralOut) => [
    publicIdOf('referral', row.id),
    inWords(row.method),
    row.referred_at,
    inWords(row.state),
    row.partner_name,
  ],
})

const statementExport = makeSource({
  kind: 'statements',
  noun: 'statements',
  permissions: { program: 'partner_org.earnings.export', platform: 'platform.payouts.read' },
  filter: z.strictObject({ ...money, ...ofPartner }),
  rows: statementRows,
  columns: toColumns([
    ['statement_id', 'Statement', 'text', 5],
    ['month', 'Month', 'text', 2],
    ['currency', 'Currency', 'text', 2],
    ['opening', 'Before', 'money', 3],
    ['earned', 'Earned', 'money', 3],
    ['voided', 'Taken off', 'money', 3],
    ['paid', 'Paid out', 'money', 3],
    ['closing', 'After', 'money', 3],
    ['partner_name', 'Partner', 'text'],
  ]),
  toCells: (row: StatementOut) => [
    publicIdOf('earning_statement', row.id),
    row.month.slice(0, 7),
    row.currency,
    ...[row.opening_minor, row.earned_minor, row.voided_minor, row.paid_minor, row.closing_minor].map(
      (minor) => toMoney(minor, row.currency),
    ),
    row.partner_name,
  ],
})

const payoutExport = makeSource({
  kind: 'payouts',
  noun: 'payouts',
  permissions: { program: 'partner_org.earnings.export', platform: 'platform.payouts.read' },
  filter: z.strictObject({ ...money, ...ofPartner, state: statesOf(ITEM_STATES) }),
  rows: payoutRows,
  columns: toColumns([
    ['payout_id', 'Payout', 'text', 5],
    ['state', 'State', 'text', 2],
    ['amount', 'Amount', 'money', 3],
    ['currency', 'Currency', 'text', 2],
    ['earnings', 'Earnings', 'whole', 2],
    ['account', 'Account', 'text', 3],
    ['approved_at', 'Approved', 'instant', 3],
    ['finished_at', 'Ended', 'instant', 3],
    ['reference', 'Reference', 'text', 3],
    ['failure_reason', 'Why it failed', 'text'],
    ['partner_name', 'Partner', 'text'],
  ]),
  toCells: (row: PayoutOut) => [
    publicIdOf('payout_item', row.id),
    inWords(row.state),
    toMoney(row.amount_minor, row.currency),
    row.currency,
    row.row_count,
    row.account_label,
    row.approved_at,
    row.finished_at,
    row.rail_ref,
    row.failure_reason,
    row.partner_name,
  ],
})

const batchExport = makeSource({
  kind: 'payout_batches',
  noun: 'payout batches',
  permissions: { platform: 'platform.payouts.read' },
  filter: z.strictObject({ ...money, state: statesOf(BATCH_STATES) }),
  rows: batchRows,
  columns: toColumns([
    ['batch_id', 'Batch', 'text', 5],
    ['number', 'Number', 'whole', 2],
    ['state', 'State', 'text', 3],
    ['paid_by', 'Way of paying', 'text', 2],
    ['total', 'Total', 'money', 3],
    ['currency', 'Currency', 'text', 2],
    ['payouts', 'Payouts', 'whole', 2],
    ['created_by_name', 'Built by', 'text', 3],
    ['created_at', 'Built', 'instant', 3],
    ['submitted_by_name', 'Submitted by', 'text'],
    ['approved_by_name', 'Approved by', 'text', 3],
    ['approved_at', 'Approved', 'instant', 3],
    ['finished_at', 'Ended', 'instant'],
  ]),
  toCells: (row: BatchOut) => [
    publicIdOf('payout_batch', row.id),
    row.number,
    inWords(row.state),
    row.rail,
    toMoney(row.total_minor, row.currency),
    row.currency,
    row.item_count,
    row.created_by_name,
    row.created_at,
    row.submitted_by_name,
    row.approved_by_name,
    row.approved_at,
    row.finished_at,
  ],
})

/** What the program keeps in rows, for files of a partner's own and of the provider's (D10). */
export const programExports: readonly ExportSource[] = [
  earningExport,
  referralExport,
  statementExport,
  payoutExport,
  batchExport,
]
