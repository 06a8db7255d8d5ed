import { compilePatterns, toBits } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import type { TestWorld } from '../../../server/testing/world.ts'
import { CHANGES, EVERYTHING, READS, SENSITIVE } from './probes.ts'
import type { Probe } from './probes.ts'

type Terms = Parameters<TestWorld['link']>[2] & {
  readonly isUnassigned?: boolean
  /** Of the assignment, where it is not that of the link. */
  readonly ownRole?: LinkRole
}

/** One deviation from a link in force with an assigned person; `opens` is what the specification leaves open in it. */
export interface Deviation {
  readonly name: string
  readonly opens: readonly Probe[]
  readonly terms?: Terms
  /** SQL with $link, $tenant, $partner, $person and $member. */
  readonly changes?: readonly string[]
}

const freeze = (columns: string, values: string) =>
  `insert into access_freeze (scope, set_by, set_by_name, set_by_side, ${columns}lifted_at) values (${values}null)`
const LIFT = `update access_freeze set lift_asked_by = gen_random_uuid(), lift_asked_at = now(), lifted_by = set_by, lifted_at = now(), lift_reason = 'x' where $partner in (partner_id) or $tenant in (tenant_id) or $person in (person_id)`
const by = `gen_random_uuid(), 'x', 'provider', `
const override = (pattern: string, effect: 'grant' | 'deny', end: string) =>
  `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, expires_at, set_by_side) values ($link, $tenant, $partner, '${pattern}', '${effect}', '${toBits(compilePatterns([pattern], { plane: 'delegation' }).mask)}', ${end}, 'tenant')`
const TIMED = 'update delegation set has_timed_overrides = true where id = $link'
const HOUR_OF_DENY = [override('partner.support.tickets.*', 'deny', `now() + interval '1 hour'`), TIMED]
const elevate = (until: string) =>
  `update link_member set elevation_id = gen_random_uuid(), elevated_mask = '${toBits(compilePatterns(['partner.support.tickets.create'], { plane: 'delegation' }).mask)}', elevated_from = now() - interval '2 days', elevated_until = ${until} where link_id = $link`
const STANDING = `update delegation set conditions = '{"elevation_required": true}' where id = $link`

export const NOTHING: readonly Probe[] = []
/** The defaults of a reseller: everything is read, nothing exported and no ticket opened. */
const RESOLD: readonly Probe[] = READS.filter(
  (probe) => !['export invoices', 'read tickets while opening one'].includes(probe),
)
const RESELLER = { role: 'reseller', type: 'reseller_channel' } as const
const withoutTickets = EVERYTHING.filter(
  (probe) => !['read tickets', 'read tickets while opening one', ...CHANGES].includes(probe),
)

const IN_FORCE: readonly Deviation[] = [
  { name: 'a link in force', opens: EVERYTHING },
  ...['approved', 'suspended', 'expired', 'revoked', 'declined', 'requested'].map((status) => ({
    name: `a link that is ${status}`,
    opens: NOTHING,
    terms: { status },
  })),
  {
    name: 'a link that begins in an hour',
    opens: NOTHING,
    changes: [`update delegation set starts_at = now() + interval '1 hour' where id = $link`],
  },
  {
    name: 'a link that ended a second ago',
    opens: NOTHING,
    changes: [`update delegation set ends_at = now() - interval '1 second' where id = $link`],
  },
  {
    name: 'a link whose review is overdue',
    opens: NOTHING,
    changes: [`update delegation set review_stops_at = now() - interval '1 second' where id = $link`],
  },
  {
    name: 'a partner that is suspended',
    opens: NOTHING,
    changes: [`update partner set status = 'suspended' where id = $partner`],
  },
  {
    name: 'a tenant that is closed',
    opens: NOTHING,
    changes: [`update tenant set status = 'closed' where id = $tenant`],
  },
]

const FREEZES: readonly Deviation[] = [
  {
    name: 'a frozen partner',
    opens: NOTHING,
    changes: [freeze('partner_id, ', `'partner', ${by}$partner, `)],
  },
  { name: 'a frozen tenant', opens: NOTHING, changes: [freeze('tenant_id, ', `'tenant', ${by}$tenant, `)] },
  {
    name: 'a frozen delegation',
    opens: NOTHING,
    changes: [
      freeze('partner_id, tenant_id, delegation_id, ', `'delegation', ${by}$partner, $tenant, $link, `),
    ],
  },
  {
    name: 'a partner that is frozen in the tenant',
    opens: NOTHING,
    changes: [freeze('partner_id, tenant_id, ', `'partner', ${by}$partner, $tenant, `)],
  },
  { name: 'a frozen person', opens: NOTHING, changes: [freeze('person_id, ', `'person', ${by}$person, `)] },
  {
    name: 'a partner that is frozen in another tenant',
    opens: EVERYTHING,
    changes: [freeze('partner_id, tenant_id, ', `'partner', ${by}$partner, $stranger, `)],
  },
  ...['partner', 'tenant', 'person'].map((scope) => ({
    name: `a freeze of the ${scope} that was lifted`,
    opens: EVERYTHING,
    changes: [freeze(`${scope}_id, `, `'${scope}', ${by}$${scope}, `), LIFT],
  })),
  {
    name: 'a person who is frozen in another tenant',
    opens: EVERYTHING,
    changes: [freeze('person_id, tenant_id, ', `'person', ${by}$person, $stranger, `)],
  },
  {
    name: 'a person who is frozen at another partner',
    opens: EVERYTHING,
    changes: [
      freeze(
        'person_id, partner_id, ',
        `'person', ${by}$person, (select id from partner where id <> $partner limit 1), `,
      ),
    ],
  },
  {
    name: 'another link of the tenant frozen',
    opens: EVERYTHING,
    changes: [
      freeze(
        'partner_id, tenant_id, delegation_id, ',
        `'delegation', ${by}$partner, $tenant, (select id from delegation where id <> $link limit 1), `,
      ),
    ],
  },
]

