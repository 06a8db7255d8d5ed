import { z } from 'zod'
import { faultOfFuture } from '#platform/item-faults.ts'
import type { ItemFault } from '#platform/item-faults.ts'
import { LARGEST_AMOUNT } from '#platform/money.ts'
import { instantText, plainText } from '#platform/route-input.ts'
import { EVENT_KINDS } from './tables.ts'

const amount = () => z.int().min(0).max(LARGEST_AMOUNT)

/** What is about one payment: without it nothing could ever be taken back, and what was earned on it would stay. */
const TAKES_BACK_ONE: ReadonlySet<string> = new Set(['refund', 'chargeback', 'void'])

/** One event of the provider's billing system, as it is handed in (D11). */
export const BillingEventItem = z
  .strictObject({
    external_id: plainText(1, 200).meta({ description: 'The id of the event in the system that sends it.' }),
    kind: z.enum(EVENT_KINDS).meta({
      description:
        '`invoice_paid` is a payment; the others take one back: `void` wholly, the others as much as they say.',
    }),
    tenant_external_id: plainText(1, 200).meta({
      description: 'The external id of the tenant in the same source.',
    }),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
    net_minor: amount().meta({
      description: 'Minor units without tax, after discounts; what went back, for a refund.',
    }),
    tax_minor: amount().meta({ description: 'Minor units of tax. Nothing is earned on it.' }),
    lines: z
      .array(z.strictObject({ product: plainText(1, 100), net_minor: amount() }))
      .max(500)
      .default([])
      .meta({ description: 'What was paid for. When there are lines, they add up to the net.' }),
    occurred_at: instantText().meta({ description: 'An instant with its offset (RFC 3339).' }),
    refers_to: plainText(1, 200).optional().meta({
      description:
        'The external id of the payment that this takes back; it may be handed in later. Needed for `refund`, `chargeback` and `void`; a credit note may be about none.',
    }),
  })
  .refine(({ kind, refers_to: refersTo }) => !TAKES_BACK_ONE.has(kind) || refersTo !== undefined, {
    message: 'must name the payment that it takes back',
    params: { code: 'REFERS_TO_MISSING' },
    path: ['refers_to'],
  })
  .refine(({ kind, refers_to: refersTo }) => kind !== 'invoice_paid' || refersTo === undefined, {
    message: 'a payment refers to nothing',
    params: { code: 'REFERS_TO_NOTHING' },
    path: ['refers_to'],
  })
  .refine(
    ({ lines, net_minor: net }) =>
      lines.length === 0 || lines.reduce((sum, line) => sum + line.net_minor, 0) === net,
    { message: 'the lines must add up to net_minor', params: { code: 'LINES_DIFFER' }, path: ['lines'] },
  )

export type BillingEventItem = z.output<typeof BillingEventItem>

/** What is wrong with one item. */
function toFaults(index: number, issue: z.core.$ZodIssue): ItemFault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      index,
      pointer: `/${[...issue.path, key].join('/')}`,
      code: 'UNKNOWN_FIELD',
      detail: 'This field is not known here.',
    }))
  const given: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined
  const code = typeof given === 'string' ? given : issue.code.toUpperCase()
  return [{ index, pointer: `/${issue.path.join('/')}`, code, detail: issue.message }]
}

/** An item with its place among those that came. */
export interface PlacedItem {
  readonly index: number
  readonly item: BillingEventItem
}

/** Checks items by themselves, by the clock and against each other; every fault is told. */
export function parseItems(raw: readonly unknown[], now: Date): { items: PlacedItem[]; faults: ItemFault[] } {
  const items: PlacedItem[] = []
  const faults: ItemFault[] = []
  const seen = new Map<string, number>()
  for (const [index, value] of raw.entries()) {
    const parsed = BillingEventItem.safeParse(value)
    if (!parsed.success) {
      faults.push(...parsed.error.issues.flatMap((issue) => toFaults(index, issue)))
      continue
    }
    faults.push(...faultOfFuture({ index, pointer: '/occurred_at', at: parsed.data.occurred_at }, now))
    const first = seen.get(parsed.data.external_id)
    if (first === undefined) {
      seen.set(parsed.data.external_id, index)
      items.push({ index, item: parsed.data })
    } else
      faults.push({
        index,
        pointer: '/external_id',
        code: 'DUPLICATE_ITEM',
        detail: `Item ${first} has the same.`,
      })
  }
  return { items, faults }
}
