import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { followChanges } from './follow-changes.ts'

test('keeps nothing of the tries that a decision point which is away has cost, and stops at once (mode B)', async () => {
  const asked: AbortSignal[] = []
  const following = followChanges({
    endpoint: new URL('https://partners.example/gateway/v1/changes'),
    credential: 'lsn_gtw_x',
    kept: { forget: () => undefined },
    fetch: (_url, init) => {
      if (init?.signal) asked.push(init.signal)
      return Promise.reject(new Error('It is away.'))
    },
    retryMs: 1,
  })
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(20), 5000)
  const [signal] = asked
  expect(getEventListeners(signal ?? new EventTarget(), 'abort').length).toBeLessThanOrEqual(1)
  following.stop()
  expect(signal?.aborted).toBe(true)
})
