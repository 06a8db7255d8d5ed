import { expect, test } from 'vitest'

import { reviewState } from './review-note.tsx'

const now = new Date('2026-11-21T00:00:00Z')
const ended = {
  status: 'expired',
  status_changed_by: 'clock',
  review_due_at: '2026-11-20T00:00:00Z',
  renewable_until: '2026-12-01T00:00:00Z',
} as const

test('an access that has ended asks for its review while it can be renewed, and only where the review is due', () => {
  expect([
    reviewState(ended, now),
    reviewState({ ...ended, review_due_at: '2026-11-22T00:00:00Z' }, now).kind,
    reviewState({ ...ended, renewable_until: '2026-11-21T00:00:00Z' }, now).kind,
    reviewState({ ...ended, renewable_until: null }, now).kind,
    reviewState({ ...ended, status: 'revoked' }, now).kind,
  ]).toEqual([{ kind: 'ended', by: '2026-12-01T00:00:00Z' }, 'quiet', 'quiet', 'quiet', 'quiet'])
})

test('a living access asks within 14 days of its review and says so while it is paused', () => {
  const active = { ...ended, status: 'active', status_changed_by: 'tenant', renewable_until: null } as const
  expect([
    reviewState(active, now),
    reviewState({ ...active, review_due_at: '2026-12-06T00:00:00Z' }, now).kind,
    reviewState({ ...active, status: 'suspended', status_changed_by: 'clock' }, now).kind,
  ]).toEqual([{ kind: 'due', by: '2026-12-20T00:00:00.000Z' }, 'quiet', 'paused'])
})
