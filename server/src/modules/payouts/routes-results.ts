import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { getBatch } from './batch-store.ts'
import { readResultFile } from './result-file.ts'
import { MOST_RESULTS, recordResults, refuseRepeated, ResultsBody, takeResults } from './results.ts'

const MOST_CHARACTERS = 500_000

const byFile = route({
  method: 'POST',
  path: '/api/v1/admin/payout-batches/:batch_id/results',
  summary: 'Hand in a file that says which payouts of a batch were paid, and which failed and why',
  input: {
    params: z.strictObject({ batch_id: publicId('payout_batch') }),
    body: z.strictObject({
      content: z.string().min(1).max(MOST_CHARACTERS).meta({
        description: 'CSV with the columns payout_id, outcome (paid or failed), reference and reason.',
      }),
      file_name: plainText(1, 200).optional(),
    }),
  },
  access: { permission: 'platform.payouts.run' },
  limit: 'write',
  problems: ['PAYOUT_BATCH_NOT_FOUND'],
  responses: { 200: ResultsBody },
  async handle({ mandate, params, body }) {
    const batch = await getBatch(mandate, params.batch_id)
    const results = readResultFile(body.content)
    refuseRepeated(results)
    const told = await takeResults(mandate, results, { batchId: batch.id, rails: ['manual', 'external'] })
    recordResults(mandate, told, {
      batch: batch.number,
      file: body.file_name ?? null,
      sha256: createHash('sha256').update(body.content).digest('hex'),
    })
    return told
  },
})

const ResultItem = z.discriminatedUnion('outcome', [
  z.strictObject({
    payout_id: publicId('payout_item'),
    outcome: z.literal('paid'),
    reference: plainText(1, 200),
  }),
  z.strictObject({
    payout_id: publicId('payout_item'),
    outcome: z.literal('failed'),
    reason: plainText(1, 500),
  }),
])

const bySystem = route({
  method: 'POST',
  path: '/api/v1/ingest/payout-results',
  summary: 'Say what became of payouts that the provider’s own finance system pays',
  input: {
    body: z.strictObject({
      source: z.string().max(63),
      items: z.array(ResultItem).min(1).max(MOST_RESULTS),
    }),
  },
  access: { ingest: 'The finance system of the provider says what it paid.' },
  limit: 'ingest',
  problems: ['INGEST_SOURCE_MISMATCH'],
  responses: { 200: ResultsBody },
  async handle({ mandate, body }) {
    if (body.source !== mandate.source)
      throw new ProblemError(
        403,
        'INGEST_SOURCE_MISMATCH',
        `This key belongs to the source ${mandate.source}.`,
      )
    const results = body.items.map((item, index) => ({
      itemId: item.payout_id,
      pointer: `/body/items/${index}/payout_id`,
      end:
        item.outcome === 'paid'
          ? ({ state: 'paid', reference: item.reference } as const)
          : ({ state: 'failed', reason: item.reason } as const),
    }))
    refuseRepeated(results)
    const told = await takeResults(mandate, results, { batchId: null, rails: ['external'] })
    recordResults(mandate, told, { source: mandate.source })
    return told
  },
})

/** How whoever pays says what became of payouts: by a file, or by the provider's own systems (D7). */
export const resultRoutes: readonly Route[] = [byFile, bySystem]
