import { randomBytes } from 'node:crypto'
import { idFromUuid } from '@liaison/access'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import type { Database } from '#platform/database.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { epochSecondsOf } from '#platform/instant.ts'
import { decideByName, simulatedAdapter } from './adapters.ts'
import type { SimulatedDecision } from './adapters.ts'
import { findSecrets, findSlug, nameCheck, placeOfSecret } from './event-store.ts'
import { eventPath } from './inbound.ts'
import { recordCheck } from './news.ts'
import { insertSecret } from './secret-store.ts'
import { getCheck } from './store.ts'

const Payload = z.object({ identity_check_id: z.uuid(), attempt: z.int() })

/** A signed message on its way to us; answers the status. */
export type PostEvent = (message: {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}) => Promise<number>

export interface SimulatedVendorOptions {
  readonly database: Database
  readonly vault: Vault
  readonly post: PostEvent
}

interface HandedOver {
  readonly reference: string
  readonly slug: string
  readonly secret: Buffer
  readonly decision: SimulatedDecision
}

/** Signs an event as a vendor would (Standard Webhooks). */
export function signEvent(
  secret: Buffer,
  event: { readonly id: string; readonly at: Date; readonly body: string },
): Record<string, string> {
  const signature = new Webhook(`whsec_${secret.toString('base64')}`).sign(event.id, event.at, event.body)
  return {
    'content-type': 'application/json',
    'webhook-id': event.id,
    'webhook-timestamp': String(epochSecondsOf(event.at)),
    'webhook-signature': signature,
  }
}

/** The content of an event in the form of the simulated vendor. */
export function writeEvent(told: {
  readonly reference: string
  readonly state: string
  readonly at: Date
  readonly reasons?: readonly string[]
}): string {
  return JSON.stringify({
    type: 'identity_check.updated',
    timestamp: told.at.toISOString(),
    data: { reference: told.reference, state: told.state, reasons: told.reasons ?? [] },
  })
}

async function takeOver(
  { database, vault }: SimulatedVendorOptions,
  { identity_check_id: id, attempt }: z.output<typeof Payload>,
): Promise<HandedOver | null> {
  return inSystemTransaction(database, { job: 'identity-checks' }, async (mandate) => {
    const row = await getCheck(mandate, idFromUuid('identity_check', id))
    const isWaiting = row.state === 'submitted' && row.attempt === attempt && row.provider === 'simulated'
    const slug = await findSlug(mandate, row.partner_id)
    if (!isWaiting || row.legal_name === null || slug === null) return null
    const request = { caseId: row.id, attempt, legalName: row.legal_name }
    const reference = row.provider_ref ?? simulatedAdapter.makeReference(request)
    if (reference === null) return null
    if (row.provider_ref === null) {
      await nameCheck(mandate, row.id, reference)
      recordCheck(mandate, row, { action: 'identity_checks.hand_over' })
    }
    const [known] = await findSecrets(mandate, 'simulated', slug)
    let secret = known && vault.open(known.sealed, placeOfSecret(known.id))
    if (!secret) {
      secret = randomBytes(32)
      const sealing = { partnerId: row.partner_id, vendor: 'simulated', by: 'The simulated vendor' } as const
      await insertSecret({ mandate, vault }, { ...sealing, secret })
      recordCheck(mandate, row, { action: 'identity_checks.hand_over', changes: { key: { after: 'made' } } })
    }
    return { reference, slug, secret, decision: decideByName(request) }
  })
}

/**
 * The simulated vendor: takes a check over and tells what became of it as a vendor would, by signed events sent to our own
 * address. For development and demonstrations alone. Source: C8.
 */
export function makeSimulatedVendor(options: SimulatedVendorOptions): TopicHandler {
  return async (payload, messageId) => {
    const taken = await takeOver(options, Payload.parse(payload))
    if (!taken) return
    const { reference, slug, secret, decision } = taken
    const told = decision.state === 'reviewing' ? ['reviewing'] : ['reviewing', decision.state]
    for (const [index, state] of told.entries()) {
      const at = systemClock()
      const body = writeEvent({ reference, state, at, reasons: index > 0 ? decision.reasons : [] })
      const headers = signEvent(secret, { id: `sim_${messageId}_${state}`, at, body })
      const status = await options.post({ path: eventPath('simulated', slug), headers, body })
      // What came before with another time is a repetition of the job, and was taken then.
      if (status !== 204 && status !== 409) throw new Error(`Our own address answered ${status}.`)
    }
  }
}
