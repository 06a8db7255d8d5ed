import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { END_USER_STATUSES, REALM_CHECKS, decideRealm, makeDecideRealm } from './decide-realm.ts'
import type { RealmFacts } from './decide-realm.ts'
import { idFromUuid } from './ids.ts'
import { has, isSubset, maskOf } from './mask.ts'
import { REALM_PERMISSIONS } from './permissions.ts'
import type { RealmPermission } from './permissions.ts'
import { REALM_REFUSAL_CODES, REALM_REFUSAL_WORDS } from './realm-refusals.ts'
import type { RealmRefusalCode } from './realm-refusals.ts'
import { REALM_ROLES, findRealmRoleFaults, realmRoleMask, realmRoleTemplate } from './realm-roles.ts'
import { mayEndUser } from './testing/realm-oracle.ts'

const uuid = (last: number) => `01890a5d-ac96-774b-bcce-00000000000${last}`
const HERE = idFromUuid('partner', uuid(1))
const ELSEWHERE = idFromUuid('partner', uuid(2))

const ALLOWED: RealmFacts = {
  now: new Date('2026-11-22T12:00:00.000Z'),
  partner: { id: HERE, status: 'active', is_white_label: true },
  realm: { status: 'open' },
  freezes: [],
  user: { id: idFromUuid('end_user', uuid(3)), partner_id: HERE, role: 'basic', status: 'active' },
  role_choice: null,
  features_off: new Set(),
  is_on_hold: false,
}

function user(change: Partial<NonNullable<RealmFacts['user']>>): RealmFacts {
  return { ...ALLOWED, user: ALLOWED.user && { ...ALLOWED.user, ...change } }
}

function partner(change: Partial<NonNullable<RealmFacts['partner']>>): RealmFacts {
  return { ...ALLOWED, partner: ALLOWED.partner && { ...ALLOWED.partner, ...change } }
}

/** Every single thing that can be wrong, with the answer it must get. */
const FAULTS: readonly (readonly [string, RealmFacts, RealmRefusalCode])[] = [
  ['nobody is signed in', { ...ALLOWED, user: null }, 'UNAUTHORIZED'],
  ['the session is of another realm', user({ partner_id: ELSEWHERE }), 'UNAUTHORIZED'],
  ['there is no such realm', { ...ALLOWED, partner: null }, 'UNAUTHORIZED'],
  ['the partner is suspended', partner({ status: 'inactive' }), 'REALM_CLOSED'],
  ['the partner has no user base any more', partner({ is_white_label: false }), 'REALM_CLOSED'],
  ['the partner never had a user base', { ...ALLOWED, realm: null }, 'REALM_CLOSED'],
  ['the realm is closed', { ...ALLOWED, realm: { status: 'closed' } }, 'REALM_CLOSED'],
  ['the user is stopped', user({ status: 'inactive' }), 'USER_INACTIVE'],
  ['everything is frozen', { ...ALLOWED, freezes: [{ scope: 'platform' }] }, 'ACCESS_FROZEN'],
  ['the partner is frozen', { ...ALLOWED, freezes: [{ scope: 'partner' }] }, 'ACCESS_FROZEN'],
  [
    'the partner switched the role off',
    { ...ALLOWED, role_choice: { enabled: false, permissions: null } },
    'ROLE_DISABLED',
  ],
  ['the role does not give it', user({ role: 'realm_admin' }), 'PERMISSION_DENIED'],
  [
    'the partner narrowed the role',
    { ...ALLOWED, role_choice: { enabled: true, permissions: ['realm.profile.read'] } },
    'PERMISSION_DENIED',
  ],
  ['the feature is off', { ...ALLOWED, features_off: new Set(['realm.service.use']) }, 'FEATURE_DISABLED'],
  ['a hold is on the subscription', { ...ALLOWED, is_on_hold: true }, 'SUBSCRIPTION_ON_HOLD'],
  ['the user rests', user({ status: 'idle' }), 'USER_IDLE'],
]

const USE = { permission: 'realm.service.use' } as const
const NAMES = REALM_PERMISSIONS.map(({ name }) => name).filter((name): name is RealmPermission =>
  name.startsWith('realm.'),
)

