import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DatabaseClock, KeptDecisions, SessionUse } from './kept-decisions.ts'
import type { KeptDecision } from './kept-decisions.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'], now: 0 }))
afterEach(() => void vi.useRealTimers())

const NOW = new Date('2026-11-24T12:00:00.000Z')
const after = (ms: number): Date => new Date(NOW.getTime() + ms)

function decision(links = 0): KeptDecision {
  // Of what was entered nothing is looked at here.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const entries = Array.from({ length: links }, () => ({})) as unknown as KeptDecision['entries']
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const [entered, ticket] = [{} as KeptDecision['entered'], {} as KeptDecision['ticket']]
  return { ticket, entered, entries, askedAtMs: performance.now(), use: new SessionUse(0) }
}

test('the time of the database goes on by what passed here since before it was asked, and is not known for a minute', () => {
  const clock = new DatabaseClock()
  expect(clock.now()).toBeNull()
  const askedAtMs = performance.now()
  vi.advanceTimersByTime(200)
  clock.tell(NOW, askedAtMs)
  expect(clock.now()).toEqual(after(200))
  vi.advanceTimersByTime(54_799)
  expect(clock.now()).toEqual(after(54_999))
  vi.advanceTimersByTime(1)
  expect(clock.now()).toBeNull()
  clock.tell(after(56_000), performance.now())
  expect(clock.now()).toEqual(after(56_000))
})

test('what was asked before what is known, and answered later, does not count', () => {
  const clock = new DatabaseClock()
  const slow = performance.now()
  vi.advanceTimersByTime(1000)
  clock.tell(after(1000), performance.now())
  clock.tell(NOW, slow)
  vi.advanceTimersByTime(54_500)
  expect(clock.now()).toEqual(after(55_500))
})

test('the use of a session is due a minute after it was noted', () => {
  const use = new SessionUse(performance.now() - 30_000)
  vi.advanceTimersByTime(29_999)
  expect(use.isDue).toBe(false)
  vi.advanceTimersByTime(1)
  expect(use.isDue).toBe(true)
  use.noted()
  expect(use.isDue).toBe(false)
})

test('a decision is kept for less than the five minutes of its ticket, and of many the oldest go', () => {
  const kept = new KeptDecisions()
  kept.keep('first', decision())
  vi.advanceTimersByTime(294_999)
  expect(kept.find('first')).toBeDefined()
  vi.advanceTimersByTime(1)
  expect(kept.find('first')).toBeUndefined()
  kept.keep('a', decision(999))
  for (let number = 0; number < 11_000; number += 1) kept.keep(`of one ${number}`, decision())
  expect(kept.find('a')).toBeDefined()
  kept.keep('one more', decision())
  expect(kept.find('a')).toBeUndefined()
  expect(kept.find('one more')).toBeDefined()
  kept.keep('too many links', decision(1200))
  expect(kept.find('too many links')).toBeUndefined()
})
