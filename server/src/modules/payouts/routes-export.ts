import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import { FILE_FORMATS } from '#platform/table-file/writer.ts'
import { EXPORT_KINDS, readTable } from './export-files.ts'
import { answerFile } from './files.ts'
import { writeTable } from './statement-files.ts'

/** Most rows of a file that is made while its reader waits. */
const MOST_ROWS = 10_000

const MEDIA_TYPES = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  jsonl: 'application/jsonl; charset=utf-8',
} as const

const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-10')
const dayOf = (month: string | undefined): string | null => (month === undefined ? null : `${month}-01`)

/** Files of what a partner earned, for its owners alone (D10). */
export const exportRoute = route({
  method: 'GET',
  path: '/api/v1/program/files/:kind',
  summary: 'Earnings, referrals or statements of the partner as a file of at most 10,000 rows',
  input: {
    params: z.strictObject({ kind: z.enum(EXPORT_KINDS) }),
    query: z.strictObject({
      format: z.enum(FILE_FORMATS).default('csv'),
      from_month: Month.optional(),
      to_month: Month.optional(),
    }),
  },
  access: { permission: 'partner_org.earnings.export' },
  limit: 'export',
  problems: ['PROGRAM_FILE_TOO_LARGE'],
  responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
  async handle({ mandate, params, query }) {
    const span = { from: dayOf(query.from_month), to: dayOf(query.to_month), limit: MOST_ROWS + 1 }
    const table = await readTable(params.kind, mandate, span)
    if (table.rows.length > MOST_ROWS)
      throw new ProblemError(422, 'PROGRAM_FILE_TOO_LARGE', `One file holds at most ${MOST_ROWS} rows.`)
    const { now } = mandate.origin
    const facts = {
      title: `${params.kind.charAt(0).toUpperCase()}${params.kind.slice(1)}`,
      about: [
        `${mandate.partner.name}, ${query.from_month ?? 'the beginning'} to ${query.to_month ?? 'now'}`,
        `Made ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC for ${mandate.actor.name}`,
      ],
      columns:
        query.format === 'pdf' ? table.columns.filter(({ width }) => width !== undefined) : table.columns,
      hasByteOrderMark: false,
      createdAt: now,
    }
    const rows =
      query.format === 'pdf' ? table.rows.map((row) => row.slice(0, facts.columns.length)) : table.rows
    const bytes = await writeTable(query.format, facts, rows)
    noteRead(mandate, {
      action: 'program.earning.exported',
      resource: { type: 'file', label: `${params.kind}.${query.format}` },
      rowCount: rows.length,
    })
    return answerFile({
      name: `${params.kind}-${now.toISOString().slice(0, 10)}.${query.format}`,
      mediaType: MEDIA_TYPES[query.format],
      sizeBytes: bytes.length,
      read: async () => bytes,
    })
  },
})
