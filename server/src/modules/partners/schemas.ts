import { z } from 'zod'
import { SecondPersonBody } from '#modules/approvals/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import type { listPartnerMembers, OwnPartnerRow, PartnerRow } from './store.ts'
import { PARTNER_STATUSES, PARTNER_TIERS } from './tables.ts'

const entry = {
  partner_id: z.string(),
  name: z.string(),
  slug: z.string().meta({ description: 'The code of the partner: it never changes.' }),
  kinds: z.array(z.string()),
  legal_name: z.string().nullable(),
  country: z.string().nullable(),
  registration_no: z.string().nullable(),
  contact_email: z.string().nullable(),
  website: z.string().nullable().meta({ description: 'The website of the partner, as it was typed last.' }),
  approved_website: z.string().nullable().meta({
    description:
      'The website that the provider wrote itself or approved: what whoever decides about the partner is shown. Another one waits for the provider.',
  }),
  support_contact: z
    .string()
    .nullable()
    .meta({ description: 'Where the partner helps people of tenants, as it was typed last.' }),
  approved_support_contact: z.string().nullable().meta({
    description:
      'The support contact that the provider wrote itself or approved: what people of tenants are shown. Another one waits for the provider.',
  }),
  tier: z.enum(PARTNER_TIERS),
  uses_account_refs: z.boolean().meta({
    description:
      'Whether the API clients of the partner are told its own references in the place of the account numbers of customers that consent.',
  }),
  region: z.string().nullable(),
  onboarding_date: z.string(),
  version: z.int(),
}

/** A partner as the registry shows it. */
export const PartnerBody = z.strictObject({
  ...entry,
  status: z.enum(PARTNER_STATUSES),
  registry_status: z
    .enum(['active', 'stopped'])
    .meta({ description: 'Stopped when nothing of the partner works, whatever the reason.' }),
  home_tenant: z.strictObject({ tenant_id: z.string(), name: z.string() }).nullable().meta({
    description: 'The tenant that the partner is itself: said by the tenant, accepted by the partner.',
  }),
  status_reason: z.string().nullable(),
  status_changed_at: z.string(),
  members_count: z.int(),
  clients_count: z.int(),
  active_links: z.int(),
  active_consents: z.int().meta({ description: 'Consents and resales in force for its API clients.' }),
  created_at: z.string(),
})

const MemberBody = z.strictObject({
  member_id: z.string(),
  person_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  status: z.string(),
})

/** A partner with its people. */
export const PartnerDetail = PartnerBody.extend({
  members: z.array(MemberBody),
  termination_asked: SecondPersonBody.nullable().meta({
    description: 'The end of the partner that waits for a second person.',
  }),
}).strict()

/** A partner as it sees itself. */
export const ProfileBody = z.strictObject(entry).meta({ id: 'PartnerProfile' })

export const PartnerParams = z.strictObject({ partner_id: publicId('partner') })

/** A partner as its own people may see it. */
export function toProfile(row: OwnPartnerRow): z.output<typeof ProfileBody> {
  return {
    partner_id: publicIdOf('partner', row.id),
    name: row.name,
    slug: row.slug,
    kinds: [...row.kinds],
    legal_name: row.legal_name,
    country: row.country,
    registration_no: row.registration_no,
    contact_email: row.contact_email,
    website: row.website,
    approved_website: row.approved_website,
    support_contact: row.support_contact,
    approved_support_contact: row.approved_support_contact,
    tier: row.tier,
    uses_account_refs: row.uses_account_refs,
    region: row.region,
    onboarding_date: row.onboarding_date,
    version: row.version,
  }
}

function homeOf({ home_tenant_id: id, home_tenant_name: name }: PartnerRow) {
  return id === null ? null : { tenant_id: publicIdOf('tenant', id), name: name ?? '' }
}

/** A partner as the provider sees it. */
export function toPartner(row: PartnerRow): z.output<typeof PartnerBody> {
  return {
    ...toProfile(row),
    status: row.status,
    registry_status: row.registry_status,
    home_tenant: homeOf(row),
    status_reason: row.status_reason,
    status_changed_at: row.status_changed_at.toISOString(),
    members_count: row.members_count ?? 0,
    clients_count: row.clients_count ?? 0,
    active_links: row.active_links,
    active_consents: row.active_consents,
    created_at: row.created_at.toISOString(),
  }
}

type MemberRow = Awaited<ReturnType<typeof listPartnerMembers>>[number]

/** A person of a partner as the provider sees them. */
export function toMember(row: MemberRow): z.output<typeof MemberBody> {
  return {
    member_id: publicIdOf('member', row.id),
    person_id: publicIdOf('person', row.person_id),
    name: row.name,
    email: row.email,
    role: row.role,
    status: row.status,
  }
}
