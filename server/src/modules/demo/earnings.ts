import { accrue, makeIdSource, parseTerms } from '#modules/earnings/index.ts'
import type { AccrualFacts, Accrued, BillingEvent, ReferralFacts } from '#modules/earnings/index.ts'
import type { RunSql } from '#platform/admin.ts'
import { addDays, Dice } from './dice.ts'

const SEED = 20_261_126
const DAYS_BETWEEN_INVOICES = 30
const SOURCE = 'billing'

interface Referred {
  readonly facts: ReferralFacts
  readonly tenantId: string
  readonly currency: string
}

async function findReferred(run: RunSql, partnerId: string): Promise<Referred[]> {
  const rows = await run(
    `select r.id, r.partner_id, r.program_id, r.tenant_id, r.referred_at, t.currency from referral r join tenant t on t.id = r.tenant_id
     where r.partner_id = $1 and r.voided_at is null order by r.referred_at`,
    [partnerId],
  )
  return rows.map((row) => {
    const referredAt = new Date(String(row['referred_at']))
    return {
      tenantId: String(row['tenant_id']),
      currency: String(row['currency']),
      facts: {
        referralId: String(row['id']),
        partnerId: String(row['partner_id']),
        programId: String(row['program_id']),
        timeZone: 'UTC',
        partnerStatus: 'active',
        partnerStatusAt: referredAt,
        referredAt,
        blockedFrom: null,
        isOnHold: false,
        lockedByEvent: null,
        firstPaidAt: null,
        paidThrough: null,
      },
    }
  })
}

async function findAgreements(run: RunSql, partnerId: string): Promise<AccrualFacts['agreements']> {
  const rows = await run('select * from access.accrual_agreements(array[$1::uuid]) order by starts_at', [
    partnerId,
  ])
  const found = rows.map((row) => ({
    agreementId: String(row['agreement_id']),
    partnerId,
    isTerminated: row['is_terminated'] === true,
    startsAt: new Date(String(row['starts_at'])),
    endsAt: row['ends_at'] instanceof Date ? row['ends_at'] : null,
    terms: parseTerms(row['terms']),
  }))
  return new Map([[partnerId, found]])
}

/** A payment each month of every tenant that was referred, and of every tenth a part back. */
function makeEvents(referred: readonly Referred[], now: Date, nextId: () => string): BillingEvent[] {
  const dice = new Dice(SEED)
  const events: BillingEvent[] = []
  for (const { facts, tenantId, currency } of referred) {
    const usual = 40_000 + Math.round(dice.next() * 360_000)
    for (let at = addDays(facts.referredAt, 9); at < now; at = addDays(at, DAYS_BETWEEN_INVOICES)) {
      const net = Math.round(usual * (0.9 + dice.next() * 0.25))
      const externalId = `pay-${facts.referralId.slice(-6)}-${at.toISOString().slice(0, 10)}`
      const paid = { id: nextId(), externalId, tenantId, currency, netMinor: net, lines: [], occurredAt: at }
      events.push({ ...paid, kind: 'invoice_paid', refersTo: null })
      const backAt = addDays(at, 12)
      if (dice.next() < 0.1 && backAt < now)
        events.push({
          ...paid,
          id: nextId(),
          externalId: `refund-${externalId.slice(4)}`,
          kind: 'refund',
          netMinor: Math.round(net / 4),
          occurredAt: backAt,
          refersTo: externalId,
        })
    }
  }
  return events
}

/** A refund whose payment the billing system wrote wrongly: it takes nothing back, and the provider finds it. */
function makeStrayRefund(referred: readonly Referred[], now: Date, id: string): BillingEvent[] {
  const [first] = referred
  if (!first) return []
  return [
    {
      id,
      externalId: 'refund-0417',
      kind: 'refund',
      tenantId: first.tenantId,
      currency: first.currency,
      netMinor: 12_500,
      lines: [],
      occurredAt: addDays(now, -3),
      refersTo: 'pay-0417-a',
    },
  ]
}

