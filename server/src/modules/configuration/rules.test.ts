import { expect, test } from 'vitest'
import { parseInputs } from '#platform/route-input.ts'
import { ProblemError } from '#platform/problem.ts'
import { ConfigurationDocument } from './document.ts'

function faultsOf(document: unknown): string[] {
  try {
    parseInputs({ body: ConfigurationDocument }, { params: undefined, query: undefined, body: document })
    return []
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return (error.extras.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`).toSorted()
  }
}

test('a bad document is refused with all its faults at once, each with its place (C2)', () => {
  expect(
    faultsOf({
      sessions: {
        staff: { idle_s: 3600 },
        end_users: { guest: { idle_s: 600 }, basic: { idle_s: 900, absolute_s: 600 } },
      },
      limits: {
        end_users: { guest: { 'ops.per_day': 6, on_exceed: 'warn' }, basic: { 'ops.per_day': null } },
      },
      roles: { guest: { permissions: ['realm.users.manage', 'realm.profile.read'] }, king: {} },
      branding: {
        primary_color: '#ffff00',
        terms_url: 'http://example.test/terms',
        logo: 'javascript:alert(1)',
      },
      script: '<script>',
    }),
  ).toEqual([
    '/body/branding/logo INVALID_FORMAT',
    '/body/branding/primary_color LOW_CONTRAST',
    '/body/branding/terms_url INVALID_FORMAT',
    '/body/limits/end_users/basic/ops.per_day BEYOND_PLATFORM_BOUND',
    '/body/limits/end_users/guest/on_exceed FIXED_BY_PLATFORM',
    '/body/limits/end_users/guest/ops.per_day FIXED_BY_PLATFORM',
    '/body/roles/guest/permissions/0 OUTSIDE_CEILING',
    '/body/roles/king UNKNOWN_FIELD',
    '/body/script UNKNOWN_FIELD',
    '/body/sessions/end_users/basic/idle_s IDLE_BEYOND_ABSOLUTE',
    '/body/sessions/end_users/guest/idle_s FIXED_BY_PLATFORM',
    '/body/sessions/staff/idle_s BEYOND_PLATFORM_BOUND',
  ])
})

test('what only tightens, and what is marked as relaxable, is taken (C2, C5)', () => {
  expect(
    faultsOf({
      sessions: {
        staff: { idle_s: 600, absolute_s: 3600, max_concurrent: 1 },
        end_users: {
          guest: { idle_s: 1200, absolute_s: 1200 },
          advanced: { idle_s: 7200, absolute_s: 86_400 },
        },
      },
      limits: {
        end_users: { guest: { 'ops.per_day': 5 }, advanced: { 'ops.per_day': null, 'rate.per_min': 600 } },
      },
      branding: { primary_color: '#1f5f8b', support_url: 'https://help.example.test/', logo: null },
    }),
  ).toEqual([])
})
