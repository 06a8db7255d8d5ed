import { z } from 'zod'
import { calendarDay, plainText } from '#platform/route-input.ts'
import { isCountry } from './countries.ts'
import { DOCUMENT_KINDS } from './rules.ts'

/** What an applicant states; countries by their two letters (ISO 3166-1). */
export const StatementInput = z.strictObject({
  legal_name: plainText(1, 200),
  birth_date: calendarDay(),
  country: z
    .string()
    .max(10)
    .refine(isCountry, {
      message: 'must be a country in two capital letters',
      params: { code: 'UNKNOWN_COUNTRY' },
    }),
  document_kind: z.enum(DOCUMENT_KINDS),
  document_number: plainText(1, 60),
})
