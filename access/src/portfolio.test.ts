import { expect, test } from 'vitest'
import { decidePortfolio } from './portfolio.ts'
import type { PortfolioEntry } from './portfolio.ts'
import { idFromUuid } from './ids.ts'
import { decide } from './decide.ts'
import type { LinkFacts } from './facts.ts'
import { maskOf } from './mask.ts'
import { at, factsOf, linkOf } from './testing/worlds.ts'

function entryOf(last: number, link: Partial<LinkFacts>, more: Partial<PortfolioEntry> = {}): PortfolioEntry {
  const id = idFromUuid('tenant', `01890a5d-ac96-774b-bcce-0000000001${String(last).padStart(2, '0')}`)
  return { tenant: { id, status: 'active' }, link: linkOf(link), ...more }
}

const entries: readonly PortfolioEntry[] = [
  entryOf(1, {}),
  entryOf(2, { role: 'msp_support' }),
  entryOf(3, { status: 'suspended' }),
  entryOf(4, { ends_at: at(0) }),
  entryOf(5, { status: 'requested' }),
  entryOf(6, { assignment: null }),
  entryOf(7, {}, { freezes: [{ scope: 'tenant' }] }),
  entryOf(8, { role: 'auditor' }),
  entryOf(9, { status: 'declined' }, { freezes: [{ scope: 'tenant' }] }),
]

const { plane: _plane, tenant: _tenant, link: _link, ...common } = factsOf()

function namesOf(ids: readonly string[]): string[] {
  return ids.map((id) => id.slice(-1))
}

test('a portfolio is the tenants in which the permission can be used now, and the reasons for the others', () => {
  const scope = decidePortfolio(common, entries, 'partner.billing.payments.read')
  expect(namesOf(scope.included)).toEqual(['1', '8'])
  expect(scope.excluded.map(({ tenant_id, code }) => [tenant_id.slice(-1), code])).toEqual([
    ['2', 'PERMISSION_DENIED'],
    ['3', 'TENANT_LINK_SUSPENDED'],
    ['4', 'TENANT_LINK_EXPIRED'],
    ['6', 'NOT_ASSIGNED'],
    ['7', 'ACCESS_FROZEN'],
  ])
})

test('the set is worked out per permission', () => {
  const scope = decidePortfolio(common, entries, 'partner.support.tickets.update')
  expect(namesOf(scope.included)).toEqual(['1', '2'])
})

test('tenants that never let the partner in are in neither list', () => {
  const { included, excluded } = decidePortfolio(common, entries, 'partner.tenants.list')
  const named = [...included, ...excluded.map(({ tenant_id }) => tenant_id)]
  expect(namesOf(named)).not.toContain('5')
  expect(namesOf(named)).not.toContain('9')
})

test('a list of tenants is exactly the tenants whose single check allows', () => {
  const { included } = decidePortfolio(common, entries, 'partner.reports.sla.read')
  const single = entries.filter(
    ({ tenant, link, freezes = [] }) =>
      decide({ ...factsOf(), tenant, link, freezes }, { permission: 'partner.reports.sla.read' }).effect ===
      'allow',
  )
  expect(included).toEqual(single.map(({ tenant }) => tenant.id))
})

test('what concerns the person concerns every tenant', () => {
  const frozen = { ...common, freezes: [{ scope: 'person' as const }] }
  expect(decidePortfolio(frozen, entries, 'partner.tenants.list').included).toEqual([])
  const token = { scopes: maskOf(['partner.tenants.read']) }
  expect(decidePortfolio({ ...common, token }, entries, 'partner.tenants.list').included).toEqual([])
})
