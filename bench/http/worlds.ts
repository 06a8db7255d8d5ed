import { encodeId } from '@liaison/access'
import type { Request } from 'autocannon'
import { headersOf, linkedTenant, seededId } from '../seed.ts'
import type { InvoicePlan, PartnerPlan } from '../seed.ts'

const MOST_ASKERS = 10_000

/** GET of one invoice of each of so many partners at most, evenly from all of them, each in one of the partner's tenants. */
export function invoiceRequests(
  partners: PartnerPlan,
  invoices: InvoicePlan,
  askers = MOST_ASKERS,
): Request[] {
  const count = Math.min(partners.count, askers)
  return Array.from({ length: count }, (_, index) => {
    const partner = partners.first + Math.floor((index * partners.count) / count)
    const tenant = linkedTenant(partners, partner, index % partners.linksPerPartner)
    const invoice = seededId('invoice', tenant * invoices.perTenant + (index % invoices.perTenant))
    return {
      method: 'GET',
      path: `/api/v1/bench/invoices/${encodeId('invoice', invoice)}`,
      headers: headersOf(partner, tenant),
    }
  })
}
