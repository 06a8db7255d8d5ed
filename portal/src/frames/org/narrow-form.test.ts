import { expect, test } from 'vitest'

import { openLines } from '../shared/permission-ticks.tsx'
import { smallerRoles, toNarrowing } from './narrow-form.tsx'

const base = ['partner.tenants.list', 'partner.tenants.read', 'partner.tenants.switch_context']

test('only roles that open nothing new are offered when an access is made smaller', () => {
  const link = { access_role: 'msp_support', relationship_type: 'msp_managed', permissions: base }
  const roles = smallerRoles(link)
  expect([roles[0], roles.includes('msp_full'), roles.includes('msp_billing')]).toEqual([
    'msp_support',
    false,
    false,
  ])
})

test('an unknown role offers nothing', () => {
  expect(smallerRoles({ access_role: 'root', relationship_type: 'msp_managed', permissions: base })).toEqual(
    [],
  )
})

test('lines are the sentences of the catalogue, grouped by area; an unknown name is left out', () => {
  const lines = openLines([
    'partner.billing.invoices.read',
    'partner.support.tickets.list',
    'partner.nothing',
  ])
  expect([...lines].map(([area, entries]) => [area, entries.length])).toEqual([
    ['Bills and payments', 1],
    ['Support', 1],
  ])
})

test('an access that is made to end earlier lasts until the end of the day that was chosen (B1)', () => {
  const link = { access_role: 'msp_full', own_accounts_only: false } as const
  const same = { role: 'msp_full', denied: new Set<string>(), day: '', isForAccounts: false }
  expect(toNarrowing(link, same)).toEqual({})
  expect(toNarrowing(link, { ...same, day: '2026-12-31' })).toEqual({ ends_at: '2027-01-01T00:00:00.000Z' })
})
