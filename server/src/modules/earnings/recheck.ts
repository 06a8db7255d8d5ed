import type { Mandate } from '#platform/mandate.ts'
import type { BillingEvent } from './accrual-facts.ts'
import { findAgreements, findCommissions } from './accrual-store.ts'
import type { CommissionRow } from './accrual-store.ts'
import { calculateCommission } from './rules-commission.ts'
import type { AgreementTerms } from '#modules/agreements/index.ts'

/** A row of the ledger that the calculation would make otherwise now. */
export interface Differing {
  readonly earningId: string
  readonly partnerId: string
  readonly currency: string
  readonly keptMinor: number
  readonly calculatedMinor: number
}

function calculateAgain(row: CommissionRow, event: BillingEvent, terms: AgreementTerms): number | null {
  const component = terms.components.find(({ id }) => id === row.component)
  if (!component) return null
  const payment = { currency: event.currency, net_minor: event.netMinor, lines: event.lines }
  const standing = { volume_before_minor: row.calc.volume_before_minor ?? 0, caps: row.calc.caps ?? [] }
  return calculateCommission(component, payment, standing)?.amount_minor ?? null
}

/**
 * Calculates again what these events earned, from where each began, and answers the rows that would come out otherwise.
 * They are told to somebody and never changed, nor is a second row made (D6).
 */
export async function findDiffering(
  mandate: Mandate<'ingest'>,
  events: readonly BillingEvent[],
): Promise<Differing[]> {
  const rows = await findCommissions(
    mandate,
    events.map(({ id }) => id),
  )
  if (rows.length === 0) return []
  const agreements = await findAgreements(mandate, [...new Set(rows.map((row) => row.partner_id))])
  const terms = new Map([...agreements.values()].flat().map((found) => [found.agreementId, found.terms]))
  const byId = new Map(events.map((event) => [event.id, event]))
  return rows.flatMap((row): Differing[] => {
    const event = byId.get(row.billing_event_id)
    const found = terms.get(row.agreement_id)
    const calculated = event && found ? calculateAgain(row, event, found) : null
    if (calculated === row.amount_minor) return []
    return [
      {
        earningId: row.id,
        partnerId: row.partner_id,
        currency: row.currency,
        keptMinor: row.amount_minor,
        calculatedMinor: calculated ?? 0,
      },
    ]
  })
}
