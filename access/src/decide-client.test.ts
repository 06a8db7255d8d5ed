import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLIENT_CHECKS } from './client-checks.ts'
import type { ClientFacts, ClientQuestion } from './client-facts.ts'
import { CLIENT_REFUSAL_WORDS } from './client-refusals.ts'
import type { ClientDecisionCode } from './client-refusals.ts'
import { decideClient, makeDecideClient } from './decide-client.ts'
import { EMPTY_MASK, has, maskOf } from './mask.ts'
import { CLIENT_PERMISSIONS } from './permissions.ts'
import type { ClientPermission } from './permissions.ts'
import {
  ACTIONS,
  ACTION_NAMES,
  OWN_SCOPE_NAMES,
  OWN_SCOPES,
  SCOPES,
  SCOPE_NAMES,
  maskOfActions,
  maskOfScopes,
  scopeOfAction,
} from './scopes.ts'
import { CLIENT_IDS, DELEGATED, OWN } from './testing/client-worlds.ts'

const READ: ClientQuestion = { permission: 'api.orders.read', writes: false }
const ORDER: ClientQuestion = { permission: 'api.orders.create', writes: true }

function delegation(change: Partial<NonNullable<ClientFacts['delegation']>>, base = DELEGATED): ClientFacts {
  return { ...base, delegation: base.delegation && { ...base.delegation, ...change } }
}

function client(change: Partial<NonNullable<ClientFacts['client']>>, base = DELEGATED): ClientFacts {
  return { ...base, client: base.client && { ...base.client, ...change } }
}

function token(change: Partial<ClientFacts['token']>, base = DELEGATED): ClientFacts {
  return { ...base, token: { ...base.token, ...change } }
}

const without = (...names: ClientPermission[]) => maskOfActions(ACTION_NAMES) & ~maskOf(names)

