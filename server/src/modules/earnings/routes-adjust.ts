import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { currencyInUse, LARGEST_AMOUNT } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { addAdjustment } from './adjust-store.ts'
import { nameRows } from './store.ts'
import { EarningBody, toEarning } from './view.ts'

const BASE = '/api/v1/admin/earnings'

/** An amount that a person decides, added to what a partner earned or taken off it (D6). */
export const adjustRoute: Route = route({
  method: 'POST',
  path: `${BASE}/adjustments`,
  summary: 'Add an amount to what a partner earned, or take one off; a second person approves it',
  input: {
    body: z.strictObject({
      partner_id: publicId('partner'),
      referral_id: publicId('referral').optional(),
      currency: currencyInUse(),
      amount_minor: z
        .int()
        .min(-LARGEST_AMOUNT)
        .max(LARGEST_AMOUNT)
        .refine((amount) => amount !== 0, 'must not be 0')
        .meta({ description: 'In minor units; below zero takes off.' }),
      reason: plainText(3, 500).meta({ description: 'What it is for; the partner reads it.' }),
    }),
  },
  access: { permission: 'platform.earnings.approve' },
  limit: 'write',
  problems: ['EARNING_OWN_APPROVAL', 'ADJUSTMENT_WITHOUT_AGREEMENT', 'ADJUSTMENT_OTHER_REFERRAL'],
  responses: { 201: EarningBody },
  async handle({ mandate, body }) {
    const row = await addAdjustment(mandate, {
      partnerId: body.partner_id,
      referralId: body.referral_id ?? null,
      currency: body.currency,
      amountMinor: body.amount_minor,
      reason: body.reason,
    })
    // The row records itself; this says that somebody asked for it.
    recordEvent(mandate, { action: 'program.earnings.adjust', partnerId: row.partner_id, rowCount: 1 })
    const names = await nameRows(mandate, [row])
    const id = publicIdOf('earning', row.id)
    return sent(toEarning(row, names, true), { Location: `${BASE}/${id}` })
  },
})
