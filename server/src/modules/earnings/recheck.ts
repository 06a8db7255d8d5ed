import type { AgreementTerms } from '#modules/agreements/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { BillingEvent } from './accrual-facts.ts'
import { findAgreements, findClawbacks, findCommissions } from './accrual-store.ts'
import type { ClawbackRow, CommissionRow } from './accrual-store.ts'
import { takeBackOf } from './rules-clawback.ts'
import { calculateCommission } from './rules-commission.ts'

/** A row of the ledger that the calculation would make otherwise now. */
export interface Differing {
  readonly earningId: string
  readonly partnerId: string
  readonly currency: string
  readonly keptMinor: number
  readonly calculatedMinor: number
}

function commissionAgain(row: CommissionRow, event: BillingEvent, terms: AgreementTerms): number | null {
  const component = terms.components.find(({ id }) => id === row.component)
  if (!component) return null
  const payment = { currency: event.currency, net_minor: event.netMinor, lines: event.lines }
  const standing = { volume_before_minor: row.calc.volume_before_minor ?? 0, caps: row.calc.caps ?? [] }
  return calculateCommission(component, payment, standing)?.amount_minor ?? null
}

/** From the commission as it is kept, and from how much of its payment had gone back by then. */
function clawbackAgain(row: ClawbackRow, { clawback: { flat } }: AgreementTerms): number {
  const earned = { model: row.model, amount_minor: row.earned_minor, base_minor: row.earned_base_minor }
  return takeBackOf(earned, row.returned_minor, { flat, already_minor: row.already_minor }).amount_minor
}

function compare(row: CommissionRow | ClawbackRow, calculated: number | null): Differing[] {
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
}

/**
 * Calculates again what these events earned and took back, from where each began, and answers the rows that would come out
 * otherwise. They are told to somebody and never changed, nor is a second row made (D6).
 */
export async function findDiffering(
  mandate: Mandate<'ingest'>,
  events: readonly BillingEvent[],
): Promise<Differing[]> {
  const ids = events.map(({ id }) => id)
  const commissions = await findCommissions(mandate, ids)
  const clawbacks = await findClawbacks(mandate, ids)
  const partners = new Set([...commissions, ...clawbacks].map((row) => row.partner_id))
  if (partners.size === 0) return []
  const agreements = await findAgreements(mandate, [...partners])
  const terms = new Map([...agreements.values()].flat().map((found) => [found.agreementId, found.terms]))
  const byId = new Map(events.map((event) => [event.id, event]))
  return [
    ...commissions.flatMap((row) => {
      const [event, found] = [byId.get(row.billing_event_id), terms.get(row.agreement_id)]
      return compare(row, event && found ? commissionAgain(row, event, found) : null)
    }),
    ...clawbacks.flatMap((row) => {
      const found = terms.get(row.agreement_id)
      return compare(row, found ? clawbackAgain(row, found) : null)
    }),
  ]
}
