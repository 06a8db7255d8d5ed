import { AgreementTerms } from '#modules/agreements/index.ts'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Row } from '#platform/statement.ts'
import { volumeKey } from './accrual-facts.ts'
import type { Accrued, AgreementFacts, BillingEvent, ReferralFacts, Volume } from './accrual-facts.ts'
import { EARNING_STATES, EVENT_KINDS } from './tables.ts'

type Ingesting = Mandate<'ingest'>

async function ask(mandate: Ingesting, text: string, values: readonly unknown[]): Promise<Row[]> {
  const [result] = await runStatements(mandate, [{ text, values }])
  return result?.rows ?? []
}

const Instant = z.date()
const Amount = z.int()

/** The tenants of the mandate's source with these external ids. */
export async function findTenants(
  mandate: Ingesting,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await ask(
    mandate,
    'select id, external_id from tenant where source = $1 and external_id = any ($2)',
    [mandate.source, externalIds],
  )
  return new Map(rows.map((row) => [String(row['external_id']), String(row['id'])]))
}

/**
 * Has everybody else who adds to the ledgers of those who referred these tenants wait for this transaction, and so
 * everybody who reports sign-ups: a referral that came into being unseen would not earn from what is handed in now.
 */
export async function lockLedgers(mandate: Ingesting, tenantIds: readonly string[]): Promise<void> {
  await runStatements(mandate, [
    // The lock of access.take_sign_ups, which takes it for itself alone; payments only wait for sign-ups, not for each other.
    { text: "select pg_advisory_xact_lock_shared(hashtextextended('referral_sign_up', 0))", values: [] },
    {
      text: 'select access.lock_ledger(array(select distinct r.partner_id from referral r where r.tenant_id = any ($1::uuid[]) and r.voided_at is null))',
      values: [tenantIds],
    },
  ])
}

const KeptEvent = z.object({
  id: z.string(),
  external_id: z.string(),
  kind: z.enum(EVENT_KINDS),
  tenant_id: z.string(),
  currency: z.string(),
  net_minor: Amount,
  tax_minor: Amount,
  lines: z.array(z.object({ product: z.string(), net_minor: Amount })),
  occurred_at: Instant,
  refers_to: z.string().nullable(),
})

/** An event as it is kept, with its tax, which nothing is earned on. */
export interface KeptBillingEvent extends BillingEvent {
  readonly taxMinor: number
}

function toEvent(row: Row): KeptBillingEvent {
  const kept = KeptEvent.parse(row)
  return {
    id: kept.id,
    externalId: kept.external_id,
    kind: kept.kind,
    tenantId: kept.tenant_id,
    currency: kept.currency,
    netMinor: kept.net_minor,
    taxMinor: kept.tax_minor,
    lines: kept.lines,
    occurredAt: kept.occurred_at,
    refersTo: kept.refers_to,
  }
}

const EVENT_COLUMNS =
  'id, external_id, kind, tenant_id, currency, net_minor, tax_minor, lines, occurred_at, refers_to'

/** Adds events that are not there yet, in the order of their ids, so that two senders of the same cannot lock each other. Answers which were added. */
export async function addEvents(
  mandate: Ingesting,
  events: readonly KeptBillingEvent[],
): Promise<ReadonlySet<string>> {
  const rows = await ask(
    mandate,
    `insert into billing_event (id, source, external_id, kind, tenant_id, currency, net_minor, tax_minor, lines, occurred_at, refers_to)
     select i.id, $2, i.external_id, i.kind, i.tenant_id, i.currency, i.net_minor, i.tax_minor, i.lines, i.occurred_at, i.refers_to
     from jsonb_to_recordset($1::jsonb) as i (id uuid, external_id text, kind text, tenant_id uuid, currency text, net_minor bigint, tax_minor bigint, lines jsonb, occurred_at timestamptz, refers_to text)
     order by i.external_id on conflict (source, external_id) do nothing returning id`,
    [
      JSON.stringify(
        events.map((event) => ({
          id: event.id,
          external_id: event.externalId,
          kind: event.kind,
          tenant_id: event.tenantId,
          currency: event.currency,
          net_minor: event.netMinor,
          tax_minor: event.taxMinor,
          lines: event.lines,
          occurred_at: event.occurredAt.toISOString(),
          refers_to: event.refersTo,
        })),
      ),
      mandate.source,
    ],
  )
  return new Set(rows.map((row) => String(row['id'])))
}

