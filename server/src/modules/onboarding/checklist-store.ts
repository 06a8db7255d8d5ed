import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { OnboardingFacts } from './checklist.ts'
import { API_TERMS } from './terms.ts'

const Instant = z
  .union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))])
  .nullable()

const Row = z.object({
  applied_at: Instant,
  approved_at: z.date(),
  terms_accepted_at: Instant,
  agreement_signed_at: Instant,
  needs_agreement: z.boolean(),
  works_already: z.boolean(),
  second_owner_at: Instant,
  hidden: z.object({
    owner_has_factor: z.boolean(),
    access_requested_at: Instant,
    tenant_approved_at: Instant,
    client_created_at: Instant,
    first_token_at: Instant,
    first_call_at: Instant,
    live_requested_at: Instant,
    live_approved_at: Instant,
    first_live_call_at: Instant,
  }),
})

const QUERY = `select a.submitted_at as applied_at, coalesce(a.decided_at, p.created_at) as approved_at,
    (select t.accepted_at from api_terms_acceptance t where t.partner_id = p.id and t.version = $2) as terms_accepted_at,
    access.own_agreement_signed_at() as agreement_signed_at,
    coalesce((select s.live_needs_agreement from program_setting s order by s.version desc limit 1), false) as needs_agreement,
    access.onboarding_facts() as hidden,
    exists (select from delegation d where d.partner_id = p.id and d.kind = 'link' and d.status in ('approved', 'active', 'suspended')) as works_already,
    (select m.created_at from partner_member m where m.partner_id = p.id and m.role = 'PARTNER_OWNER' and m.status = 'active' order by m.created_at, m.id offset 1 limit 1) as second_owner_at
  from partner p
  left join lateral (select submitted_at, decided_at from partner_application where partner_id = p.id order by decided_at limit 1) a on true
  where p.id = $1`

/** What happened so far on the way of the mandate's partner to its first call for a customer. */
export async function readOnboardingFacts(mandate: Mandate<'program'>): Promise<OnboardingFacts> {
  const [result] = await runStatements(mandate, [
    { text: QUERY, values: [mandate.partner.id, API_TERMS.version] },
  ])
  const row = Row.parse(result?.rows[0])
  return {
    appliedAt: row.applied_at,
    approvedAt: row.approved_at,
    termsAcceptedAt: row.terms_accepted_at,
    agreementSignedAt: row.agreement_signed_at,
    needsAgreement: row.needs_agreement,
    ownerHasFactor: row.hidden.owner_has_factor,
    secondOwnerAt: row.second_owner_at,
    clientCreatedAt: row.hidden.client_created_at,
    firstTokenAt: row.hidden.first_token_at,
    firstCallAt: row.hidden.first_call_at,
    liveRequestedAt: row.hidden.live_requested_at,
    liveApprovedAt: row.hidden.live_approved_at,
    accessRequestedAt: row.hidden.access_requested_at,
    tenantApprovedAt: row.hidden.tenant_approved_at,
    firstLiveCallAt: row.hidden.first_live_call_at,
    worksAlready: row.works_already,
  }
}
