import { delayAfter } from '#platform/outgoing/attempts.ts'
import { makeDeliverer } from '#platform/outgoing/deliverer.ts'
import { messageIdOf } from '#platform/outgoing/signatures.ts'
import { signedPost } from '#platform/outgoing/sealed-secret.ts'
import type { Attempted } from '#platform/outgoing/attempts.ts'
import type { Deliverer, DelivererOptions } from '#platform/outgoing/deliverer.ts'
import type { Post } from '#platform/outgoing/ways-out.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openPayeeReference } from './account-store.ts'
import { claimDue, findSecrets, listToldPayouts, mailAdmins, noteAttempt } from './hand-over-store.ts'
import type { ClaimedHandOver, ToldPayout } from './hand-over-store.ts'
import { handOverMail } from './mails.ts'
import { RECEIVER_PLACES } from './receiver-store.ts'

const WORK = { job: 'payout-hand-over' }
const TIMEOUT_MS = 15_000

/** What a message that hands payouts over is called. */
const HAND_OVER_EVENT = 'payout_batch.handed_over'

function toPayout(row: ToldPayout, vault: Vault) {
  const id = publicIdOf('payout_item', row.item_id)
  return {
    payout_id: id,
    // A payout is one payment, however often it is told: trying again after a failure is another payout.
    idempotency_key: id,
    partner_id: publicIdOf('partner', row.partner_id),
    amount_minor: row.amount_minor,
    currency: row.currency,
    reference: `Payout ${row.batch_number}`,
    account: {
      method: row.method,
      label: row.label,
      payee_reference: row.sealed_details && openPayeeReference(vault, row.account_id, row.sealed_details),
    },
  }
}

function bodyOf(handOver: ClaimedHandOver, payouts: readonly ToldPayout[], vault: Vault): string {
  return JSON.stringify({
    type: HAND_OVER_EVENT,
    timestamp: handOver.created_at.toISOString(),
    data: {
      batch_id: publicIdOf('payout_batch', handOver.batch_id),
      number: payouts[0]?.batch_number ?? null,
      part: handOver.part,
      parts: handOver.parts,
      currency: payouts[0]?.currency ?? null,
      payouts: payouts.map((row) => toPayout(row, vault)),
    },
  })
}

async function compose({ database, vault }: DelivererOptions, handOver: ClaimedHandOver): Promise<Post> {
  const { payouts, kept } = await inSystemTransaction(database, WORK, async (mandate) => ({
    payouts: await listToldPayouts(mandate, handOver.id),
    kept: await findSecrets(mandate),
  }))
  const message = {
    url: handOver.url,
    id: messageIdOf(handOver.id),
    body: bodyOf(handOver, payouts, vault),
  }
  return signedPost(message, { vault, kept, places: RECEIVER_PLACES })
}

async function settle(
  mandate: Mandate<'system'>,
  handOver: ClaimedHandOver,
  { attempted, random }: { readonly attempted: Attempted; readonly random: number },
): Promise<void> {
  const isDelivered = attempted.outcome === 'delivered'
  const delayMs =
    attempted.outcome === 'gone'
      ? null
      : delayAfter(handOver.attempt, { random, retryAfterMs: attempted.retryAfterMs })
  const counted = await noteAttempt(mandate, handOver, { attempted, delayMs })
  if (!counted || (!isDelivered && delayMs !== null)) return
  recordEvent(mandate, {
    action: isDelivered ? 'program.payout_batch.taken' : 'program.payout_batch.not_taken',
    resource: { type: 'payout_batch', id: handOver.batch_id },
    changes: {
      part: handOver.part,
      parts: handOver.parts,
      attempts: handOver.attempt,
      outcome: attempted.outcome,
    },
  })
  if (!isDelivered)
    await mailAdmins(mandate, handOver.id, handOverMail(publicIdOf('payout_batch', handOver.batch_id)))
}

/**
 * Makes what hands batches to the provider's finance system in one process; begins with `start`. The messages are rows that
 * were written with the hand-over itself, so that a process that ends in between loses none. They stay: they are part of the
 * record of a batch. Source: program.md section 10 (D7).
 */
export function makePayoutSender(options: DelivererOptions): Deliverer {
  return makeDeliverer<ClaimedHandOver>(options, {
    job: WORK.job,
    timeoutMs: TIMEOUT_MS,
    claim: claimDue,
    compose: (handOver) => compose(options, handOver),
    settle,
    forget: () => Promise.resolve(0),
    makeTopics: () => ({}),
  })
}
