import { expect, test } from 'vitest'

import { actingPlaces, orgPlaces, partnerPlaces, serverPlaces } from './places.ts'

test('an acting address names the partner and the tenant it acts in', () => {
  expect(actingPlaces.ticket('par_1', 'ten_2', 'tkt_3')).toBe('/partner/par_1/t/ten_2/tickets/tkt_3')
})

test('an id cannot step out of its place in an address', () => {
  expect([partnerPlaces.link('par_1', '../../org'), orgPlaces.link('ten_1', 'a?b#c')]).toEqual([
    '/partner/par_1/links/..%2F..%2Forg',
    '/org/ten_1/access/a%3Fb%23c',
  ])
})

test('the way back from signing in keeps the filters of the page', () => {
  expect(serverPlaces.signIn('/partner/par_1/queue?status=open&page=2')).toBe(
    '/signin?return_to=%2Fpartner%2Fpar_1%2Fqueue%3Fstatus%3Dopen%26page%3D2',
  )
})
