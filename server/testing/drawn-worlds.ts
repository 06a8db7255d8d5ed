import {
  ceilingOf,
  compilePatterns,
  isRoleOffered,
  LINK_ROLES,
  maskOf,
  newestRoleTemplate,
  RELATIONSHIP_TYPES,
  resolveGrant,
  toBits,
} from '@liaison/access'
import type { IdOf, LinkId, PartnerId, PersonId, RelationshipType, TenantId } from '@liaison/access'
import fc from 'fast-check'
import { systemClock } from '#platform/clock.ts'
import type { Caller, TestWorld } from './world.ts'

const PATTERNS = [
  'partner.billing.*',
  'partner.support.tickets.*',
  'partner.tenants.contacts.read',
  'partner.tenants.list',
  'partner.reports.export',
  'partner.support.tickets.assign',
] as const
const FREEZES = ['platform', 'partner', 'tenant', 'delegation', 'person', 'partner in tenant'] as const

/** Some for each role that it has not by itself, sensitive ones among them, and one outside most ceilings. */
const ELEVATED = [
  'partner.billing.summary.read',
  'partner.support.tickets.create',
  'partner.reports.export',
  'partner.billing.invoices.export',
  'partner.provisioning.orders.create',
] as const

const arbitraryOverride = fc.record({
  pattern: fc.constantFrom(...PATTERNS),
  effect: fc.constantFrom('grant' as const, 'deny' as const),
  end: fc.constantFrom(null, -1, 1),
})

/** Worlds with one partner's person and one tenant; most of them healthy in most parts, so that each part decides often. */
export const arbitraryWorld = fc.record({
  role: fc.constantFrom(...LINK_ROLES),
  type: fc.constantFrom(...RELATIONSHIP_TYPES),
  status: fc.oneof(
    { weight: 6, arbitrary: fc.constant('active') },
    { weight: 3, arbitrary: fc.constantFrom('approved', 'suspended', 'expired', 'revoked', 'declined') },
  ),
  startsIn: fc.oneof({ weight: 6, arbitrary: fc.constant(-10) }, { weight: 1, arbitrary: fc.constant(1) }),
  endsIn: fc.constantFrom(-1, 10, 10, 10, null),
  overrides: fc.uniqueArray(arbitraryOverride, {
    maxLength: 4,
    selector: ({ pattern, effect }) => `${pattern} ${effect}`,
  }),
  assignment: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        role: fc.option(fc.constantFrom(...LINK_ROLES)),
        endsIn: fc.constantFrom(null, null, 5, -1),
      }),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  freeze: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 3, arbitrary: fc.constantFrom(...FREEZES) },
  ),
  isLifted: fc.constantFrom(true, false, false),
  partnerStatus: fc.constantFrom('active', 'active', 'active', 'active', 'suspended'),
  tenantStatus: fc.constantFrom('active', 'active', 'trial', 'suspended', 'closed'),
  memberStatus: fc.constantFrom('active', 'active', 'active', 'active', 'inactive'),
  factor: fc.constantFrom('otp' as const, 'otp' as const, 'phishing_resistant' as const, 'none' as const),
  factorAge: fc.constantFrom(0, 0, 5000),
  conditions: fc.constantFrom(
    {},
    {},
    {},
    { phishing_resistant: true },
    { mfa_max_age_s: 600 },
    { ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'] },
    { ip_mode: 'enforce', ip_allow: ['127.0.0.1'] },
    { elevation_required: true },
    { elevation_required: true },
  ),
  elevation: fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.record({
        names: fc.subarray([...ELEVATED], { minLength: 1 }),
        endsIn: fc.constantFrom(1, 1, 1, -1),
      }),
    },
  ),
})

/** One drawn world. */
export type Drawn = typeof arbitraryWorld extends fc.Arbitrary<infer T> ? T : never

/** A drawn world in the database. */
export interface Seeded {
  readonly person: PersonId
  readonly caller: Caller
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly link: LinkId
}

const inDays = (days: number | null): Date | null =>
  days === null ? null : new Date(systemClock().getTime() + days * 86_400_000)

async function seedTerms(
  world: TestWorld,
  link: LinkId,
  { drawn, tenant }: { drawn: Drawn; tenant: TenantId },
): Promise<void> {
  const { version } = newestRoleTemplate(drawn.role)
  const base = { role: drawn.role, roleVersion: version, relationshipType: drawn.type, now: systemClock() }
  const ceiling = ceilingOf(drawn.role, version, drawn.type)
  const lasting = drawn.overrides.filter(({ end }) => end === null)
  await world.seed(
    `update delegation set role_mask = $2, mask = $3, has_timed_overrides = $4, status = $5, status_changed_by_side = 'tenant' where id = $1`,
    [
      link,
      toBits(resolveGrant({ ...base, overrides: [] }).mask),
      toBits(resolveGrant({ ...base, overrides: lasting }).mask),
      lasting.length < drawn.overrides.length,
      drawn.status,
    ],
    tenant,
  )
  for (const { pattern, effect, end } of drawn.overrides) {
    const { mask } = compilePatterns([pattern], { plane: 'delegation' })
    await world.seed(
      `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, expires_at, set_by_side) select id, tenant_id, partner_id, $2, $3, $4, $5, 'tenant' from link where id = $1`,
      [link, pattern, effect, toBits(effect === 'grant' ? mask & ceiling : mask), inDays(end)],
      tenant,
    )
  }
}