/** The events of the mandate's source with these external ids. */
export async function findEvents(
  mandate: Ingesting,
  externalIds: readonly string[],
): Promise<KeptBillingEvent[]> {
  if (externalIds.length === 0) return []
  const rows = await ask(
    mandate,
    `select ${EVENT_COLUMNS} from billing_event where source = $1 and external_id = any ($2)`,
    [mandate.source, externalIds],
  )
  return rows.map(toEvent)
}

/** The kept events of these tenants that nobody earned anything on yet. */
export async function findUnearned(
  mandate: Ingesting,
  tenantIds: readonly string[],
): Promise<KeptBillingEvent[]> {
  const rows = await ask(
    mandate,
    `select ${EVENT_COLUMNS} from billing_event b where b.source = $1 and b.tenant_id = any ($2::uuid[])
       and not exists (select from earning e where e.billing_event_id = b.id)`,
    [mandate.source, tenantIds],
  )
  return rows.map(toEvent)
}

/** The kept events that take back these payments, without those named; in the order in which they happened. */
export async function findReturns(
  mandate: Ingesting,
  externalIds: readonly string[],
  without: readonly string[],
): Promise<BillingEvent[]> {
  if (externalIds.length === 0) return []
  const rows = await ask(
    mandate,
    `select ${EVENT_COLUMNS} from billing_event where source = $1 and refers_to = any ($2) and id <> all ($3::uuid[]) order by occurred_at, external_id`,
    [mandate.source, externalIds, without],
  )
  return rows.map(toEvent)
}

const Referral = z.object({
  tenant_id: z.string(),
  referral_id: z.string(),
  partner_id: z.string(),
  program_id: z.string(),
  time_zone: z.string(),
  partner_status: z.enum(['active', 'suspended', 'terminated']),
  partner_status_at: Instant,
  referred_at: Instant,
  locked_by_event: z.string().nullable(),
  first_paid_at: Instant.nullable(),
  paid_through: z.string().nullable(),
  blocked_from: Instant.nullable(),
  is_on_hold: z.boolean(),
})

/** Who brought these tenants, as that stands now. */
export async function findReferrals(
  mandate: Ingesting,
  tenantIds: readonly string[],
): Promise<Map<string, ReferralFacts>> {
  const rows = await ask(
    mandate,
    'select a.*, r.paid_through::text as paid_through from access.accrual_referrals($1::uuid[]) a join referral r on r.id = a.referral_id',
    [tenantIds],
  )
  return new Map(
    rows.map((row) => {
      const found = Referral.parse(row)
      return [
        found.tenant_id,
        {
          referralId: found.referral_id,
          partnerId: found.partner_id,
          programId: found.program_id,
          timeZone: found.time_zone,
          partnerStatus: found.partner_status,
          partnerStatusAt: found.partner_status_at,
          referredAt: found.referred_at,
          lockedByEvent: found.locked_by_event,
          firstPaidAt: found.first_paid_at,
          paidThrough: found.paid_through,
          blockedFrom: found.blocked_from,
          isOnHold: found.is_on_hold,
        },
      ]
    }),
  )
}

const Agreement = z.object({
  agreement_id: z.string(),
  partner_id: z.string(),
  is_terminated: z.boolean(),
  starts_at: Instant,
  ends_at: Instant.nullable(),
  terms: AgreementTerms,
})

