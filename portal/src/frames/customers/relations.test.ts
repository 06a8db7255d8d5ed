import { expect, test } from 'vitest'

import { firstEnd, narrowed, toRelatedTenants } from './relations.ts'
import type { Relation } from './relations.ts'

const relation = (change: Partial<Relation>): Relation => ({
  kind: 'managed',
  id: 'rel_1',
  tenantId: 'ten_a',
  name: 'Acme Fiber',
  status: 'active',
  isRunning: true,
  since: '2026-01-01T00:00:00.000Z',
  ends: null,
  by: null,
  about: null,
  can: [],
  lastUsed: null,
  ...change,
})

const link = relation({ id: 'lnk_1', ends: '2027-02-01T00:00:00.000Z' })
const consent = relation({ id: 'con_1', kind: 'consented', ends: '2026-12-24T00:00:00.000Z' })
const referral = relation({ id: 'ref_1', kind: 'referred', status: 'locked' })
const ended = relation({
  id: 'lnk_2',
  tenantId: 'ten_b',
  name: 'beta networks',
  status: 'expired',
  isRunning: false,
})
const asked = relation({ id: 'lnk_3', tenantId: null, name: 'Acme Fiber', status: 'requested' })

test('a customer stands once with all that relates it, and one that was only asked stands for itself', () => {
  const tenants = toRelatedTenants([ended, link, asked, referral, consent])
  expect(tenants.map(({ name, relations }) => [name, relations.map(({ id }) => id)])).toEqual([
    ['Acme Fiber', ['lnk_1', 'ref_1', 'con_1']],
    ['Acme Fiber', ['lnk_3']],
    ['beta networks', ['lnk_2']],
  ])
})

test('the kind finds customers and leaves their other relations; the state leaves only relations of that state', () => {
  const old = relation({ id: 'con_0', kind: 'consented', isRunning: false, status: 'revoked' })
  const tenants = toRelatedTenants([link, old, referral, ended])
  const idsOf = (kind: 'any' | 'consented' | 'referred', state: 'now' | 'ended' | 'any', search = '') =>
    narrowed(tenants, { kind, state, search }).map(({ relations }) => relations.map(({ id }) => id))
  expect(idsOf('any', 'now')).toEqual([['lnk_1', 'ref_1']])
  expect(idsOf('referred', 'now')).toEqual([['lnk_1', 'ref_1']])
  expect(idsOf('consented', 'now')).toEqual([])
  expect(idsOf('consented', 'ended')).toEqual([['con_0']])
  expect(idsOf('any', 'ended')).toEqual([['con_0'], ['lnk_2']])
  expect(idsOf('any', 'any', 'BETA')).toEqual([['lnk_2']])
})

test('the nearest end is the first of what ends', () => {
  expect(firstEnd([link, referral, consent])).toBe(consent.ends)
  expect(firstEnd([referral])).toBeNull()
})
