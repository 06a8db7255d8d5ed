import { expect, test } from 'vitest'

import { extendedEnd } from './extend-form.tsx'
import { toMatrix } from './team-page.tsx'

function person(member_id: string, tenants: readonly string[], role: string | null = null) {
  const assignments = tenants.map((name) => ({
    link_id: `lnk_${name}`,
    tenant_id: `ten_${name}`,
    tenant_name: name,
    role,
    ends_at: null,
  }))
  return { member_id, person_id: `per_${member_id}`, name: member_id, role: 'PARTNER_STAFF', assignments }
}

test('the matrix has one row a tenant, by name, with the role of each person who is assigned', () => {
  const rows = toMatrix([
    person('lee', ['Delta', 'Acme']),
    person('ana', ['Acme'], 'msp_support'),
    person('tom', []),
  ])
  expect(rows.map((row) => [row.tenant, [...row.by]])).toEqual([
    [
      'Acme',
      [
        ['lee', null],
        ['ana', 'msp_support'],
      ],
    ],
    ['Delta', [['lee', null]]],
  ])
})

const now = new Date('2026-11-21T00:00:00Z')

test('an extension counts from the present end, or from now when that has passed', () => {
  expect([
    extendedEnd('2026-12-01T00:00:00Z', 90, now),
    extendedEnd('2026-11-01T00:00:00Z', 90, now),
    extendedEnd(null, 90, now),
  ]).toEqual(['2027-03-01T00:00:00.000Z', '2027-02-19T00:00:00.000Z', '2027-02-19T00:00:00.000Z'])
})