/** Every agreement of these partners that was ever in force, by partner. */
export async function findAgreements(
  mandate: Ingesting,
  partnerIds: readonly string[],
): Promise<Map<string, AgreementFacts[]>> {
  const rows = await ask(mandate, 'select * from access.accrual_agreements($1::uuid[])', [partnerIds])
  const agreements = rows.map((row): AgreementFacts => {
    const found = Agreement.parse(row)
    return {
      agreementId: found.agreement_id,
      partnerId: found.partner_id,
      isTerminated: found.is_terminated,
      startsAt: found.starts_at,
      endsAt: found.ends_at,
      terms: found.terms,
    }
  })
  return Map.groupBy(agreements, ({ partnerId }) => partnerId)
}

/** The last closed month of these partners, by partner and currency. */
export async function findClosedMonths(
  mandate: Ingesting,
  partnerIds: readonly string[],
): Promise<{ partnerId: string; currency: string; month: string }[]> {
  const rows = await ask(mandate, 'select * from access.closed_through($1::uuid[])', [partnerIds])
  return rows.map((row) => ({
    partnerId: String(row['partner_id']),
    currency: String(row['currency']),
    month: String(row['month']),
  }))
}

const VolumeRow = z.object({
  partner_id: z.string(),
  component: z.string(),
  currency: z.string(),
  span: z.enum(['lifetime', 'month', 'referral']),
  span_key: z.string(),
  base_minor: Amount,
  amount_minor: Amount,
})

/** The sums of these partners in all, in these months and from these referrals. */
export async function findVolumes(
  mandate: Ingesting,
  partnerIds: readonly string[],
  keys: { readonly months: readonly string[]; readonly referralIds: readonly string[] },
): Promise<Map<string, Volume>> {
  const rows = await ask(
    mandate,
    `select partner_id, component, currency, span, span_key, base_minor, amount_minor from earning_volume
     where partner_id = any ($1::uuid[]) and (span = 'lifetime' or (span = 'month' and span_key = any ($2)) or (span = 'referral' and span_key = any ($3)))`,
    [partnerIds, keys.months, keys.referralIds],
  )
  return new Map(
    rows.map((row) => {
      const found = VolumeRow.parse(row)
      const { partner_id: partnerId, component, currency, span, span_key: key } = found
      return [
        volumeKey({ partnerId, component, currency, span, key }),
        { base: found.base_minor, amount: found.amount_minor },
      ]
    }),
  )
}

const Commission = z.object({
  id: z.string(),
  billing_event_id: z.string(),
  referral_id: z.string(),
  partner_id: z.string(),
  program_id: z.string(),
  agreement_id: z.string(),
  component: z.string(),
  currency: z.string(),
  state: z.enum(EARNING_STATES),
  available_on: z.string(),
  amount_minor: Amount,
  base_minor: Amount,
  calc: z.looseObject({
    model: z.enum(['percent', 'flat', 'graduated']),
    net_minor: Amount,
    products: z.array(z.string()).nullable(),
    volume_before_minor: Amount.optional(),
    caps: z
      .array(z.object({ kind: z.enum(['per_tenant', 'per_month']), limit_minor: Amount, used_minor: Amount }))
      .optional(),
  }),
  taken_minor: Amount,
})

export type CommissionRow = z.output<typeof Commission>

/** The commissions on these payments, with what was taken back of each. */
export async function findCommissions(
  mandate: Ingesting,
  eventIds: readonly string[],
): Promise<CommissionRow[]> {
  if (eventIds.length === 0) return []
  const rows = await ask(
    mandate,
    `select e.id, e.billing_event_id, e.referral_id, e.partner_id, e.program_id, e.agreement_id, e.component, e.currency, e.state, e.available_on, e.amount_minor, e.base_minor, e.calc,
       -coalesce((select sum(c.amount_minor) from earning c where c.reverses_id = e.id), 0)::bigint as taken_minor
     from earning e where e.billing_event_id = any ($1::uuid[]) and e.kind = 'commission' order by e.component`,
    [eventIds],
  )
  return rows.map((row) => Commission.parse(row))
}