/** Every single thing that can be wrong, with the answer it must get, in the order of the decision. */
const FAULTS: readonly (readonly [string, ClientFacts, ClientDecisionCode, ClientQuestion?])[] = [
  ['the client is unknown', { ...DELEGATED, client: null }, 'UNAUTHORIZED'],
  ['the token was revoked', token({ revoked: true }), 'UNAUTHORIZED'],
  ['the client is suspended', client({ status: 'inactive' }), 'CLIENT_INACTIVE'],
  [
    'the partner is suspended',
    {
      ...DELEGATED,
      partner: { id: CLIENT_IDS.partner, status: 'inactive', is_wholesaler: true, opens_api: true },
    },
    'PARTNER_INACTIVE',
  ],
  [
    'the member whom the token names has left',
    { ...DELEGATED, acting_member: { status: 'inactive' } },
    'ACTOR_INACTIVE',
  ],
  ['everything is frozen', { ...DELEGATED, freezes: [{ scope: 'platform' }] }, 'ACCESS_FROZEN'],
  ['the partner is frozen', { ...DELEGATED, freezes: [{ scope: 'partner' }] }, 'ACCESS_FROZEN'],
  ['the customer froze access', { ...DELEGATED, freezes: [{ scope: 'tenant' }] }, 'ACCESS_FROZEN'],
  ['the delegation is frozen', { ...DELEGATED, freezes: [{ scope: 'delegation' }] }, 'ACCESS_FROZEN'],
  ['the customer is unknown', { ...DELEGATED, tenant: null }, 'CUSTOMER_MISMATCH'],
  ['the client holds no such delegation', { ...DELEGATED, delegation: null }, 'CUSTOMER_MISMATCH'],
  ['the delegation is of another kind', delegation({ kind: 'resale' }), 'CUSTOMER_MISMATCH'],
  ['a client of a tenant names a delegation', { ...DELEGATED, partner: null }, 'CUSTOMER_MISMATCH'],
  ['a sandbox client calls for a real customer', client({ is_sandbox: true }), 'CUSTOMER_MISMATCH'],
  [
    'a live client calls for a sandbox customer',
    { ...DELEGATED, tenant: { id: CLIENT_IDS.tenant, status: 'active', is_sandbox: true } },
    'CUSTOMER_MISMATCH',
  ],
  [
    'the customer is not active',
    { ...DELEGATED, tenant: { id: CLIENT_IDS.tenant, status: 'inactive', is_sandbox: false } },
    'TENANT_INACTIVE',
  ],
  ['the delegation was revoked', delegation({ status: 'revoked' }), 'DELEGATION_REVOKED'],
  ['the delegation expired by a job', delegation({ status: 'expired' }), 'DELEGATION_EXPIRED'],
  ['the end has come and no job has run', delegation({ ends_at: DELEGATED.now }), 'DELEGATION_EXPIRED'],
  ['the delegation is suspended', delegation({ status: 'suspended' }), 'DELEGATION_SUSPENDED'],
  ['the second approver has not decided', delegation({ status: 'requested' }), 'DELEGATION_NOT_STARTED'],
  [
    'the start has not come',
    delegation({ starts_at: new Date(DELEGATED.now.getTime() + 1) }),
    'DELEGATION_NOT_STARTED',
  ],
  ['the delegation changed since', token({ epoch: 2 }), 'TOKEN_STALE'],
  ['a delegated token names no epoch', token({ epoch: null }), 'TOKEN_STALE'],
  ['the account is unknown', { ...DELEGATED, account: null }, 'CUSTOMER_MISMATCH'],
  ['the delegation does not open the account', delegation({ opens_account: false }), 'CUSTOMER_MISMATCH'],
  ['the client is not registered for it', client({ mask: without('api.orders.read') }), 'INSUFFICIENT_SCOPE'],
  ['the token lacks the scope', token({ scopes: without('api.orders.read') }), 'INSUFFICIENT_SCOPE'],
  [
    'the customer did not allow the action',
    delegation({ mask: without('api.orders.read') }),
    'INSUFFICIENT_AUTHORIZATION_DETAILS',
  ],
  [
    'the token was narrowed below the action',
    token({ actions: without('api.orders.read') }),
    'INSUFFICIENT_AUTHORIZATION_DETAILS',
  ],
  ['a delegated token has no details', token({ actions: null }), 'INSUFFICIENT_AUTHORIZATION_DETAILS'],
  [
    "the partner's configuration closes the API to its clients",
    {
      ...DELEGATED,
      partner: { id: CLIENT_IDS.partner, status: 'active', is_wholesaler: true, opens_api: false },
    },
    'API_ACCESS_CLOSED',
  ],
  [
    "API clients are off for the client's partner",
    { ...DELEGATED, features_off: new Set(['api_clients']) },
    'FEATURE_DISABLED',
  ],
  ["the address is not on the client's list", client({ ip_allow: ['198.51.100.0/24'] }), 'IP_NOT_ALLOWED'],
  [
    "the address is not on the customer's list",
    delegation({ conditions: { ip_mode: 'enforce', ip_allow: [], hours: null } }),
    'IP_NOT_ALLOWED',
  ],
  ['the address is not known', { ...client({ ip_allow: ['192.0.2.0/24'] }), ip: null }, 'IP_NOT_ALLOWED'],
  [
    'it is outside the hours',
    delegation({ conditions: { ip_mode: 'off', ip_allow: [], hours: { tz: 'UTC', windows: [] } } }),
    'OUTSIDE_HOURS',
  ],
  ['nobody is set to pay', { ...DELEGATED, billing: null }, 'NO_BILLING_RELATIONSHIP', ORDER],
  [
    'somebody else pays now',
    { ...DELEGATED, billing: { payer_tenant_id: CLIENT_IDS.home, payer_ban: 'BAN-1' } },
    'BILLING_CHANGED',
    ORDER,
  ],
  [
    'another account pays now',
    { ...DELEGATED, billing: { payer_tenant_id: CLIENT_IDS.tenant, payer_ban: 'BAN-2' } },
    'BILLING_CHANGED',
    ORDER,
  ],
  ['the token does not say who pays', token({ billing: null }), 'BILLING_CHANGED', ORDER],
]

