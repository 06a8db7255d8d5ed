import { runBatch } from '../wire/batch.ts'
import { acquire } from '../database.ts'
import type { Database } from '../database.ts'
import { toAvailabilityProblem } from '../transaction.ts'
import type { LimitStore } from './limit-store.ts'

const STATEMENT = 'select admitted, waits::text[] as waits, remaining from access.take_all($1, $2, $3)'

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : [])

/**
 * The sliding logs in the database, shared by all processes; the usual driver. On a connection of its own, outside of the
 * request's transaction: a rollback gives no admission back. Fails as the data does: without the database nothing is admitted.
 */
export function makePostgresLimitStore(database: Database): LimitStore {
  return {
    async take(asked) {
      const order = asked.map((_, index) => index)
      const inTextOrder = order.toSorted((left, right) =>
        (asked[left]?.key ?? '') < (asked[right]?.key ?? '') ? -1 : 1,
      )
      const sorted = inTextOrder.flatMap((index) => asked[index] ?? [])
      const client = await acquire(database, 'liaison_guard')
      try {
        const [result] = await runBatch(client, [
          {
            text: STATEMENT,
            values: [
              sorted.map(({ key }) => key),
              sorted.map(({ allowed }) => allowed),
              sorted.map(({ windowMs }) => windowMs * 1000),
            ],
          },
        ])
        const row = result?.rows[0]
        const admitted = row?.['admitted'] === true
        const places = order.map((index) => inTextOrder.indexOf(index))
        const waits = numbers(row?.['waits'])
        const remaining = numbers(row?.['remaining'])
        return {
          admitted,
          waitsMs: admitted ? [] : places.map((place) => (waits[place] ?? 0) / 1000),
          remaining: admitted ? places.map((place) => remaining[place] ?? 0) : [],
        }
      } catch (error) {
        throw toAvailabilityProblem(error)
      } finally {
        client.release()
      }
    },
    close: () => Promise.resolve(),
  }
}
