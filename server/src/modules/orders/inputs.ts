import { z } from 'zod'
import { inputRefused } from '#platform/problem.ts'
import { calendarDay, plainText } from '#platform/route-input.ts'
import { ExpectedTotal } from './expected-total.ts'
import { addDays, dayOf, OWNER_KEYS, MAXIMUM_ITEMS, MAXIMUM_QUANTITY, PAYER_KEYS } from './rules.ts'

type Silent<Key extends string> = Record<Key, z.ZodOptional<z.ZodUnknown>>

function silent<const Key extends string>(keys: readonly Key[], description: string): Silent<Key> {
  const schema = z.unknown().optional().meta({ description })
  // Every key gets the same schema, which `fromEntries` cannot say.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(keys.map((key) => [key, schema])) as Silent<Key>
}

/** What a request may repeat, or must not say: read so that it can be compared and refused by name. */
export const PARTIES = {
  ...silent(OWNER_KEYS, 'May repeat the customer of the path; any other value is refused.'),
  ...silent(PAYER_KEYS, 'Refused: who pays follows from the commercial relationship of the billing account.'),
}

export const AccountParams = z.strictObject({ customer_ban: plainText(1, 64) })

const Quantity = z.int().min(1).max(MAXIMUM_QUANTITY)

/** What is ordered: products by code, each with how many. */
export const Items = z
  .array(z.strictObject({ product_code: plainText(1, 40), quantity: Quantity }))
  .min(1)
  .max(MAXIMUM_ITEMS)

export const Reference = plainText(1, 100).meta({ description: "The caller's own reference." })

export const NewOrderBody = z.strictObject({
  items: Items,
  reference: Reference.optional(),
  requested_date: calendarDay()
    .optional()
    .meta({ description: 'The day on which it is wanted; today without it.' }),
  expected_total: ExpectedTotal.optional().meta({
    description:
      'What it costs as it was read: the order is refused when that changed by now. Without it the order goes at the prices of now.',
  }),
  ...PARTIES,
})

export const AmendmentBody = z
  .strictObject({
    items: Items.optional().meta({ description: 'Replaces all items, at the prices of now.' }),
    reference: Reference.nullable().optional(),
    requested_date: calendarDay().optional(),
    expected_total: ExpectedTotal.optional().meta({
      description:
        'What the order costs once it is changed, as it was read: the change is refused when that is something else by now. Items that stay keep their prices.',
    }),
    ...PARTIES,
  })
  .refine(
    ({ items, reference, requested_date: day }) =>
      items !== undefined || reference !== undefined || day !== undefined,
    { message: 'must change something', params: { code: 'NOTHING_TO_CHANGE' } },
  )

export const ReasonBody = z.strictObject({ reason: plainText(1, 500).optional(), ...PARTIES }).default({})

/** Where a list goes on and how many rows it answers with. */
export const cursor = z.string().min(1).max(500).optional()

/** Refuses a day that is over: nothing is delivered in the past. A day of grace, because a day is one of the sender's calendar. */
export function requireDayToCome(day: string | undefined, now: Date): void {
  if (day === undefined || day >= dayOf(addDays(now, -1))) return
  const detail = 'must not be over'
  throw inputRefused([{ pointer: '/body/requested_date', code: 'IN_THE_PAST', detail }])
}
