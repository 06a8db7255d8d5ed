import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UseNotes } from './use-notes.ts'
import type { FormNotes } from './use-notes.ts'

const AT = new Date('2026-11-24T12:00:00Z')

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Notes with what was written of them so far. */
function open(): { readonly notes: UseNotes; readonly written: string[][] } {
  const written: string[][] = []
  const notes = new UseNotes(({ uses, visits }: FormNotes) => {
    written.push([
      ...uses.map(({ credential, count }) => `${credential} ${count}`),
      ...visits.map(({ form, count }) => `${form} ${count}`),
    ])
    return Promise.resolve()
  })
  return { notes, written }
}

test('what was never seen before is written at once; what comes within the next second goes together (E8)', async () => {
  const { notes, written } = open()
  notes.used('first', null, AT)
  await vi.advanceTimersByTimeAsync(0)
  expect(written).toEqual([['first 1']])
  for (let form = 0; form < 100; form += 1) {
    notes.used(`token ${form}`, null, AT)
    notes.visited(`form ${form}`, { origin: 'https://www.agency.example', isAllowed: true }, AT)
    await vi.advanceTimersByTimeAsync(5)
  }
  expect(written).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(500)
  expect(written.slice(1).map((each) => each.length)).toEqual([200])
  notes.used('later', null, AT)
  await vi.advanceTimersByTimeAsync(1000)
  expect(written.slice(2)).toEqual([['later 1']])
  await notes.close()
})

test('what is seen again waits for its minute, and the end of a process writes what is left', async () => {
  const { notes, written } = open()
  notes.used('token', null, AT)
  await vi.advanceTimersByTimeAsync(2000)
  notes.used('token', null, AT)
  notes.used('token', null, AT)
  await vi.advanceTimersByTimeAsync(57_000)
  expect(written).toEqual([['token 1']])
  await vi.advanceTimersByTimeAsync(2000)
  expect(written.slice(1)).toEqual([['token 2']])
  notes.used('other', null, AT)
  notes.used('third', null, AT)
  await notes.close()
  expect(written.slice(2).flat()).toEqual(['other 1', 'third 1'])
})