const PEOPLE: readonly Deviation[] = [
  { name: 'nobody assigned', opens: NOTHING, terms: { isUnassigned: true } },
  {
    name: 'an assignment that has ended',
    opens: NOTHING,
    changes: [`update link_member set ends_at = now() - interval '1 second' where link_id = $link`],
  },
  {
    name: 'an assignment with a smaller role of its own',
    opens: ['read the tenant', 'read tickets', 'read tickets while opening one', ...CHANGES],
    terms: { ownRole: 'msp_support' },
  },
  {
    name: 'an assignment that goes on',
    opens: EVERYTHING,
    changes: [`update link_member set ends_at = now() + interval '1 hour' where link_id = $link`],
  },
  {
    name: 'an assignment that names another person than its member',
    opens: NOTHING,
    changes: [
      `with p as (insert into person (email, name) values ('colleague@example.test', 'Colleague') returning id),
         m as (insert into partner_member (partner_id, person_id, role) select $partner, id, 'PARTNER_STAFF' from p returning id)
       update link_member set member_id = (select id from m) where link_id = $link`,
    ],
  },
  {
    name: 'a member who left',
    opens: NOTHING,
    changes: [`update partner_member set status = 'inactive' where id = $member`],
  },
  {
    name: 'a person who is inactive',
    opens: NOTHING,
    changes: [`update person set status = 'inactive' where id = $person`],
  },
  {
    name: 'a session that was ended',
    opens: NOTHING,
    changes: ['update session set ended_at = now() where person_id = $person'],
  },
  {
    name: 'a session past its end',
    opens: NOTHING,
    changes: [`update session set ends_at = now() - interval '1 second' where person_id = $person`],
  },
  {
    name: 'a session that grew idle',
    opens: NOTHING,
    changes: [`update session set seen_at = now() - interval '31 minutes' where person_id = $person`],
  },
]

const RIGHTS: readonly Deviation[] = [
  {
    name: 'a role that only reads',
    opens: RESOLD,
    terms: RESELLER,
  },
  {
    name: 'a deny for a time',
    opens: withoutTickets,
    changes: HOUR_OF_DENY,
  },
  {
    name: 'a deny whose time is over',
    opens: EVERYTHING,
    changes: [override('partner.support.tickets.*', 'deny', `now() - interval '1 hour'`), TIMED],
  },
  {
    name: 'a grant whose time is over',
    opens: RESOLD,
    terms: RESELLER,
    changes: [override('partner.support.tickets.create', 'grant', `now() - interval '1 hour'`), TIMED],
  },
  {
    name: 'a grant for a time',
    opens: [...RESOLD, 'open a ticket', 'read tickets while opening one'],
    terms: RESELLER,
    changes: [override('partner.support.tickets.create', 'grant', `now() + interval '1 hour'`), TIMED],
  },
  {
    name: 'an elevation',
    opens: [...RESOLD, 'open a ticket', 'read tickets while opening one'],
    terms: RESELLER,
    changes: [elevate(`now() + interval '1 hour'`)],
  },
  {
    name: 'an elevation whose time is over',
    opens: RESOLD,
    terms: RESELLER,
    changes: [elevate(`now() - interval '1 second'`)],
  },
  {
    name: 'an elevation and a deny',
    opens: RESOLD.filter((probe) => probe !== 'read tickets'),
    terms: RESELLER,
    changes: [...HOUR_OF_DENY, elevate(`now() + interval '1 hour'`)],
  },
  {
    name: 'an elevation and a deny whose time is over',
    opens: [...RESOLD, 'open a ticket', 'read tickets while opening one'],
    terms: RESELLER,
    changes: [
      override('partner.support.tickets.*', 'deny', `now() - interval '1 hour'`),
      TIMED,
      elevate(`now() + interval '1 hour'`),
    ],
  },
  {
    name: 'an elevation and a grant of the same',
    opens: [...RESOLD, 'open a ticket', 'read tickets while opening one'],
    terms: RESELLER,
    changes: [
      override('partner.support.tickets.create', 'grant', `now() + interval '1 hour'`),
      TIMED,
      elevate(`now() + interval '1 hour'`),
    ],
  },
  {
    name: 'tickets that may be opened and changed, and not read',
    opens: [...withoutTickets, 'open a ticket'],
    changes: [
      override('partner.support.tickets.list', 'deny', `now() + interval '1 hour'`),
      override('partner.support.tickets.read', 'deny', `now() + interval '1 hour'`),
      TIMED,
    ],
  },
  {
    name: 'sensitive permissions that need an elevation',
    opens: EVERYTHING.filter((probe) => !SENSITIVE.includes(probe)),
    changes: [STANDING],
  },
  {
    name: 'a link for own accounts, of which there are none',
    opens: ['read the tenant'],
    terms: { ownAccountsOnly: true },
  },
]

export const DEVIATIONS: readonly Deviation[] = [...IN_FORCE, ...FREEZES, ...PEOPLE, ...RIGHTS]