describe('a call of an API client', () => {
  test('is allowed when everything holds: delegated, resold and its own (A3, A5)', () => {
    const resold = token({ access: 'resale' }, delegation({ kind: 'resale' }))
    const attributed: ClientFacts = { ...DELEGATED, acting_member: { status: 'active' } }
    for (const facts of [DELEGATED, attributed, resold, OWN]) {
      expect(decideClient(facts, READ).code).toBe('ALLOWED')
      expect(decideClient(facts, ORDER).code).toBe('ALLOWED')
    }
  })

  test.each(
    FAULTS.map(([name, facts, code, question]) => ({ name, facts, code, question: question ?? READ })),
  )('is refused when $name', ({ facts, code, question }) => {
    expect(decideClient(facts, question)).toMatchObject({ effect: 'deny', code })
  })

  test('reads although nobody is set to pay, or somebody else pays now (delegation.md invariant 4)', () => {
    expect(decideClient({ ...DELEGATED, billing: null }, READ).code).toBe('ALLOWED')
    expect(decideClient(token({ billing: null }), READ).code).toBe('ALLOWED')
  })

  test('for its own organisation reaches no other, whatever it holds there (attack 55)', () => {
    const elsewhere = { ...OWN, tenant: DELEGATED.tenant, delegation: DELEGATED.delegation }
    expect(decideClient(elsewhere, READ).code).toBe('CUSTOMER_MISMATCH')
    expect(decideClient(client({ owner_tenant_id: null }, OWN), READ).code).toBe('CUSTOMER_MISMATCH')
  })

  test('for its own organisation is stopped by a freeze that concerns partners in a tenant where it is the client of a partner, and else is not', () => {
    const ofPartner = { ...OWN, partner: DELEGATED.partner }
    const ofTenant = { ...OWN, partner: null }
    expect(decideClient({ ...ofTenant, freezes: [{ scope: 'tenant' }] }, READ).code).toBe('ALLOWED')
    expect(decideClient({ ...ofPartner, freezes: [{ scope: 'tenant' }] }, READ).code).toBe('ACCESS_FROZEN')
    expect(decideClient({ ...ofPartner, freezes: [{ scope: 'partner' }] }, READ).code).toBe('ACCESS_FROZEN')
  })

  test('is refused by every check alone: a kernel that leaves one out is found', () => {
    const survivors = CLIENT_CHECKS.filter((left) => {
      const mutant = makeDecideClient(CLIENT_CHECKS.filter((check) => check !== left))
      return FAULTS.every(([, facts, code, question = READ]) => mutant(facts, question).code === code)
    })
    expect(survivors.map(({ name }) => name)).toEqual([])
  })

  test('is allowed only within the client, the token, its details and the delegation (A3)', () => {
    const mask = fc.subarray(ACTION_NAMES.map((name) => ACTIONS[name])).map((names) => maskOf(names))
    const permission = fc.constantFrom(...ACTION_NAMES.map((name) => ACTIONS[name]))
    fc.assert(
      fc.property(mask, mask, mask, mask, permission, (ofClient, ofToken, ofDetails, ofDelegation, asked) => {
        const facts = client(
          { mask: ofClient },
          delegation({ mask: ofDelegation }, token({ scopes: ofToken, actions: ofDetails })),
        )
        const isWithin = has(ofClient & ofToken & ofDetails & ofDelegation, asked)
        expect(decideClient(facts, { permission: asked, writes: false }).effect).toBe(
          isWithin ? 'allow' : 'deny',
        )
      }),
    )
  })

  test('is told every refusal in words, with what helps', () => {
    const codes = new Set(FAULTS.map(([, , code]) => code))
    for (const code of codes) expect(Object.keys(CLIENT_REFUSAL_WORDS)).toContain(code)
  })
})

describe('scopes and actions', () => {
  test('cover every permission of API clients exactly once, and nothing else (A4)', () => {
    const ofScopes = SCOPE_NAMES.flatMap((name): readonly string[] => SCOPES[name])
    const ofActions: readonly string[] = ACTION_NAMES.map((name) => ACTIONS[name])
    const wanted = CLIENT_PERMISSIONS.map(({ name }) => name).toSorted()
    const ofOwn = OWN_SCOPE_NAMES.flatMap((name): readonly string[] => OWN_SCOPES[name])
    expect([...ofScopes, ...ofOwn].toSorted()).toEqual(wanted)
    expect([...ofActions, ...ofOwn].toSorted()).toEqual(wanted)
    for (const name of ACTION_NAMES)
      expect(has(maskOfScopes([scopeOfAction(name)]), ACTIONS[name])).toBe(true)
  })

  test('give nothing for a name that is none', () => {
    expect(maskOfScopes(['orders.*', 'constructor', 'api.orders.read'])).toBe(EMPTY_MASK)
    expect(maskOfActions(['order.*', 'toString', 'api.orders.read'])).toBe(EMPTY_MASK)
  })
})
