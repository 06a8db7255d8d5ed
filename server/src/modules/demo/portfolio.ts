import { addDays, Dice } from './dice.ts'
import { NORTHWIND } from './link-plots.ts'
import type { DemoLink } from './links.ts'
import type { DemoMember, DemoPartner, DemoPeople, Making } from './people.ts'

/** A stream of chance of its own, so that what comes by chance elsewhere stays as it was. */
const SEED = 20_261_130
const FIELD_LINKS: ReadonlySet<string> = new Set(['active', 'approved'])
const CONTRACTS: ReadonlySet<string> = new Set(['acme-fiber', 'beta-networks', 'elbe-netz', 'lakeside-cable'])

interface Ground {
  readonly making: Making
  readonly partner: DemoPartner
  readonly owner: DemoMember
  readonly at: Date
}

function addGroup(
  { making: { dice, ledger }, partner, owner, at }: Ground,
  group: { name: string; description: string; kind: 'all' | 'chosen'; tenantIds: readonly string[] },
): string {
  const id = dice.uuid(at)
  ledger.add('tenant_group', {
    id,
    partner_id: partner.id,
    name: group.name,
    description: group.description,
    kind: group.kind,
    created_by: owner.id,
    created_by_name: owner.name,
    created_at: at,
  })
  for (const tenantId of group.tenantIds)
    ledger.add('tenant_group_entry', {
      group_id: id,
      partner_id: partner.id,
      tenant_id: tenantId,
      effect: group.kind === 'all' ? 'exclude' : 'include',
    })
  return id
}

function addTeam(
  { making: { dice, ledger }, partner, owner, at }: Ground,
  team: { name: string; description: string; members: readonly DemoMember[]; groupId: string; role: string },
): void {
  const id = dice.uuid(at)
  ledger.add('partner_team', {
    id,
    partner_id: partner.id,
    name: team.name,
    description: team.description,
    created_by: owner.id,
    created_by_name: owner.name,
    created_at: at,
  })
  for (const member of team.members)
    ledger.add('team_member', {
      team_id: id,
      partner_id: partner.id,
      member_id: member.memberId,
      added_by: owner.id,
      added_at: at,
    })
  // The assignments follow from this row by themselves, as in daily work.
  ledger.add('team_grant', {
    id: dice.uuid(at),
    team_id: id,
    partner_id: partner.id,
    group_id: team.groupId,
    role: team.role,
    granted_by: owner.id,
    granted_at: at,
  })
}

function addTemplate({ making: { ledger }, partner, owner, at }: Ground): void {
  ledger.add('link_template', {
    id: new Dice(SEED).uuid(at),
    partner_id: partner.id,
    name: 'Monitoring for a new customer',
    terms: {
      relationship_type: 'msp_managed',
      access_role: 'msp_support',
      message: 'We watch your lines and work your tickets, as our offer says.',
      duration_days: 180,
      overrides: [],
    },
    version: 1,
    created_by_name: owner.name,
    created_at: at,
    updated_at: at,
  })
}

/** How the largest partner of the demo world arranges its people and its tenants: two groups, two teams, a view, and a template. */
export function addPortfolio(making: Making, people: DemoPeople, links: readonly DemoLink[]): void {
  const partner = people.partners.get(NORTHWIND)
  const [owner, ...staff] = partner?.members ?? []
  if (!partner || !owner) throw new Error('The cast has no Northwind with an owner.')
  const { dice, ledger, now } = making
  const ground: Ground = { making, partner, owner, at: addDays(now, -40) }
  const own = links.filter((link) => link.partner === partner)
  const contracts = own.filter(({ tenant }) => CONTRACTS.has(tenant.slug)).map(({ tenant }) => tenant.id)
  const contracted = addGroup(ground, {
    name: 'With contract',
    description: 'Customers with a yearly service contract.',
    kind: 'chosen',
    tenantIds: [...new Set(contracts)],
  })
  const quiet = own.filter(({ status }) => !FIELD_LINKS.has(status)).map(({ tenant }) => tenant.id)
  addGroup(ground, {
    name: 'Working customers',
    description: 'All but those whose link does not work now.',
    kind: 'all',
    tenantIds: [...new Set(quiet)],
  })
  addTeam(ground, {
    name: 'Service desk',
    description: 'First answer to every ticket.',
    members: staff.slice(0, 2),
    groupId: contracted,
    role: 'msp_support',
  })
  addTemplate(ground)
  for (const [name, filters] of [
    ['Overdue first', { sort: 'overdue', order: 'desc' }],
    ['Needs attention', { alerts: 'true', sort: 'alerts', order: 'desc' }],
  ] as const)
    ledger.add('saved_view', {
      id: dice.uuid(now),
      partner_id: partner.id,
      person_id: owner.id,
      screen: 'board',
      name,
      settings: { filters, columns: [], sort: null },
      is_default: false,
      created_at: now,
    })
}