const Clawback = z.object({
  id: z.string(),
  partner_id: z.string(),
  agreement_id: z.string(),
  currency: z.string(),
  amount_minor: Amount,
  returned_minor: Amount,
  already_minor: Amount,
  model: z.enum(['percent', 'flat', 'graduated']),
  earned_minor: Amount,
  earned_base_minor: Amount,
})

export type ClawbackRow = z.output<typeof Clawback>

/** What these events took back, each with what it was taken back of. */
export async function findClawbacks(mandate: Ingesting, eventIds: readonly string[]): Promise<ClawbackRow[]> {
  if (eventIds.length === 0) return []
  const rows = await ask(
    mandate,
    `select c.id, c.partner_id, c.agreement_id, c.currency, c.amount_minor, (c.calc ->> 'returned_minor')::bigint as returned_minor, (c.calc ->> 'already_minor')::bigint as already_minor,
       e.calc ->> 'model' as model, e.amount_minor as earned_minor, e.base_minor as earned_base_minor
     from earning c join earning e on e.id = c.reverses_id where c.billing_event_id = any ($1::uuid[]) and c.kind = 'clawback' order by c.id`,
    [eventIds],
  )
  return rows.map((row) => Clawback.parse(row))
}

/** Adds what events came to: locks of referrals, rows of the ledger, and why there are none. Each row once. */
export async function addAccrued(mandate: Ingesting, accrued: Accrued): Promise<void> {
  const statements = []
  if (accrued.locks.length > 0)
    statements.push({
      text: 'select access.lock_referral(l.referral, l.event) from unnest($1::uuid[], $2::uuid[]) l (referral, event) order by l.referral',
      values: [
        accrued.locks.map(({ referralId }) => referralId),
        accrued.locks.map(({ eventId }) => eventId),
      ],
    })
  // What is taken back comes after what it was earned as, and in the order in which it was calculated.
  if (accrued.earnings.length > 0)
    statements.push({
      text: `insert into earning (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, hold_kind, hold_reason, available_on)
        select i.id, i.partner_id, i.program_id, i.referral_id, i.agreement_id, i.billing_event_id, i.kind, i.component, i.reverses_id, i.occurred_at, i.service_month, i.period_month, i.currency, i.base_minor, i.amount_minor, i.calc, i.state, i.hold_kind, i.hold_reason, i.available_on
        from jsonb_to_recordset($1::jsonb) as i (id uuid, partner_id uuid, program_id uuid, referral_id uuid, agreement_id uuid, billing_event_id uuid, kind text, component text, reverses_id uuid, occurred_at timestamptz, service_month date, period_month date, currency text, base_minor bigint, amount_minor bigint, calc jsonb, state text, hold_kind text, hold_reason text, available_on date)
        order by i.kind desc, i.id on conflict on constraint earning_once do nothing`,
      values: [JSON.stringify(accrued.earnings)],
    })
  if (accrued.skips.length > 0)
    statements.push({
      text: `insert into earning_skip (billing_event_id, partner_id, referral_id, component, reason)
        select i.billing_event_id, i.partner_id, i.referral_id, i.component, i.reason
        from jsonb_to_recordset($1::jsonb) as i (billing_event_id uuid, partner_id uuid, referral_id uuid, component text, reason text)
        on conflict (billing_event_id, component) do update set reason = excluded.reason
          where earning_skip.reason = 'ORIGINAL_UNKNOWN' and excluded.reason <> 'ORIGINAL_UNKNOWN'`,
      values: [JSON.stringify(accrued.skips)],
    })
  if (statements.length > 0) await runStatements(mandate, statements)
}

/** Marks the place to which a dry run goes back. */
export async function setMark(mandate: Ingesting): Promise<void> {
  await ask(mandate, 'savepoint earnings', [])
}

/** Undoes everything since the mark. */
export async function returnToMark(mandate: Ingesting): Promise<void> {
  await ask(mandate, 'rollback to savepoint earnings', [])
}
