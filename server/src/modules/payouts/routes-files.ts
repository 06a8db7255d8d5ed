import { createHash } from 'node:crypto'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { getBatch } from './batch-store.ts'
import { answerFile } from './files.ts'
import { getItem, listLines } from './item-store.ts'
import { writeBankFile, writeRemittance } from './remittance.ts'

const MEDIA_TYPES = { pdf: 'application/pdf', csv: 'text/csv; charset=utf-8; header=present' } as const
const Bytes = z.string().meta({ description: 'The bytes of the file.' })

const remittance = route({
  method: 'GET',
  path: '/api/v1/program/payouts/:payout_id/remittance',
  summary: 'What a payout is made of, as a PDF or CSV file',
  input: {
    params: z.strictObject({ payout_id: publicId('payout_item') }),
    query: z.strictObject({ format: z.enum(['pdf', 'csv']).default('pdf') }),
  },
  access: { permission: 'partner_org.earnings.export' },
  limit: 'detail',
  problems: ['PAYOUT_NOT_FOUND'],
  responses: { 200: Bytes },
  async handle({ mandate, params, query }) {
    const item = await getItem(mandate, params.payout_id)
    const bytes = await writeRemittance(item, await listLines(mandate, item.id), query.format)
    return answerFile({
      name: `remittance-${item.currency}-${item.id.slice(0, 8)}.${query.format}`,
      mediaType: MEDIA_TYPES[query.format],
      sizeBytes: bytes.length,
      read: async (current, fromByte) => {
        await getItem(current, item.id)
        return bytes.subarray(fromByte)
      },
    })
  },
})

const makeBankRoute = ({ vault }: Services): Route =>
  route({
    method: 'POST',
    path: '/api/v1/admin/payout-batches/:batch_id/file',
    summary:
      'The file from which what is still to be paid of a batch is paid by hand, with whole account numbers',
    input: { params: z.strictObject({ batch_id: publicId('payout_batch') }) },
    access: { permission: 'platform.payouts.run' },
    limit: 'export',
    problems: ['PAYOUT_BATCH_NOT_FOUND', 'PAYOUT_STATE_CONFLICT'],
    showsSecret: true,
    responses: {
      200: z
        .strictObject({
          file_name: z.string(),
          row_count: z.int(),
          sha256: z.string().meta({ description: 'The digest of the content, in hexadecimal.' }),
          content: z.string(),
        })
        .meta({ id: 'PayoutFile' }),
    },
    async handle({ mandate, params }) {
      const batch = await getBatch(mandate, params.batch_id)
      if (batch.state !== 'processing' && batch.state !== 'completed' && batch.state !== 'partially_failed')
        throw new ProblemError(409, 'PAYOUT_STATE_CONFLICT', 'The batch was not handed over yet.')
      const { bytes, rows } = await writeBankFile(mandate, vault, batch)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      recordEvent(mandate, {
        action: 'program.payout_batch.downloaded',
        resource: { type: 'payout_batch', id: batch.id, label: `Payout ${batch.number}` },
        rowCount: rows,
        changes: { sha256 },
      })
      return {
        file_name: `payout-${batch.number}.csv`,
        row_count: rows,
        sha256,
        content: bytes.toString('utf8'),
      }
    },
  })

/** The files of payouts: what a partner was paid for, and what the bank is told (D7). */
export const makeFileRoutes = (services: Services): readonly Route[] => [remittance, makeBankRoute(services)]
