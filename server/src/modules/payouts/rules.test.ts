import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BATCH_LINES, fillBatch } from './rules.ts'

const waiting = fc.array(fc.record({ rowCount: fc.integer({ min: 1, max: 2 * BATCH_LINES }) }), {
  maxLength: 20,
})

test('a batch takes whole partners while they fit, one that alone is too large by itself, and loses nobody (D7)', () => {
  fc.assert(
    fc.property(waiting, (ready) => {
      const { taken, later } = fillBatch(ready)
      const rows = taken.reduce((sum, { rowCount }) => sum + rowCount, 0)
      expect(new Set([...taken, ...later])).toEqual(new Set(ready))
      expect(taken.length + later.length).toBe(ready.length)
      expect(taken.length > 0).toBe(ready.length > 0)
      expect(taken.length <= 1 || rows <= BATCH_LINES).toBe(true)
      for (const { rowCount } of later) expect(rows + rowCount).toBeGreaterThan(BATCH_LINES)
    }),
  )
})

test('batch after batch pays everybody who is ready (D7)', () => {
  fc.assert(
    fc.property(waiting, (ready) => {
      let rest = [...ready]
      let rounds = 0
      for (; rest.length > 0; rounds += 1) {
        const { taken, later } = fillBatch(rest)
        const [only] = taken
        const left = only && taken.length === 1 && only.rowCount > BATCH_LINES
        rest = left ? [{ rowCount: only.rowCount - BATCH_LINES }, ...later] : later
      }
      const rows = ready.reduce((sum, { rowCount }) => sum + rowCount, 0)
      expect(rounds).toBeLessThanOrEqual(ready.length + Math.ceil(rows / BATCH_LINES))
    }),
  )
})
