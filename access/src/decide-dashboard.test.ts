import { expect, test } from 'vitest'
import { decideDashboard } from './decide-dashboard.ts'
import type { DashboardFacts, DashboardRefusalCode } from './decide-dashboard.ts'

const NOW = new Date('2026-11-26T12:00:00.000Z')
const LATER = new Date('2026-11-26T12:00:00.001Z')
const SETTING = { embeds_dashboard: true, dashboard_origins: ['https://app.example'] }
const ALLOWED: DashboardFacts = {
  now: NOW,
  token: { ends_at: LATER, is_key_in_force: true },
  partner: { status: 'active' },
  setting: SETTING,
  freezes: [],
}

/** Every single thing that can be wrong. */
const FAULTS: readonly (readonly [string, Partial<DashboardFacts>, DashboardRefusalCode])[] = [
  ['the token was never made', { token: null }, 'TOKEN_UNKNOWN'],
  ['its time is over', { token: { ends_at: NOW, is_key_in_force: true } }, 'TOKEN_ENDED'],
  ['its key was revoked', { token: { ends_at: LATER, is_key_in_force: false } }, 'KEY_ENDED'],
  ['nothing is set', { setting: null }, 'DASHBOARD_OFF'],
  ['it is switched off', { setting: { ...SETTING, embeds_dashboard: false } }, 'DASHBOARD_OFF'],
  ['no site is named', { setting: { ...SETTING, dashboard_origins: [] } }, 'DASHBOARD_OFF'],
  ['the partner is gone', { partner: null }, 'PARTNER_INACTIVE'],
  ['the partner is suspended', { partner: { status: 'suspended' } }, 'PARTNER_INACTIVE'],
  ['the partner was terminated', { partner: { status: 'terminated' } }, 'PARTNER_INACTIVE'],
  ['all partner access is stopped', { freezes: [{ scope: 'platform' }] }, 'ACCESS_FROZEN'],
  ['the partner is frozen', { freezes: [{ scope: 'partner' }] }, 'ACCESS_FROZEN'],
]

test('a dashboard is shown when nothing stands against it (D12)', () => {
  expect(decideDashboard(ALLOWED)).toEqual({ effect: 'allow' })
})

test.each(FAULTS)('a dashboard is refused when %s (D12)', (_name, fault, code) => {
  expect(decideDashboard({ ...ALLOWED, ...fault })).toEqual({ effect: 'deny', code })
})
