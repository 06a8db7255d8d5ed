import { expect, test } from 'vitest'

import { readFilters } from '../../platform/filters.ts'
import { orderSpec, toWanted } from './filters.ts'

const filterOf = (search: Record<string, string>) => toWanted(readFilters(orderSpec, search), []).filter

test('a file of a list holds the tenants and the group that the list showed, and no others', () => {
  expect(filterOf({ kind: 'invoices', status: 'overdue', group: 'grp_1' })).toEqual({
    status: ['overdue'],
    group: 'grp_1',
  })
  expect(filterOf({ kind: 'subscribers', status: 'active', tenant: 'ten_1' })).toEqual({
    status: ['active'],
    tenant_ids: ['ten_1'],
  })
})

test('a file of tickets keeps the clock, the kind and the unassigned of the queue', () => {
  const search = { kind: 'tickets', status: 'any', sla: 'endangered', category: 'network', who: 'unassigned' }
  expect(filterOf(search)).toEqual({
    sla_state: ['breached', 'at_risk'],
    category: ['network'],
    unassigned: true,
  })
})

test('a file of tickets keeps to those of the reader when the queue did', () => {
  expect(filterOf({ kind: 'tickets', status: 'any', who: 'mine' })).toEqual({ mine: true })
})

test('a file of earnings keeps to the kind that the list showed', () => {
  expect(filterOf({ kind: 'earnings', rows: 'clawback', state: 'paid' })).toEqual({
    earning_kind: ['clawback'],
    state: ['paid'],
  })
})

test('a report is of the days or months that its page showed, and of nothing else that the address says', () => {
  const days = { from: '2026-11-01', to: '2026-11-22' }
  expect(filterOf({ kind: 'report_sla', ...days, status: 'overdue', search: 'x' })).toEqual({
    from_date: '2026-11-01',
    to_date: '2026-11-22',
  })
  expect(filterOf({ kind: 'report_revenue', from: '2026-06', to: '2026-11' })).toEqual({
    from_month: '2026-06',
    to_month: '2026-11',
  })
  expect(filterOf({ kind: 'report_revenue', ...days })).toEqual({})
})

test('a file of activity is of the person, the access, the request and the very times that the page showed', () => {
  const [person, delegation] = [`psn_${'1'.repeat(26)}`, `lnk_${'2'.repeat(26)}`]
  const visit = { from: '2026-11-02T09:12:00.000Z', to: '2026-11-02T09:40:00.001Z' }
  expect(filterOf({ kind: 'activity', by: 'partner', person, delegation, ...visit })).toEqual({
    by: 'partner',
    person_id: person,
    delegation_id: delegation,
    ...visit,
  })
  expect(filterOf({ kind: 'activity', search: `req_${'a'.repeat(22)}` })).toEqual({
    request_id: `req_${'a'.repeat(22)}`,
  })
  expect(filterOf({ kind: 'activity', person: 'somebody', from: 'yesterday' })).toEqual({})
})
