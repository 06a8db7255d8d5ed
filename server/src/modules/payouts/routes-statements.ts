import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { noteRead } from '#platform/mandate.ts'
import { Money, toMoney } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { answerFile } from './files.ts'
import {
  getStatement,
  listFiles,
  listStatementLines,
  listStatements,
  listYears,
  readStatementFile,
} from './statement-store.ts'
import type { StatementLineRow, StatementRow } from './statement-store.ts'
import { STATEMENT_FORMATS } from './tables.ts'

const Params = z.strictObject({ statement_id: publicId('earning_statement') })
const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217')

const StatementBody = z
  .strictObject({
    statement_id: z.string(),
    partner_id: z.string(),
    partner_name: z.string(),
    month: z.string(),
    currency: z.string(),
    opening: Money,
    earned: Money,
    voided: Money,
    paid: Money,
    closing: Money,
    line_count: z.int(),
    closed_at: z.string(),
  })
  .meta({ id: 'EarningStatement' })

const StatementDetailBody = StatementBody.extend({
  totals: z.array(z.strictObject({ kind: z.string(), state: z.string(), amount: Money, count: z.int() })),
  files: z.array(
    z.strictObject({
      format: z.enum(STATEMENT_FORMATS),
      size_bytes: z.int(),
      sha256: z.string(),
      is_sealed: z.boolean(),
    }),
  ),
}).meta({ id: 'EarningStatementDetail' })

const StatementLineBody = z
  .strictObject({
    place: z.int(),
    what: z.enum(['earned', 'voided', 'paid']),
    reference: z.string(),
    day: z.string(),
    kind: z.string(),
    state: z.string().meta({ description: 'As it was when the statement was closed.' }),
    about: z.string(),
    base: Money.nullable(),
    amount: Money.meta({ description: 'With the sign with which it counts.' }),
  })
  .meta({ id: 'EarningStatementLine' })

const toStatement = (row: StatementRow): z.input<typeof StatementBody> => ({
  statement_id: publicIdOf('earning_statement', row.id),
  partner_id: publicIdOf('partner', row.partner_id),
  partner_name: row.partner_name,
  month: row.month.slice(0, 7),
  currency: row.currency,
  opening: toMoney(row.opening_minor, row.currency),
  earned: toMoney(row.earned_minor, row.currency),
  voided: toMoney(row.voided_minor, row.currency),
  paid: toMoney(row.paid_minor, row.currency),
  closing: toMoney(row.closing_minor, row.currency),
  line_count: row.line_count,
  closed_at: row.closed_at.toISOString(),
})

const toStatementLine = (row: StatementLineRow, currency: string): z.input<typeof StatementLineBody> => ({
  place: row.place,
  what: row.what,
  reference:
    row.earning_id === null
      ? publicIdOf('payout_item', row.payout_item_id ?? '')
      : publicIdOf('earning', row.earning_id),
  day: row.day,
  kind: row.kind,
  state: row.state,
  about: row.about,
  base: row.base_minor === null ? null : toMoney(row.base_minor, currency),
  amount: toMoney(row.amount_minor, currency),
})

const MEDIA_TYPES = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** Which side the routes serve, in the same words. */
interface Side {
  readonly base: '/api/v1/program/statements' | '/api/v1/admin/statements'
  readonly read:
    | { readonly permission: 'partner_org.payouts.read' }
    | { readonly permission: 'platform.payouts.read' }
  readonly take:
    | { readonly permission: 'partner_org.earnings.export' }
    | { readonly permission: 'platform.payouts.read' }
  readonly whose: string
}

type Either = Mandate<'platform' | 'program'>

async function describe(mandate: Either, row: StatementRow): Promise<z.input<typeof StatementDetailBody>> {
  const files = await listFiles(mandate, row.id)
  return {
    ...toStatement(row),
    totals: row.totals.map(({ kind, state, amount_minor: minor, count }) => ({
      kind,
      state,
      count,
      amount: toMoney(minor, row.currency),
    })),
    files: files.map((file) => ({
      format: file.format,
      size_bytes: file.size_bytes,
      sha256: file.sha256.toString('hex'),
      is_sealed: file.is_sealed,
    })),
  }
}

