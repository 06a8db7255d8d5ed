import { expect, test } from 'vitest'

import { movedTo } from './old-addresses.ts'

test('an old address of the board leads on to it with its filters', () => {
  expect(movedTo('/partner/par_1/customers', '?alerts=true')).toBe('/partner/par_1/tenants?alerts=true')
  expect(movedTo('/partner/par_1/customers', '?search=acme&sort=overdue&order=desc')).toBe(
    '/partner/par_1/tenants?search=acme&sort=overdue&order=desc',
  )
})

test('the list of all related tenants keeps its own address and filters', () => {
  expect(movedTo('/partner/par_1/customers', '')).toBeNull()
  expect(movedTo('/partner/par_1/customers', '?search=acme&kind=referred&state=any&page=1')).toBeNull()
  expect(movedTo('/partner/par_1/customers/ten_1', '?alerts=true')).toBeNull()
  expect(movedTo('/partner/par_1/tenants', '?alerts=true')).toBeNull()
})
