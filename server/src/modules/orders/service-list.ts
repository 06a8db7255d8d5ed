import { z } from 'zod'
import type { CursorSigner } from '#platform/cursor.ts'
import { cursorPageOf, toNext } from '#platform/list.ts'
import { plainText, publicId, wholeNumber } from '#platform/route-input.ts'
import { cursor } from './inputs.ts'
import { readerOf } from './order-list.ts'
import { listServices } from './store.ts'
import type { OrderMandate, ServiceFilter } from './store.ts'
import { ServiceBody, toService } from './view.ts'

/** What may be asked of a list of services. */
export const serviceQuery = {
  state: z.enum(['active', 'ended']).optional(),
  product_code: plainText(1, 40).optional(),
  order_id: publicId('order').optional(),
  cursor,
  limit: wholeNumber(1, 100).default(50),
}

export const ServicePage = z.strictObject(cursorPageOf(ServiceBody)).meta({ id: 'ServicePage' })

interface Asked extends ServiceFilter {
  readonly cursor?: string | undefined
  readonly limit: number
}

/** A page of services, newest first. */
export async function answerServices(
  mandate: OrderMandate,
  query: Asked,
  cursors: CursorSigner,
): Promise<z.input<typeof ServicePage>> {
  const { cursor: given, limit, state, product_code, order_id, ban, tenantIds } = query
  const wanted = { state, product_code, order_id, ban, tenantIds }
  const bound = ['services', readerOf(mandate), wanted]
  const [id] = given === undefined ? [] : cursors.read(given, bound)
  const found = await listServices(mandate, wanted, {
    after: id === undefined ? null : String(id),
    limit: limit + 1,
  })
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    items: rows.map(toService),
    ...toNext(last === undefined ? null : cursors.sign([last.id], bound)),
  }
}