function makeReadRoutes({ base, read, whose }: Side): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: base,
      summary: `Monthly statements of ${whose}, newest first`,
      input: {
        query: z.strictObject({
          currency: Currency.optional(),
          partner_id: publicId('partner').optional(),
          ...pageQuery,
        }),
      },
      access: read,
      limit: 'list',
      responses: { 200: z.strictObject(pageOf(StatementBody)) },
      async handle({ mandate, query }) {
        const filter = { currency: query.currency, partnerId: query.partner_id }
        const { rows, total } = await listStatements(mandate, filter, query)
        return toPage(rows.map(toStatement), query, total)
      },
    }),
    route({
      method: 'GET',
      path: `${base}/:statement_id`,
      summary: `One statement of ${whose} with its sums and the digests of its files`,
      input: { params: Params },
      access: read,
      limit: 'detail',
      problems: ['STATEMENT_NOT_FOUND'],
      responses: { 200: StatementDetailBody },
      handle: async ({ mandate, params }) =>
        describe(mandate, await getStatement(mandate, params.statement_id)),
    }),
  ]
}

function makeLinesRoute({ base, read, whose }: Side): Route {
  return route({
    method: 'GET',
    path: `${base}/:statement_id/lines`,
    summary: `The lines of one statement of ${whose}`,
    input: { params: Params, query: z.strictObject(pageQuery) },
    access: read,
    limit: 'list',
    problems: ['STATEMENT_NOT_FOUND'],
    responses: { 200: z.strictObject(pageOf(StatementLineBody)) },
    async handle({ mandate, params, query }) {
      const row = await getStatement(mandate, params.statement_id)
      const lines = await listStatementLines(mandate, row.id, query)
      return toPage(
        lines.map((line) => toStatementLine(line, row.currency)),
        query,
        row.line_count,
      )
    },
  })
}

function makeFileRoute({ base, take, whose }: Side): Route {
  return route({
    method: 'GET',
    path: `${base}/:statement_id/file`,
    summary: `A file of one statement of ${whose}, as it was made when the month was closed`,
    input: { params: Params, query: z.strictObject({ format: z.enum(STATEMENT_FORMATS).default('pdf') }) },
    access: take,
    limit: 'detail',
    problems: ['STATEMENT_NOT_FOUND'],
    responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
    async handle({ mandate, params, query }) {
      const row = await getStatement(mandate, params.statement_id)
      const file = (await listFiles(mandate, row.id)).find(({ format }) => format === query.format)
      if (!file) throw new ProblemError(404, 'STATEMENT_NOT_FOUND', 'The statement has no such file.')
      noteRead(mandate, {
        action: 'program.statement.downloaded',
        partnerId: row.partner_id,
        partnerName: row.partner_name,
        resource: {
          type: 'earning_statement',
          id: row.id,
          label: `${row.month.slice(0, 7)} ${row.currency}`,
        },
        rowCount: row.line_count,
      })
      return answerFile({
        name: `statement-${row.month.slice(0, 7)}-${row.currency}.${query.format}`,
        mediaType: MEDIA_TYPES[query.format],
        sizeBytes: file.size_bytes,
        sha256: file.sha256,
        read: (current, fromByte, count) =>
          readStatementFile(current, { id: row.id, format: query.format }, { fromByte, count }),
      })
    },
  })
}

const makeSideRoutes = (side: Side): readonly Route[] => [
  ...makeReadRoutes(side),
  makeLinesRoute(side),
  makeFileRoute(side),
]

const years = route({
  method: 'GET',
  path: '/api/v1/program/tax-years',
  summary: 'What was paid out in each year and currency, for the partner’s own tax return; no tax advice',
  input: {},
  access: { permission: 'partner_org.payouts.read' },
  limit: 'detail',
  responses: {
    200: z
      .strictObject({
        items: z.array(z.strictObject({ year: z.int(), paid: Money, payout_count: z.int() })),
      })
      .meta({ id: 'PayoutYears' }),
  },
  async handle({ mandate }) {
    const rows = await listYears(mandate)
    return {
      items: rows.map((row) => ({
        year: row.year,
        paid: toMoney(row.paid_minor, row.currency),
        payout_count: row.payouts,
      })),
    }
  },
})

/** Monthly statements and what was paid in each year (D7). */
export const statementRoutes: readonly Route[] = [
  ...makeSideRoutes({
    base: '/api/v1/program/statements',
    read: { permission: 'partner_org.payouts.read' },
    take: { permission: 'partner_org.earnings.export' },
    whose: 'the partner',
  }),
  ...makeSideRoutes({
    base: '/api/v1/admin/statements',
    read: { permission: 'platform.payouts.read' },
    take: { permission: 'platform.payouts.read' },
    whose: 'every partner',
  }),
  years,
]