const anyFacts: fc.Arbitrary<RealmFacts> = fc.record({
  now: fc.constant(ALLOWED.now),
  partner: fc.option(
    fc.record({
      id: fc.constantFrom(HERE, ELSEWHERE),
      status: fc.constantFrom('active', 'active', 'inactive'),
      is_white_label: fc.constantFrom(true, true, false),
    }),
    { freq: 12 },
  ),
  realm: fc.constantFrom(
    { status: 'open' as const },
    { status: 'open' as const },
    { status: 'closed' as const },
    null,
  ),
  freezes: fc.constantFrom(
    [],
    [],
    [{ scope: 'tenant' as const }],
    [{ scope: 'partner' as const }],
    [{ scope: 'platform' as const }],
  ),
  user: fc.option(
    fc.record({
      id: fc.constant(idFromUuid('end_user', uuid(3))),
      partner_id: fc.constantFrom(HERE, HERE, HERE, ELSEWHERE),
      role: fc.constantFrom(...REALM_ROLES),
      status: fc.constantFrom('active' as const, ...END_USER_STATUSES),
    }),
    { freq: 12 },
  ),
  role_choice: fc.option(
    fc.record({
      enabled: fc.constantFrom(true, true, false),
      permissions: fc.option(
        fc.subarray([...NAMES, 'platform.realms.manage', 'partner_org.users.manage', 'no.such.name']),
      ),
    }),
  ),
  features_off: fc.subarray(['realm.service.use', 'billing']).map((names) => new Set(names)),
  is_on_hold: fc.constantFrom(false, false, true),
})

describe('a request of an end user', () => {
  test('is allowed when everything holds (C9)', () => {
    expect(decideRealm(ALLOWED, USE)).toMatchObject({ effect: 'allow', code: 'ALLOWED', status: 200 })
  })

  test.each(FAULTS.map(([name, facts, code]) => ({ name, facts, code })))(
    'is refused when $name (C9)',
    ({ facts, code }) => {
      const decision = decideRealm(facts, USE)
      expect(decision).toMatchObject({ effect: 'deny', code })
      expect(decision.steps.filter(({ state }) => state === 'fail')).toHaveLength(1)
    },
  )

  test('is decided as the specification says, in every generated world (C4, C9)', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...NAMES), (facts, permission) => {
        const isAllowed = decideRealm(facts, { permission }).effect === 'allow'
        expect(isAllowed).toBe(mayEndUser(facts, permission))
      }),
      { numRuns: 3000 },
    )
  })

  test('is refused by every check alone: a kernel that leaves one out is found', () => {
    const survivors = REALM_CHECKS.filter((left) => {
      const mutant = makeDecideRealm(REALM_CHECKS.filter((check) => check !== left))
      return FAULTS.every(([, facts, code]) => mutant(facts, USE).code === code)
    })
    expect(survivors.map(({ name }) => name)).toEqual([])
  })

  test('is told every refusal in words, with what helps', () => {
    for (const [, , code] of FAULTS) expect(REALM_REFUSAL_WORDS[code].next_step).not.toBe('')
    for (const code of REALM_REFUSAL_CODES) expect(Object.keys(REALM_REFUSAL_WORDS)).toContain(code)
  })

  test('of somebody who rests or waits for a signature still reads the own profile (registry.md section 7)', () => {
    for (const status of ['idle', 'signing'] as const)
      expect(decideRealm(user({ status }), { permission: 'realm.profile.read' }).code).toBe('ALLOWED')
  })
})

describe('the roles of a realm', () => {
  test('give nothing outside the realm, and never more than their ceiling, whatever a partner writes (C4)', () => {
    const everything = maskOf(NAMES)
    fc.assert(
      fc.property(
        fc.constantFrom(...REALM_ROLES),
        fc.subarray([...NAMES, 'platform.realms.manage', 'tenant.profile.read', 'constructor']),
        (role, permissions) => {
          const mask = realmRoleMask(role, { enabled: true, permissions })
          expect(isSubset(mask, maskOf(realmRoleTemplate(role).ceiling))).toBe(true)
          expect(isSubset(mask, everything)).toBe(true)
          for (const name of findRealmRoleFaults(role, permissions)) {
            const permission = NAMES.find((known) => known === name)
            expect(permission !== undefined && has(mask, permission)).toBe(false)
          }
        },
      ),
    )
  })

  test('by themselves lie within their own ceiling', () => {
    for (const role of REALM_ROLES)
      expect(findRealmRoleFaults(role, realmRoleTemplate(role).defaults)).toEqual([])
  })

  test('let neither guests nor realm admins subscribe, by no composition (registry.md section 7)', () => {
    for (const role of ['guest', 'realm_admin'] as const)
      expect(findRealmRoleFaults(role, ['realm.subscription.change'])).toEqual(['realm.subscription.change'])
  })
})
