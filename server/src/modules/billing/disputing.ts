import type { InvoiceId } from '@liaison/access'
import type { z } from 'zod'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { sentAt } from '#platform/route.ts'
import { toDispute } from './dispute-schemas.ts'
import type { NewDisputeBody } from './dispute-schemas.ts'
import { endDispute, findAddressee, findDispute, insertDispute } from './dispute-store.ts'
import type { DisputeId, DisputeRow } from './dispute-store.ts'
import { findInvoice } from './invoice-store.ts'
import type { InvoiceRow } from './invoice-columns-store.ts'
import { faultOfAmount, writeDisputeNews } from './rules-dispute.ts'
import type { DisputeEnd } from './rules-dispute.ts'

/** The invoice of the tenant acted in. Throws INVOICE_NOT_FOUND for one of another tenant as for one that nobody has. */
export async function getInvoiceActedOn(mandate: Mandate<'acting'>, id: InvoiceId): Promise<InvoiceRow> {
  const invoice = await findInvoice(mandate, id, [mandate.tenant.id])
  if (invoice) return invoice
  throw new ProblemError(404, 'INVOICE_NOT_FOUND', 'No invoice that you may see has this id.')
}

function refuseField(pointer: string, code: string, detail: string): never {
  throw inputRefused([{ pointer, code, detail }])
}

type NewDisputeValues = z.output<typeof NewDisputeBody>

function disputedAmount(invoice: InvoiceRow, { amount }: NewDisputeValues): number {
  if (amount !== undefined && amount.currency !== invoice.currency)
    refuseField('/body/amount/currency', 'OTHER_CURRENCY', `must be ${invoice.currency}, as the invoice is`)
  const wanted = amount?.amount_minor ?? invoice.balance_minor
  if (amount !== undefined && wanted <= 0)
    refuseField('/body/amount/amount_minor', 'TOO_SMALL', 'must be greater than 0')
  const fault = faultOfAmount(wanted, invoice.balance_minor)
  if (fault !== null)
    refuseField(
      amount === undefined ? '/body/invoice_id' : '/body/amount/amount_minor',
      'MORE_THAN_OWED',
      fault,
    )
  return wanted
}

/** Tells the other side by mail, when an address is known. */
async function tell(mandate: Mandate<'acting' | 'tenant'>, dispute: DisputeRow, text: string): Promise<void> {
  const to = await findAddressee(mandate, dispute.id)
  if (to === null || to === '') return
  const mail = writeDisputeNews({
    status: dispute.status,
    number: dispute.invoice_number,
    tenantName: mandate.tenant.name,
    partnerName: dispute.created_by_partner_name,
    personName: mandate.actor.name,
    amountMinor: dispute.amount_minor,
    currency: dispute.currency,
    text,
  })
  await enqueue(mandate, 'mail', { to, ...mail })
}

const resourceOf = (dispute: { id: string; invoice_number: string }) => ({
  type: 'dispute',
  id: dispute.id,
  label: dispute.invoice_number,
})

/** Asks that subscribers of both sides hear of a dispute. */
const publish = (
  mandate: Mandate<'acting' | 'tenant'>,
  topic: 'dispute.opened' | 'dispute.answered' | 'dispute.withdrawn',
  dispute: DisputeRow,
) =>
  enqueue(mandate, topic, {
    tenant_id: mandate.tenant.id,
    partner_id: dispute.created_by_partner_id,
    invoice_id: dispute.invoice_id,
    dispute_id: dispute.id,
  })

/** Disputes an amount of an invoice of the tenant acted in. Throws DISPUTE_ALREADY_OPEN. */
export async function openDispute(mandate: Mandate<'acting'>, body: NewDisputeValues) {
  const invoice = await getInvoiceActedOn(mandate, body.invoice_id)
  const amountMinor = disputedAmount(invoice, body)
  const id = await insertDispute(mandate, {
    invoiceId: body.invoice_id,
    reason: body.reason,
    explanation: body.explanation.trim(),
    amountMinor,
    currency: invoice.currency,
  })
  if (id === undefined)
    throw new ProblemError(409, 'DISPUTE_ALREADY_OPEN', 'A dispute about this invoice is open already.')
  recordEvent(mandate, {
    action: 'billing.disputes.create',
    resource: resourceOf({ id, invoice_number: invoice.number }),
    changes: {
      status: { after: 'open' },
      reason: { after: body.reason },
      amount: { after: { amount_minor: amountMinor, currency: invoice.currency } },
    },
    billingParty: mandate.link.billingParty,
  })
  const dispute = await getDispute(mandate, id)
  await tell(mandate, dispute, dispute.explanation)
  await publish(mandate, 'dispute.opened', dispute)
  return dispute
}

async function getDispute(mandate: Mandate<'acting' | 'tenant'>, id: string): Promise<DisputeRow> {
  // The id is one that the database has just given, or one that a route has parsed.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const row = await findDispute(mandate, mandate.tenant.id, id as DisputeId)
  if (row) return row
  throw new ProblemError(404, 'DISPUTE_NOT_FOUND', 'No dispute that you may see has this id.')
}

/** How somebody ends a dispute. */
export interface DisputeEnding {
  readonly id: DisputeId
  readonly version: number
  readonly status: DisputeEnd
  readonly note: string | null
}

function refuseOthers(mandate: Mandate<'acting' | 'tenant'>, dispute: DisputeRow): void {
  if (mandate.kind === 'tenant' || mandate.partner.id === dispute.created_by_partner_id) return
  throw new ProblemError(
    409,
    'DISPUTE_STATE_CONFLICT',
    'Only the partner that raised a dispute withdraws it.',
  )
}

/** Ends an open dispute. Throws DISPUTE_NOT_FOUND, DISPUTE_STATE_CONFLICT, PRECONDITION_FAILED. */
export async function closeDispute(
  mandate: Mandate<'acting' | 'tenant'>,
  { id, version, status, note }: DisputeEnding,
) {
  const dispute = await getDispute(mandate, id)
  if (dispute.status !== 'open')
    throw new ProblemError(409, 'DISPUTE_STATE_CONFLICT', `This dispute is ${dispute.status} already.`, {
      details: { status: dispute.status },
    })
  refuseOthers(mandate, dispute)
  const isEnded = dispute.version === version && (await endDispute(mandate, dispute, { status, note }))
  if (!isEnded) throw new ProblemError(412, 'PRECONDITION_FAILED', 'The dispute changed after it was read.')
  recordEvent(mandate, {
    action: {
      accepted: 'disputes.accept',
      rejected: 'disputes.reject',
      withdrawn: 'billing.disputes.withdraw',
    }[status],
    resource: resourceOf(dispute),
    changes: { status: { before: 'open', after: status } },
    partnerId: dispute.created_by_partner_id,
    partnerName: dispute.created_by_partner_name,
    billingParty: dispute.billing_party,
    ...(note !== null && { reason: note }),
  })
  const ended = await getDispute(mandate, id)
  await tell(mandate, ended, note ?? '')
  await publish(mandate, status === 'withdrawn' ? 'dispute.withdrawn' : 'dispute.answered', ended)
  return ended
}

/** A dispute as an answer with its version. */
export function answerOf(mandate: Mandate<'acting' | 'tenant'>, row: DisputeRow) {
  return sentAt(toDispute(row, mandate.tenant.name), row.version)
}
