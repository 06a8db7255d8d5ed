import { LINK_ROLES, LINK_STATUSES, RELATIONSHIP_TYPES, maskOf, permissionsOfPlane } from '@liaison/access'
import type {
  ActorFacts,
  Conditions,
  Facts,
  FreezeFacts,
  LinkFacts,
  LinkTerms,
  Override,
  Question,
} from '@liaison/access'
import fc from 'fast-check'
import {
  LINK,
  MEMBER,
  NOW,
  OTHER_TENANT,
  PARTNER,
  PERSON,
  TENANT,
  at,
} from '../../access/src/testing/worlds.ts'

/** The permissions that a link can give. */
export const names = permissionsOfPlane('delegation').map(({ name }) => name)
/** For each area, the pattern that covers it. */
export const areas = [...new Set(names.map((name) => `${name.split('.').slice(0, 2).join('.')}.*`))]

/** Instants close to now far more often than not, since that is where intervals go wrong. */
const anyInstant = fc
  .oneof(
    { weight: 6, arbitrary: fc.integer({ min: -2, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: -1e9, max: 1e9 }) },
  )
  .map(at)
const anyEnd = fc.option(anyInstant)

/** The first value most of the time, so that most worlds come past most checks. */
function mostly<Value>(usual: Value, others: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others })
}

const anyOverride: fc.Arbitrary<Override> = fc.record({
  pattern: fc.constantFrom(...names, ...areas),
  effect: fc.constantFrom('grant', 'deny'),
  expires_at: anyEnd,
})

const anyHours: fc.Arbitrary<Conditions['hours']> = fc.record({
  tz: fc.constantFrom('UTC', 'Europe/Rome'),
  windows: fc.array(
    fc
      .record({
        days: fc.subarray([5, 6, 7], { minLength: 1 }),
        from: fc.constantFrom('08:00', '12:00', '12:01', '13:00'),
        to: fc.constantFrom('12:00', '13:00', '13:01', '18:00'),
      })
      .filter(({ from, to }) => from < to),
    { maxLength: 2 },
  ),
})

const anyConditions: fc.Arbitrary<Conditions> = fc.record({
  ip_allow: fc.array(
    fc.constantFrom('192.0.2.0/28', '192.0.2.10', '192.0.2.8/31', '0.0.0.0/0', '10.0.0.0/8'),
    { maxLength: 2 },
  ),
  ip_mode: mostly<Conditions['ip_mode']>('off', fc.constantFrom('monitor', 'enforce')),
  mfa_max_age_s: mostly<number | null>(null, fc.constantFrom(1, 60, 900)),
  phishing_resistant: mostly(false, fc.boolean()),
  hours: mostly<Conditions['hours']>(null, anyHours),
  read_reason_required: fc.boolean(),
  tenant_elevation_approval: fc.boolean(),
  elevation_required: mostly(false, fc.constant(true)),
})

/** The terms of a link, with intervals that begin and end around now. */
export const anyTerms: fc.Arbitrary<LinkTerms> = fc.record({
  role: fc.constantFrom(...LINK_ROLES),
  role_version: fc.constant(1),
  relationship_type: fc.constantFrom(...RELATIONSHIP_TYPES),
  starts_at: mostly(at(-1000), anyInstant),
  ends_at: mostly<Date | null>(at(1000), anyEnd),
  auto_renew_days: fc.constantFrom(0, 180),
  overrides: fc.array(anyOverride, { maxLength: 3 }),
  conditions: anyConditions,
  own_accounts_only: mostly(false, fc.constant(true)),
})

const anyElevation = fc.record({
  mask: fc.subarray(names, { minLength: 1, maxLength: 6 }).map(maskOf),
  starts_at: anyInstant,
  ends_at: anyInstant,
})

/** A link, most often in force. */
export const anyLink: fc.Arbitrary<LinkFacts> = fc
  .record({
    terms: anyTerms,
    status: mostly<LinkFacts['status']>('active', fc.constantFrom(...LINK_STATUSES)),
    epoch: fc.constant(1),
    conditions_owner: fc.constantFrom('tenant', 'partner', 'provider'),
    assignment: mostly<LinkFacts['assignment']>(
      { role: null, ends_at: null },
      fc.option(fc.record({ role: fc.option(fc.constantFrom(...LINK_ROLES)), ends_at: anyEnd })),
    ),
    elevations: fc.array(anyElevation, { maxLength: 2 }),
  })
  .map(({ terms: { auto_renew_days: _days, ...terms }, ...state }) =>
    Object.assign({ id: LINK }, terms, state),
  )

const standing = mostly<'active' | 'inactive'>('active', fc.constant('inactive'))

const anyActor: fc.Arbitrary<ActorFacts> = fc.record({
  person_id: fc.constant(PERSON),
  status: standing,
  factor: mostly<'none' | 'otp' | 'phishing_resistant'>('otp', fc.constantFrom('none', 'phishing_resistant')),
  factor_at: mostly<Date | null>(
    at(-500),
    fc.option(fc.constantFrom(at(-59_999), at(-60_001), at(-900_000), at(-900_001))),
  ),
  ip: fc.constantFrom('192.0.2.10', '192.0.2.9', '192.0.2.16', '10.1.2.3', null),
})

const anyMember: fc.Arbitrary<NonNullable<Facts['partner_member']>> = fc.record({
  id: fc.constant(MEMBER),
  role: fc.constantFrom('PARTNER_OWNER', 'PARTNER_STAFF'),
  status: standing,
})

const anyFreeze: fc.Arbitrary<FreezeFacts> = fc.record({
  scope: fc.constantFrom('platform', 'partner', 'tenant', 'delegation', 'person'),
})

/** The facts of a request, most often one that acts in a tenant and is refused by little. */
export const anyFacts: fc.Arbitrary<Facts> = fc.record({
  now: fc.constant(NOW),
  plane: mostly<Facts['plane']>('delegation', fc.constantFrom('program', 'tenant', 'platform', 'realm')),
  actor: fc.option(anyActor, { freq: 20, nil: null }),
  actor_kind: mostly<Facts['actor_kind']>('person', fc.constantFrom('api_client', 'job')),
  partner: fc.record({ id: fc.constant(PARTNER), status: standing }),
  partner_member: fc.option(anyMember, { freq: 20, nil: null }),
  tenant: fc.option(fc.record({ id: fc.constant(TENANT), status: standing }), { freq: 20, nil: null }),
  link: fc.option(anyLink, { freq: 20, nil: null }),
  freezes: mostly<Facts['freezes']>([], fc.array(anyFreeze)),
  features_off: mostly<readonly string[]>([], fc.constantFrom(['billing'], ['support', 'alerts'])).map(
    (list) => new Set(list),
  ),
  token: mostly<NonNullable<Facts['token']> | null>(
    null,
    fc.subarray(names).map((list) => ({ scopes: maskOf(list) })),
  ),
  resource: mostly<Facts['resource']>(
    undefined,
    fc.record({ found: fc.boolean(), tenant_id: fc.constantFrom(TENANT, OTHER_TENANT) }),
  ),
  access_reason: mostly<Facts['access_reason']>(undefined, fc.constantFrom('given', 'missing')),
  rate: mostly<Facts['rate']>(undefined, fc.record({ limited: fc.boolean() })),
})

/** A question about one permission of a link. */
export const anyQuestion: fc.Arbitrary<Question> = fc.record(
  {
    permission: fc.constantFrom(...names),
    tenant_id: mostly(TENANT, fc.constant(OTHER_TENANT)),
    presented_epoch: mostly(1, fc.constant(2)),
  },
  { requiredKeys: ['permission'] },
)
