import { expect, test } from 'vitest'
import { firstPageOf } from './first-page.ts'

test('everybody of a partner begins where their most frequent job needs no step (U1)', () => {
  const pages = (
    [
      [['msp', 'reseller'], 'overview', 'queue'],
      [['reseller'], 'overview', 'tenants'],
      [['wholesaler'], 'orders', 'orders'],
      [['wholesaler', 'reseller'], 'overview', 'tenants'],
      [['white_label'], 'overview', 'tenants'],
      [['referral'], 'overview', 'referrals'],
      [['referral', 'msp'], 'overview', 'queue'],
      [['enterprise_hq'], 'reports/revenue', 'reports/revenue'],
      [['auditor'], 'activity', 'tenants'],
    ] as const
  ).map(([kinds, owner, staff]) => ({ kinds, owner, staff }))
  for (const { kinds, owner, staff } of pages) {
    expect(firstPageOf({ kinds, role: 'PARTNER_OWNER' }), kinds.join()).toBe(owner)
    expect(firstPageOf({ kinds, role: 'PARTNER_STAFF' }), kinds.join()).toBe(staff)
  }
})