const ADD_EVENTS = `insert into billing_event (id, source, external_id, kind, tenant_id, currency, net_minor, tax_minor, occurred_at, refers_to, received_at)
  select i.id, $2, i.external_id, i.kind, i.tenant_id, i.currency, i.net_minor, round(i.net_minor * 0.19), i.occurred_at, i.refers_to, i.occurred_at
  from jsonb_to_recordset($1::jsonb) as i (id uuid, external_id text, kind text, tenant_id uuid, currency text, net_minor bigint, occurred_at timestamptz, refers_to text)`

/** What is past its waiting time is approved; the newest of each tenant waits. */
const ADD_EARNINGS = `insert into earning (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at, approved_by_name, created_at)
  select i.id, i.partner_id, i.program_id, i.referral_id, i.agreement_id, i.billing_event_id, i.kind, i.component, i.reverses_id, i.occurred_at, i.service_month, i.period_month, i.currency, i.base_minor, i.amount_minor, i.calc,
    case when i.available_on < $2::date then 'approved' else 'pending' end, i.available_on, case when i.available_on < $2::date then i.available_on + interval '9 hours' end, case when i.available_on < $2::date then 'Priya Nair' end, i.occurred_at
  from jsonb_to_recordset($1::jsonb) as i (id uuid, partner_id uuid, program_id uuid, referral_id uuid, agreement_id uuid, billing_event_id uuid, kind text, component text, reverses_id uuid, occurred_at timestamptz, service_month date, period_month date, currency text, base_minor bigint, amount_minor bigint, calc jsonb, available_on date)
  order by i.kind desc, i.id`

interface Written {
  readonly accrued: Accrued
  readonly events: readonly BillingEvent[]
  readonly now: Date
}

async function write(run: RunSql, { accrued, events, now }: Written): Promise<void> {
  const rows = events.map((event) => ({
    id: event.id,
    external_id: event.externalId,
    kind: event.kind,
    tenant_id: event.tenantId,
    currency: event.currency,
    net_minor: event.netMinor,
    occurred_at: event.occurredAt.toISOString(),
    refers_to: event.refersTo,
  }))
  await run(ADD_EVENTS, [JSON.stringify(rows), SOURCE])
  await run(
    `update referral r set locked_at = e.occurred_at, locked_by_event = e.id
     from unnest($1::uuid[], $2::uuid[]) l (referral, event) join billing_event e on e.id = l.event where r.id = l.referral`,
    [accrued.locks.map(({ referralId }) => referralId), accrued.locks.map(({ eventId }) => eventId)],
  )
  await run(ADD_EARNINGS, [JSON.stringify(accrued.earnings), now.toISOString().slice(0, 10)])
  await run(
    `insert into earning_skip (billing_event_id, partner_id, referral_id, component, reason)
     select i.billing_event_id, i.partner_id, i.referral_id, i.component, i.reason
     from jsonb_to_recordset($1::jsonb) as i (billing_event_id uuid, partner_id uuid, referral_id uuid, component text, reason text)`,
    [JSON.stringify(accrued.skips)],
  )
  await run(
    `update earning set state = 'held', hold_kind = 'provider', hold_reason = 'The invoice is disputed.'
     where id = (select id from earning where partner_id = $1 and state = 'pending' and kind = 'commission' order by occurred_at, id limit 1)`,
    [accrued.earnings[0]?.partner_id ?? null],
  )
}

/** Reports payments of those whom a partner referred and adds what it earned on them, by the rules that always hold. */
export async function writeDemoEarnings(run: RunSql, partnerId: string, now: Date): Promise<void> {
  const referred = await findReferred(run, partnerId)
  const nextId = makeIdSource(addDays(now, -1))
  const reported = makeEvents(referred, now, nextId)
  if (reported.length === 0) return
  const events = [...reported, ...makeStrayRefund(referred, now, nextId())]
  const facts: AccrualFacts = {
    referrals: new Map(referred.map(({ tenantId, facts: found }) => [tenantId, found])),
    agreements: await findAgreements(run, partnerId),
    originals: new Map(),
    waiting: new Map(),
    volumes: new Map(),
    closedThrough: new Map(),
    nextId,
  }
  await write(run, { accrued: accrue(facts, events), events, now })
}
