import { randomUUID } from 'node:crypto'
import { makeOutgoing } from '#platform/outgoing/outgoing.ts'
import { messageIdOf } from '#platform/outgoing/signatures.ts'
import { signedPost } from '#platform/outgoing/sealed-secret.ts'
import type { Attempted } from '#platform/outgoing/attempts.ts'
import type { DelivererOptions } from '#platform/outgoing/deliverer.ts'
import { systemClock } from '#platform/clock.ts'
import { runStatements } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findSecrets } from './hand-over-store.ts'
import { RECEIVER_PLACES } from './receiver-store.ts'

const WORK = { job: 'payout-receiver-test' }
/** Shorter than for a batch: somebody waits for the answer, and a request for no longer than its deadline. */
const TIMEOUT_MS = 3500
const TEST_EVENT = 'payout_receiver.test'

/** What came of a test message. */
export interface Tested extends Attempted {
  readonly messageId: string
}

/** Sends one test message to where batches are handed over; null when no address is set. */
export type TestPayoutReceiver = () => Promise<Tested | null>

/**
 * Makes what sends test messages, by the same guard for addresses and with the same keys as batches. The keys are opened
 * as the job that hands batches over opens them: no request of a person can.
 */
export function makeReceiverTester(
  options: Omit<DelivererOptions, 'onError' | 'random'>,
): TestPayoutReceiver {
  const { database, vault } = options
  const outgoing = makeOutgoing({ allowsLoopback: false, ...options, timeoutMs: TIMEOUT_MS })
  return async () => {
    const { url, kept } = await inSystemTransaction(database, WORK, async (mandate) => {
      const text = 'select r.url from payout_receiver r order by r.version desc limit 1'
      const [result] = await runStatements(mandate, [{ text, values: [] }])
      return { url: result?.rows[0]?.['url'], kept: await findSecrets(mandate) }
    })
    if (typeof url !== 'string') return null
    const id = messageIdOf(randomUUID())
    const body = JSON.stringify({ type: TEST_EVENT, timestamp: systemClock().toISOString(), data: {} })
    const post = signedPost({ url, id, body }, { vault, kept, places: RECEIVER_PLACES })
    return { ...(await outgoing.post(post)), messageId: id }
  }
}
