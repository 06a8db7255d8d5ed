import { expect, test } from 'vitest'
import { LINK_STATUSES } from './facts.ts'
import type { LinkStatus } from './facts.ts'
import { PERMISSIONS } from './permissions.ts'
import { newestRoleTemplate } from './roles.ts'
import { DAY, NOW, at } from './testing/worlds.ts'
import { areaTitle, describeMask, formatInstant, linkStatusWord } from './words.ts'

function wordOf(status: LinkStatus, ends_at: Date | null = null, starts_at = at(-DAY)): string {
  return linkStatusWord({ status, starts_at, ends_at }, NOW).word
}

test('an approval page lists, area by area, what becomes possible and what stays impossible', () => {
  const words = describeMask(newestRoleTemplate('msp_billing').defaults)
  const billing = words.find(({ area }) => area === 'billing')
  const services = words.find(({ area }) => area === 'provisioning')
  expect(words.map(({ title }) => title)).toEqual([
    'Account',
    'Bills and payments',
    'Support',
    'Services',
    'Reports',
    'Alerts',
    'Service levels',
    'Activity',
  ])
  expect(billing?.can.map(({ sentence }) => sentence)).toContain('See invoices')
  expect(billing?.cannot).toEqual([])
  expect(services?.can).toEqual([])
})

test('what can and what cannot be done is together every permission, each once', () => {
  const listed = describeMask(newestRoleTemplate('auditor').defaults).flatMap(({ can, cannot }) =>
    can.concat(cannot),
  )
  expect(new Set(listed.map(({ name }) => name)).size).toBe(34)
  expect(listed.length).toBe(34)
})

test('every area of the catalogue has a title', () => {
  expect(PERMISSIONS.filter(({ area }) => areaTitle(area) === area)).toEqual([])
})

test('each state of a link has its word', () => {
  expect(LINK_STATUSES.map((status) => wordOf(status))).toEqual([
    'Awaiting approval',
    'Starts later',
    'Active',
    'Suspended',
    'Ran out',
    'Revoked',
    'Declined',
    'Withdrawn',
    'Ran out',
  ])
})

test('words follow the clock and not the jobs', () => {
  expect(wordOf('active', at(0))).toBe('Ran out')
  expect(wordOf('suspended', at(0))).toBe('Ran out')
  expect(wordOf('revoked', at(0))).toBe('Revoked')
  expect(wordOf('active', at(30 * DAY))).toBe('Expires soon')
  expect(wordOf('active', at(30 * DAY + 1))).toBe('Active')
  expect(wordOf('active', null, at(1))).toBe('Starts later')
})

test('instants are written with a three-letter month, in UTC', () => {
  expect(formatInstant(new Date('2027-09-02T04:05:59Z'))).toBe('2 Sep 2027, 04:05 UTC')
})
