import { expect, test } from 'vitest'

import { keptLines } from './kept-conditions.tsx'

const nothing = {
  ip_allow: [],
  ip_mode: 'off' as const,
  mfa_max_age_s: null,
  phishing_resistant: false,
  hours: null,
  read_reason_required: false,
  tenant_elevation_approval: false,
  elevation_required: false,
}

test('conditions that ask for nothing say nothing', () => {
  expect(keptLines(nothing)).toEqual([])
  expect(keptLines({ ...nothing, ip_allow: ['192.0.2.0/24'] })).toEqual([])
})

test('every condition of an access is one line in plain words, exactly (B10)', () => {
  const lines = keptLines({
    ip_allow: ['192.0.2.0/24', '2001:db8::/32'],
    ip_mode: 'enforce',
    mfa_max_age_s: 43_200,
    phishing_resistant: true,
    hours: { tz: 'Europe/Rome', windows: [{ days: [1, 7], from: '08:00', to: '18:30' }] },
    read_reason_required: true,
    tenant_elevation_approval: true,
    elevation_required: true,
  })
  expect(lines).toEqual([
    'A reason each time they come in',
    'A second sign-in step, at most this many hours old: 12',
    'A passkey, not a code',
    'Only from these networks: 192.0.2.0/24, 2001:db8::/32',
    'Only at these hours: Mon, Sun 08:00–18:30 (Europe/Rome)',
    'Downloads, orders and the like only with more access for a while',
    'More access for a while only after one of you allowed it',
  ])
  expect(keptLines({ ...nothing, mfa_max_age_s: 1800 })).toEqual([
    'A second sign-in step, at most this many minutes old: 30',
  ])
  expect(keptLines({ ...nothing, mfa_max_age_s: 61 })).toEqual([
    'A second sign-in step, at most this many seconds old: 61',
  ])
  expect(keptLines({ ...nothing, ip_mode: 'monitor', ip_allow: ['192.0.2.0/24'] })).toEqual([
    'From any network; addresses outside 192.0.2.0/24 are noted',
  ])
})
