import { LiaisonProblem, TenantEchoMismatch } from '@liaison/client'
import { expect, test } from 'vitest'

import { mayEndActing, readTrouble } from './access-problem.ts'

function problem(status: number, code: string): LiaisonProblem {
  return new LiaisonProblem({
    status,
    code,
    codeFamily: null,
    type: null,
    title: '',
    detail: '',
    requestId: null,
    explainId: null,
    nextStep: null,
    errors: [],
    details: null,
    timestamp: null,
    retryAfterSeconds: null,
  })
}

test.each([
  [401, 'UNAUTHORIZED', 'signed_out'],
  [401, 'STEP_UP_REQUIRED', 'step_up'],
  [403, 'PERMISSION_DENIED', 'refused'],
  [404, 'TENANT_NOT_FOUND', 'missing'],
  [412, 'PRECONDITION_FAILED', 'stale'],
  [422, 'VALIDATION_ERROR', 'field'],
  [429, 'RATE_LIMIT_EXCEEDED', 'busy'],
  [0, 'UNREACHABLE', 'unreachable'],
  [500, 'INTERNAL_ERROR', 'broken'],
])('an answer %i %s is met as %s', (status, code, kind) => {
  expect(readTrouble(problem(status, code)).kind).toBe(kind)
})

test('an answer for another tenant stops the page', () => {
  expect(readTrouble(new TenantEchoMismatch('ten_a', 'ten_b'))).toEqual({
    kind: 'mismatch',
    expected: 'ten_a',
    received: 'ten_b',
  })
})

test('an error of our own is met as broken, never as a refusal', () => {
  expect(readTrouble(new TypeError('x')).kind).toBe('broken')
})

test('losing the link ends acting, lacking one permission does not', () => {
  const codes = [
    'TENANT_LINK_REVOKED',
    'ACCESS_FROZEN',
    'NOT_ASSIGNED',
    'PERMISSION_DENIED',
    'TICKET_NOT_FOUND',
  ]
  expect(codes.map((code) => mayEndActing(problem(403, code)))).toEqual([true, true, true, false, false])
})
