import type { ConfigurationKey } from '@liaison/client'
import { expect, test } from 'vitest'

import { groupsOf, toDocument, toDraft, withValue } from './draft.ts'

const key = (path: string, title: string): ConfigurationKey => ({
  path: path.split('/'),
  title,
  unit: 'count',
  default: 5,
  bound: 5,
  choices: null,
  is_fixed: false,
  is_relaxable: false,
  affects: 'staff',
})

const keys = [
  key('sessions/staff/idle_s', 'Staff: idle time'),
  key('limits/staff/rate.per_min', 'Staff: calls'),
  key('api/rate.per_min', 'Calls of clients'),
]

test('a draft says what its document says, and what is taken out of it is gone from the document', () => {
  const document = { sessions: { staff: { idle_s: 600 } }, api: { 'rate.per_min': 30 } }
  const draft = toDraft(keys, document)
  expect(toDocument(keys, draft)).toEqual(document)
  expect(toDocument(keys, withValue(draft, 'api/rate.per_min', undefined))).toEqual({
    sessions: { staff: { idle_s: 600 } },
  })
  expect(toDocument(keys, withValue({}, 'limits/staff/rate.per_min', 7))).toEqual({
    limits: { staff: { 'rate.per_min': 7 } },
  })
})

test('keys stand under the heading that their titles share', () => {
  expect(groupsOf(keys, 'sessions')).toMatchObject([{ title: 'Staff', keys: [{ label: 'Idle time' }] }])
  expect(groupsOf(keys, 'api')).toMatchObject([{ title: null, keys: [{ label: 'Calls of clients' }] }])
})
