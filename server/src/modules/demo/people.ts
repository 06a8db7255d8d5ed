import { PARTNERS, PLATFORM_ADMINS, TENANTS, TENANT_USER } from './cast.ts'
import type { CastTenant } from './cast.ts'
import { addDays } from './dice.ts'
import type { Dice } from './dice.ts'
import type { DemoRow, DemoTable } from './store.ts'

/** Where the rows of a world gather, table by table. */
export class Ledger {
  readonly #rows = new Map<DemoTable, DemoRow[]>()

  add(table: DemoTable, row: DemoRow): void {
    const rows = this.#rows.get(table)
    if (rows) rows.push(row)
    else this.#rows.set(table, [row])
  }

  rowsOf(table: DemoTable): readonly DemoRow[] {
    return this.#rows.get(table) ?? []
  }
}

/** What every part of the world is built with. */
export interface Making {
  readonly now: Date
  readonly dice: Dice
  readonly ledger: Ledger
}

export interface DemoPerson {
  readonly id: string
  readonly name: string
  readonly email: string
  /** What the sign-in page says of this person. */
  readonly role: string
}

export interface DemoMember extends DemoPerson {
  readonly memberId: string
}

export interface DemoPartner {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly legalName: string
  readonly support: string | null
  readonly members: readonly DemoMember[]
}

export interface DemoTenant extends CastTenant {
  readonly id: string
  readonly adminPerson: DemoPerson
}

/** Everybody who takes part, with their ids. */
export interface DemoPeople {
  readonly platformAdmins: readonly DemoPerson[]
  readonly partners: ReadonlyMap<string, DemoPartner>
  readonly tenants: ReadonlyMap<string, DemoTenant>
  /** Those who can sign in, in the order in which the sign-in page lists them. */
  readonly signIns: readonly DemoPerson[]
}

const FOUNDED_DAYS_AGO = 540

/** Adds a person who is known by name. */
export function addPerson(
  { dice, ledger, now }: Making,
  named: { name: string; domain: string; role: string },
): DemoPerson {
  const at = addDays(now, -FOUNDED_DAYS_AGO)
  const [first = ''] = named.name.toLowerCase().split(' ')
  const person = { id: dice.uuid(at), name: named.name, email: `${first}@${named.domain}`, role: named.role }
  ledger.add('person', {
    id: person.id,
    email: person.email,
    name: person.name,
    created_at: at,
    updated_at: at,
    status: 'active',
    shortcuts: true,
  })
  return person
}

function addPartners(making: Making): Map<string, DemoPartner> {
  const { dice, ledger, now } = making
  const at = addDays(now, -FOUNDED_DAYS_AGO)
  return new Map(
    PARTNERS.map((cast) => {
      const id = dice.uuid(at)
      ledger.add('partner', {
        id,
        name: cast.name,
        slug: cast.slug,
        kinds: cast.kinds,
        status: 'active',
        legal_name: cast.legalName,
        support_contact: cast.support,
        approved_support_contact: cast.support,
        website: `https://${cast.domain}/`,
        created_at: at,
        updated_at: at,
      })
      const members = cast.members.map((member): DemoMember => {
        const title =
          member.role === 'PARTNER_OWNER' ? `Owner of ${cast.name}` : `${cast.name}, ${member.job}`
        const person = addPerson(making, { name: member.name, domain: cast.domain, role: title })
        const memberId = dice.uuid(at)
        ledger.add('partner_member', {
          id: memberId,
          partner_id: id,
          person_id: person.id,
          role: member.role,
          status: 'active',
          created_at: at,
          updated_at: at,
        })
        return { ...person, memberId }
      })
      const { slug, name, legalName, support } = cast
      return [slug, { id, slug, name, legalName, support, members }]
    }),
  )
}

function addTenantRow({ dice, ledger, now }: Making, cast: CastTenant): string {
  const id = dice.uuid(addDays(now, -FOUNDED_DAYS_AGO))
  const startedAt = addDays(now, -dice.between(400, 520))
  const [first = ''] = cast.admin.toLowerCase().split(' ')
  ledger.add('tenant', {
    id,
    name: cast.name,
    slug: cast.slug,
    domain: cast.domain,
    status: cast.status,
    plan_type: cast.plan,
    contact: {
      name: cast.admin,
      email: `${first}@${cast.domain}`,
      phone: `+1 555 01${dice.between(10, 99)}`,
    },
    address: { street: `${dice.between(1, 240)} Exchange Street`, city: cast.city, country: cast.country },
    timezone: cast.timezone,
    currency: cast.currency,
    billing_cycle: cast.cycle,
    current_mrr_minor: cast.monthlyMinor * cast.subscribers,
    max_users: cast.plan === 'starter' ? 5 : cast.plan === 'standard' ? 25 : 100,
    trial_ends_at: cast.status === 'trial' ? addDays(now, 12) : null,
    subscription_starts_at: startedAt,
    subscription_ends_at: null,
    created_at: startedAt,
    updated_at: startedAt,
  })
  return id
}

/** A person's membership in a tenant. */
export function tenantMemberRow(
  { dice, now }: Pick<Making, 'dice' | 'now'>,
  member: { tenantId: string; personId: string; role: string },
): DemoRow {
  const at = addDays(now, -300)
  return {
    tenant_id: member.tenantId,
    id: dice.uuid(at),
    person_id: member.personId,
    role: member.role,
    status: 'active',
    created_at: at,
    updated_at: at,
  }
}

function addTenants(making: Making): Map<string, DemoTenant> {
  return new Map(
    TENANTS.map((cast) => {
      const id = addTenantRow(making, cast)
      const adminPerson = addPerson(making, {
        name: cast.admin,
        domain: cast.domain,
        role: `Admin of ${cast.name}`,
      })
      making.ledger.add(
        'tenant_member',
        tenantMemberRow(making, { tenantId: id, personId: adminPerson.id, role: 'TENANT_ADMIN' }),
      )
      return [cast.slug, { ...cast, id, adminPerson }]
    }),
  )
}

/** Adds every person and organisation of the cast. */
export function addPeople(making: Making): DemoPeople {
  const platformAdmins = PLATFORM_ADMINS.map((name) =>
    addPerson(making, { name, domain: 'provider.example', role: 'Platform admin' }),
  )
  for (const { id } of platformAdmins)
    making.ledger.add('platform_staff', {
      person_id: id,
      role: 'SUPER_ADMIN',
      status: 'active',
      created_at: addDays(making.now, -FOUNDED_DAYS_AGO),
    })
  const partners = addPartners(making)
  const tenants = addTenants(making)
  const home = tenants.get(TENANT_USER.tenant)
  if (!home) throw new Error('The cast has no such tenant.')
  const user = addPerson(making, {
    name: TENANT_USER.name,
    domain: home.domain,
    role: `${home.name}, daily work`,
  })
  making.ledger.add(
    'tenant_member',
    tenantMemberRow(making, { tenantId: home.id, personId: user.id, role: 'TENANT_USER' }),
  )
  const members = [...partners.values()].flatMap((partner) => partner.members)
  const admins = [...tenants.values()].map((tenant) => tenant.adminPerson)
  return {
    platformAdmins,
    partners,
    tenants,
    signIns: [...members, ...admins.slice(0, 1), user, ...admins.slice(1), ...platformAdmins],
  }
}