const FREEZE_COLUMNS: Readonly<Record<(typeof FREEZES)[number], readonly string[]>> = {
  platform: [],
  partner: ['partner_id'],
  tenant: ['tenant_id'],
  delegation: ['partner_id', 'tenant_id', 'delegation_id'],
  person: ['person_id'],
  'partner in tenant': ['partner_id', 'tenant_id'],
}

/** Freezes one scope of a seeded world. */
export async function seedFreeze(
  world: TestWorld,
  seeded: Seeded,
  { freeze: scope, isLifted }: { freeze: (typeof FREEZES)[number]; isLifted: boolean },
): Promise<string> {
  const ids: Record<string, string> = {
    partner_id: seeded.partner,
    tenant_id: seeded.tenant,
    delegation_id: seeded.link,
    person_id: seeded.person,
  }
  const columns = FREEZE_COLUMNS[scope]
  const [freeze] = await world.seed<{ id: string }>(
    `insert into access_freeze (scope, set_by, set_by_name, set_by_side${columns.map((column) => `, ${column}`).join('')})
     values ($1, $2, 'x', 'provider'${columns.map((_, index) => `, $${index + 3}`).join('')}) returning id`,
    [
      scope === 'partner in tenant' ? 'partner' : scope,
      seeded.person,
      ...columns.map((column) => ids[column]),
    ],
  )
  if (isLifted) await liftFreeze(world, String(freeze?.id))
  return String(freeze?.id)
}

/** Lifts a freeze, as its side would. */
export async function liftFreeze(world: TestWorld, id: string): Promise<void> {
  await world.seed(
    `update access_freeze set lift_asked_by = gen_random_uuid(), lift_asked_at = now(), lifted_by = set_by, lifted_at = now(), lift_reason = 'x' where id = $1`,
    [id],
  )
}

/** What an approved elevation leaves on the person's place in the link; the elevations module's own tests make it from requests. */
async function seedElevation(
  world: TestWorld,
  link: LinkId,
  { drawn, tenant }: { drawn: Drawn; tenant: TenantId },
): Promise<void> {
  if (!drawn.elevation) return
  const ceiling = ceilingOf(drawn.role, newestRoleTemplate(drawn.role).version, drawn.type)
  await world.seed(
    `update link_member set elevation_id = gen_random_uuid(), elevated_mask = $2, elevated_from = now() - interval '2 days', elevated_until = $3 where link_id = $1`,
    [link, toBits(maskOf(drawn.elevation.names) & ceiling), inDays(drawn.elevation.endsIn)],
    tenant,
  )
}

/** Puts a drawn link between a partner and a tenant, with the place that the member has in it. */
export async function seedDrawnLink(
  world: TestWorld,
  drawn: Drawn,
  { partner, member, tenant }: { partner: PartnerId; member: IdOf<'member'>; tenant: TenantId },
): Promise<LinkId> {
  const type: RelationshipType = isRoleOffered(drawn.role, drawn.type) ? drawn.type : 'enterprise_subsidiary'
  const starts = inDays(drawn.startsIn) ?? new Date(0)
  const ends = inDays(drawn.endsIn)
  const link = await world.link(partner, tenant, {
    role: drawn.role,
    type,
    startsAt: starts,
    endsAt: ends && ends <= starts ? new Date(starts.getTime() + 1000) : ends,
    conditions: drawn.conditions,
  })
  await seedTerms(world, link, { drawn: { ...drawn, type }, tenant })
  if (drawn.assignment) {
    await world.assign(link, member, drawn.assignment.role)
    await world.seed(
      'update link_member set ends_at = $2 where link_id = $1',
      [link, inDays(drawn.assignment.endsIn)],
      tenant,
    )
  }
  await seedElevation(world, link, { drawn: { ...drawn, type }, tenant })
  return link
}

/** Puts a drawn world into the database. */
export async function seedWorld(world: TestWorld, drawn: Drawn): Promise<Seeded> {
  const [partner, tenant, person] = [await world.partner('P'), await world.tenant('T'), await world.person()]
  const member = await world.partnerMember(partner, person.id)
  const link = await seedDrawnLink(world, drawn, { partner, member, tenant })
  await world.seed('update partner set status = $2 where id = $1', [partner, drawn.partnerStatus])
  await world.seed('update tenant set status = $2 where id = $1', [tenant, drawn.tenantStatus], tenant)
  await world.seed('update partner_member set status = $2 where id = $1', [member, drawn.memberStatus])
  const caller = await world.signIn(person.id, {
    factor: drawn.factor,
    factorAgeSeconds: drawn.factorAge,
    tenantId: tenant,
  })
  return { person: person.id, partner, tenant, link, caller }
}

/** A world in which nothing stands against the person. */
export const HEALTHY: Drawn = {
  role: 'msp_support',
  type: 'msp_managed',
  status: 'active',
  startsIn: -10,
  endsIn: 10,
  overrides: [],
  assignment: { role: null, endsIn: null },
  freeze: null,
  isLifted: false,
  partnerStatus: 'active',
  tenantStatus: 'active',
  memberStatus: 'active',
  factor: 'otp',
  factorAge: 0,
  conditions: {},
  elevation: null,
}
