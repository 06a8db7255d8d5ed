import { describeIssue, describeMove } from '#modules/vouchers/index.ts'
import type { ToldVoucher, VoucherNews } from '#modules/vouchers/index.ts'
import type { AuditEvent } from '#platform/audit-event.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoPerson, DemoTenant, Making } from './people.ts'

/** A stream of chance of its own, so that the vouchers stay as they were before their events were told. */
const SEED = 215_000

/** The oldest voucher is of so many months ago; the audit log of a new database begins later. */
const MONTHS = 5

/** Months of the audit log that the past of the vouchers needs. */
export const ADD_PAST_MONTHS = {
  text: 'select private.add_audit_months($1::date, $2)',
  values: (now: Date) => [addDays(now, -31 * (MONTHS - 1)), MONTHS],
} as const

/** Who did something to a voucher: a person, a form, or the clock. */
export type VoucherDoer =
  | { readonly is: 'person'; readonly person: DemoPerson }
  | { readonly is: 'form'; readonly tokenId: string; readonly name: string }
  | { readonly is: 'clock' }

const AGENCY_NETWORK = '203.0.113.0/24'
const OWN_ADDRESS = '198.51.100.7'

function actorOf(by: VoucherDoer) {
  if (by.is === 'clock')
    return { plane: 'system', actor_type: 'system', actor_name: 'voucher-clock', source: 'job' }
  if (by.is === 'person')
    return {
      plane: 'tenant',
      actor_type: 'person',
      actor_id: by.person.id,
      actor_name: by.person.name,
      ip: OWN_ADDRESS,
      source: 'portal',
    }
  return {
    plane: 'delegation',
    actor_type: 'agency_token',
    actor_id: by.tokenId,
    actor_name: by.name,
    delegation_id: by.tokenId,
    delegation_epoch: 1,
    ip: AGENCY_NETWORK,
    source: 'form',
  }
}

/** By which permission of whom a person's act is allowed, and where it is sent. */
const PATHS: Readonly<Record<string, readonly [permission: string, route: string]>> = {
  'voucher.issued': ['tenant.vouchers.issue', ''],
  'voucher.review_requested': ['tenant.vouchers.issue', ''],
  'voucher.redeemed': ['tenant.vouchers.redeem', '/:code/redeem'],
  'voucher.voided': ['tenant.vouchers.void', '/:voucher_id/void'],
  'voucher.review_declined': ['tenant.vouchers.review', '/:voucher_id/decline'],
}

function placeOf(by: VoucherDoer, action: string) {
  if (by.is === 'clock') return { permission: null, method: null, route: 'voucher-clock' }
  if (by.is === 'form') return { permission: null, method: 'POST', route: '/embed/v1/forms/:form/vouchers' }
  const [permission, rest] = PATHS[action] ?? [null, '']
  return { permission, method: 'POST', route: `/api/v1/tenant/vouchers${rest}` }
}

/** Writes what became of the demo world's vouchers into its audit log, in the words in which the real acts tell it (E10). */
export class VoucherEvents {
  readonly #making: Making
  readonly #tenant: DemoTenant
  readonly #dice = new Dice(SEED)

  constructor(making: Making, tenant: DemoTenant) {
    this.#making = making
    this.#tenant = tenant
  }

  issued(
    voucher: ToldVoucher,
    issue: {
      readonly at: Date
      readonly by: VoucherDoer
      readonly typeCode: string
      readonly waits: boolean
    },
  ): void {
    const { at, by, typeCode: voucherType } = issue
    const issuerMode = by.is === 'form' ? 'form' : 'staff'
    const status = issue.waits ? 'pending_review' : 'issued'
    this.#add(at, by, describeIssue(voucher, { status, voucherType, issuerMode }))
  }

  moved(
    voucher: ToldVoucher,
    move: {
      readonly at: Date
      readonly by: VoucherDoer
      readonly action: VoucherNews
      readonly from: string
      readonly to: string
      readonly reason: string | null
    },
  ): void {
    this.#add(move.at, move.by, describeMove(voucher, move))
  }

  #add(at: Date, by: VoucherDoer, event: AuditEvent): void {
    const { ledger } = this.#making
    const id = this.#dice.uuid(at)
    ledger.add('audit_event', {
      id,
      occurred_at: at,
      action: event.action,
      outcome: 'allowed',
      ...actorOf(by),
      ...placeOf(by, event.action),
      tenant_id: this.#tenant.id,
      tenant_name: this.#tenant.name,
      resource_type: event.resource?.type,
      resource_id: event.resource?.id,
      resource_label: event.resource?.label,
      changes: event.changes,
      repeats: 1,
      reason: event.reason,
      request_id: `req_${id.replaceAll('-', '').slice(10)}`,
    })
    ledger.add('audit_scope', {
      kind: 'tenant',
      scope_id: this.#tenant.id,
      occurred_at: at,
      event_id: id,
      row_count: null,
    })
  }
}
