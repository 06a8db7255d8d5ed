import { BILLING_PARTIES, billingOf } from '@liaison/access'
import type { BillingParties, LinkTerms } from '@liaison/access'
import { z } from 'zod'
import type { LinkRow } from './tables.ts'

const Party = z.enum(BILLING_PARTIES)

/** Who pays for each kind of what a partner does, as an answer sends it. */
export const BillingPartiesBody = z
  .strictObject({ services: Party, api_calls: Party, seats: Party, exports: Party })
  .meta({ id: 'BillingParties' })

/** Who is to pay, where a link asks for something else than usual; what is left out stays as it is. */
export const BillingPartiesInput = z
  .strictObject({
    services: Party.optional(),
    api_calls: Party.optional(),
    seats: Party.optional(),
    exports: Party.optional(),
  })
  .meta({
    id: 'BillingPartiesInput',
    description:
      'Who pays: services provisioned are usually the cost of the tenant, API calls, seats and exports that of the partner.',
  })

/** The parties that an input names, without those that it leaves out. */
export function namedParties(input: z.output<typeof BillingPartiesInput>): Partial<BillingParties> {
  return Object.fromEntries(Object.entries(input).filter(([, party]) => party !== undefined))
}

/** The columns in which a link keeps who pays. */
export function partyColumns(parties: BillingParties) {
  return {
    billing_party: parties.services,
    api_calls_party: parties.api_calls,
    seats_party: parties.seats,
    exports_party: parties.exports,
  }
}

/** The columns of who pays where the terms change it; nothing where they do not. */
export function changedParties(row: LinkRow, terms: LinkTerms) {
  const [before, after] = [billingOf(row.billing_parties), billingOf(terms.billing_parties)]
  return JSON.stringify(before) === JSON.stringify(after) ? {} : partyColumns(after)
}
