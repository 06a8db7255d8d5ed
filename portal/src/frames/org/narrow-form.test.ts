import { expect, test } from 'vitest'

import { openLines } from '../shared/permission-ticks.tsx'
import { smallerRoles } from './narrow-form.tsx'

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
