import { decodeId } from '@liaison/access'
import { z } from 'zod'
import type { CursorSigner } from '#platform/cursor.ts'
import { toNext } from '#platform/list.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId, wholeNumber } from '#platform/route-input.ts'
import { listConsents } from './store.ts'
import type { ConsentFilter, ConsentMandate } from './store.ts'
import type { ConsentRow } from './tables.ts'

/** What every list of consents takes. */
export const listQuery = {
  state: z
    .enum(['active', 'past'])
    .optional()
    .meta({ description: 'Live ones with those that wait for an answer, or those that have ended.' }),
  client_id: publicId('api_client').optional(),
  cursor: z.string().min(1).max(500).optional(),
  limit: wholeNumber(1, 100).default(50),
} as const

interface Asked extends Omit<ConsentFilter, 'account'> {
  readonly billing_account_id?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

function positionOf(cursors: CursorSigner, cursor: string | undefined, bound: unknown): string | null {
  if (cursor === undefined) return null
  const id = decodeId('consent', String(cursors.read(cursor, bound)[0]))
  if (id === null) throw new ProblemError(400, 'CURSOR_INVALID', 'The cursor holds no position.')
  return id
}

/** One page of a side's consents with the cursor of the next. */
export async function readPage(
  mandate: ConsentMandate,
  query: Asked,
  cursors: CursorSigner,
): Promise<{ rows: ConsentRow[]; next: ReturnType<typeof toNext> }> {
  const { cursor, limit, billing_account_id: account, ...filter } = query
  const reader =
    'tenant' in mandate ? mandate.tenant.id : 'partner' in mandate ? mandate.partner.id : mandate.kind
  const bound = ['consents', reader, filter, account ?? null]
  const after = positionOf(cursors, cursor, bound)
  const rows = await listConsents(mandate, { ...filter, account }, { limit: limit + 1, after })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return {
    rows: shown,
    next: toNext(hasMore ? cursors.sign([publicIdOf('consent', last.id)], bound) : null),
  }
}
