import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InFlightBound } from './in-flight-bound.ts'

/** A server that answers so many a second, one after the other, under callers who ask for more than it takes. */
class Simulation {
  readonly bound: InFlightBound
  nowMs = 0
  refused = 0
  readonly tookMs: number[] = []
  readonly #waiting: number[] = []

  constructor(most: number) {
    this.bound = new InFlightBound(most, () => this.nowMs)
  }

  /** Lets time pass in which so many are asked and can be answered in each second. */
  run(seconds: number, { asked, answered }: { readonly asked: number; readonly answered: number }): void {
    let [toAsk, toAnswer] = [0, 0]
    for (let step = 0; step < seconds * 1000; step += 1) {
      this.nowMs += 1
      for (toAnswer += answered / 1000; toAnswer >= 1; toAnswer -= 1) this.#answer()
      for (toAsk += asked / 1000; toAsk >= 1; toAsk -= 1) this.#ask()
    }
  }

  #ask(): void {
    if (this.bound.isFull()) this.refused += 1
    else this.#waiting.push(this.bound.admit())
  }

  #answer(): void {
    const since = this.#waiting.shift()
    if (since === undefined) return
    this.bound.release(since)
    this.tookMs.push(this.nowMs - since)
  }
}

describe('the bound of requests at once (R6)', () => {
  test('a quick server under any overload keeps all of its places', () => {
    const simulation = new Simulation(64)
    simulation.run(3, { asked: 20_000, answered: 2000 })
    expect(simulation.bound.limit).toBe(64)
    expect(Math.max(...simulation.tookMs)).toBeLessThan(50)
  })

  test('a slow server under overload takes fewer, so that nobody it takes waits long, and answers as many as before', () => {
    const simulation = new Simulation(64)
    simulation.run(3, { asked: 1280, answered: 128 })
    simulation.tookMs.length = 0
    simulation.run(5, { asked: 1280, answered: 128 })
    expect(simulation.bound.limit).toBeLessThan(20)
    expect(Math.max(...simulation.tookMs)).toBeLessThan(200)
    expect(simulation.tookMs.length).toBeGreaterThan(128 * 5 * 0.95)
  })

  test('what it takes comes back once the overload is over, and it does not swing while it lasts', () => {
    const simulation = new Simulation(64)
    simulation.run(3, { asked: 2000, answered: 300 })
    const limits = new Set<number>()
    for (let step = 0; step < 50; step += 1) {
      simulation.run(0.1, { asked: 2000, answered: 300 })
      limits.add(simulation.bound.limit)
    }
    expect(limits.size).toBe(1)
    simulation.run(2, { asked: 50, answered: 300 })
    expect(simulation.bound.limit).toBe(64)
  })

  test('while the process comes late, it takes no more than keeps the database busy, and then as many as before', () => {
    const bound = new InFlightBound(64, () => 0)
    const takeAll = (): number => {
      while (!bound.isFull()) bound.admit()
      return bound.count
    }
    bound.noteLateness(150)
    bound.noteLateness(250)
    expect(takeAll()).toBe(16)
    bound.noteLateness(5)
    expect(takeAll()).toBe(64)
  })

  test('slow operations among quick ones are no queue', () => {
    let nowMs = 0
    const bound = new InFlightBound(20, () => nowMs)
    const slow = Array.from({ length: 19 }, () => bound.admit())
    for (let step = 0; step < 100; step += 1) {
      const since = bound.isFull() ? undefined : bound.admit()
      expect(bound.isFull()).toBe(true)
      nowMs += 10
      if (since !== undefined) bound.release(since)
    }
    expect(bound.limit).toBe(20)
    for (const since of slow) bound.release(since)
    expect(bound.count).toBe(0)
  })

  test('however answers come, it stays between its ends, never takes more, and counts exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 400 })), { maxLength: 200 }),
        (most, steps) => {
          let nowMs = 0
          const bound = new InFlightBound(most, () => nowMs)
          const held: number[] = []
          for (const [asks, passesMs] of steps) {
            nowMs += passesMs
            const since = asks ? undefined : held.shift()
            if (since !== undefined) bound.release(since)
            else if (!bound.isFull()) held.push(bound.admit())
            expect(bound.count).toBe(held.length)
            expect(bound.limit).toBeGreaterThanOrEqual(Math.min(16, most))
            expect(Math.max(bound.limit, held.length)).toBeLessThanOrEqual(most)
          }
        },
      ),
    )
  })
})
