import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { calendarDay } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { keepRates } from './fx-store.ts'
import { currencyCode } from './schemas.ts'

const NewRate = z
  .strictObject({
    from_currency: currencyCode(),
    to_currency: currencyCode(),
    day: calendarDay(),
    rate: z
      .string()
      .regex(/^\d{1,12}(\.\d{1,12})?$/, 'must be a decimal number in text, such as 1.0842')
      .refine((text) => Number(text) > 0, 'must be greater than 0')
      .meta({ description: 'What one whole unit of `from_currency` is worth in `to_currency`.' }),
  })
  .refine((rate) => rate.from_currency !== rate.to_currency, {
    message: 'must differ from from_currency',
    path: ['to_currency'],
    params: { code: 'SAME_CURRENCY' },
  })

const keyOf = (rate: { from_currency: string; to_currency: string; day: string }) =>
  `${rate.from_currency} ${rate.to_currency} ${rate.day}`

const NewRates = z.strictObject({
  rates: z
    .array(NewRate)
    .min(1)
    .max(1000)
    .refine((rates) => new Set(rates.map(keyOf)).size === rates.length, {
      message: 'must name each pair of currencies at most once for a day',
      params: { code: 'REPEATED_RATE' },
    }),
})

/** Exchange rates from the provider's own source; a rate that is sent again for its day replaces the earlier one. */
export const rateRoutes = [
  route({
    method: 'POST',
    path: '/api/v1/ingest/fx-rates',
    summary: 'Hand in exchange rates, for showing sums in one currency',
    input: { body: NewRates },
    access: { ingest: 'A key of the provider; rates belong to no tenant.' },
    limit: 'ingest',
    bodyLimitBytes: 512 * 1024,
    responses: { 200: z.strictObject({ received: z.int(), written: z.int() }).meta({ id: 'RatesTaken' }) },
    async handle({ mandate, body }) {
      const written = await keepRates(mandate, body.rates)
      recordEvent(mandate, {
        action: 'fx_rates.write',
        resource: { type: 'fx_rate', label: mandate.source },
        changes: { received: body.rates.length, written },
      })
      return { received: body.rates.length, written }
    },
  }),
]
