import { z } from 'zod'
import { addressRulesOf, makeAddress, OVERLAP_HOURS, RotateBody } from '#platform/outgoing/receiver.ts'
import { OUTCOMES } from '#platform/outgoing/attempts.ts'
import { showPublicKey } from '#platform/outgoing/signatures.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { isoOf } from '#platform/instant.ts'
import { dropKeys, getReceiver, insertReceiver, listKeys, renewKeys } from './receiver-store.ts'
import type { ReceiverRow } from './receiver-store.ts'

const PATH = '/api/v1/admin/payout-receiver'
const SET = { permission: 'platform.payouts.approve' } as const

const Shown = {
  version: z.int(),
  url: z.string().nullable().meta({
    description:
      'Where batches of the rail `external` are handed over; null while somebody takes the finance system the file.',
  }),
  public_keys: z.array(z.string()).meta({
    description: 'What verifies signatures `v1a` (Ed25519, Standard Webhooks), the newest first.',
  }),
  previous_secret_ends_at: z
    .string()
    .nullable()
    .meta({ description: 'Until then messages are signed with the secret before the last rotation, too.' }),
  set_by_name: z.string(),
  set_at: z.string(),
}
const ReceiverBody = z.strictObject(Shown).meta({ id: 'PayoutReceiver' })
const ReceiverWithSecret = z
  .strictObject({
    ...Shown,
    secret: z
      .string()
      .nullable()
      .meta({ description: 'What signs from now on, shown this once; null when nothing is signed anew.' }),
  })
  .meta({ id: 'PayoutReceiverWithSecret' })

async function show(mandate: Mandate<'platform'>, row: ReceiverRow): Promise<z.input<typeof ReceiverBody>> {
  const keys = await listKeys(mandate)
  return {
    version: row.version,
    url: row.url,
    public_keys: keys.map(({ public_key: key }) => showPublicKey(key)),
    previous_secret_ends_at: isoOf(keys.find(({ ends_at: at }) => at !== null)?.ends_at ?? null),
    set_by_name: row.set_by_name,
    set_at: row.created_at.toISOString(),
  }
}

const resourceOf = ({ version }: ReceiverRow) => ({ type: 'payout_receiver', label: `Version ${version}` })

const missing = () =>
  new ProblemError(409, 'PAYOUT_RECEIVER_MISSING', 'No address of the finance system is set.')

async function getExpected(mandate: Mandate<'platform'>, version: number): Promise<ReceiverRow> {
  const row = await getReceiver(mandate)
  if (row.version !== version)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The address changed after it was read.')
  return row
}

/** An address as the log tells it: what follows the host often holds a secret of the receiver. */
const tell = (url: string | null): string | null => (url === null ? null : new URL(url).origin)

const read = route({
  method: 'GET',
  path: PATH,
  summary: 'Where batches are handed over to the finance system by signed messages',
  input: {},
  access: { permission: 'platform.payouts.read' },
  limit: 'detail',
  responses: { 200: ReceiverBody },
  async handle({ mandate }) {
    const row = await getReceiver(mandate)
    return sentAt(await show(mandate, row), row.version)
  },
})

const makeSetRoute = (services: Services): Route =>
  route({
    method: 'PUT',
    path: PATH,
    summary: 'Set where batches are handed over; another address gets a new secret, shown this once',
    input: { body: z.strictObject({ url: makeAddress(() => addressRulesOf(services)).nullable() }) },
    access: SET,
    limit: 'write',
    ifMatch: true,
    responses: { 200: ReceiverWithSecret },
    showsSecret: true,
    async handle({ mandate, body, expectedVersion }) {
      const before = await getExpected(mandate, expectedVersion)
      if (body.url === before.url) {
        recordEvent(mandate, { action: 'program.payout_receiver.changed', resource: resourceOf(before) })
        return sentAt({ ...(await show(mandate, before)), secret: null }, before.version)
      }
      const row = await insertReceiver(mandate, { version: before.version + 1, url: body.url })
      // What an old address knows signs nothing for the new one.
      if (body.url === null) await dropKeys(mandate)
      const secret = body.url === null ? null : await renewKeys(mandate, services.vault, 0)
      recordEvent(mandate, {
        action: 'program.payout_receiver.changed',
        resource: resourceOf(row),
        changes: { url: { before: tell(before.url), after: tell(row.url) } },
      })
      return sentAt({ ...(await show(mandate, row)), secret }, row.version)
    },
  })

const makeRotateRoute = ({ vault }: Services): Route =>
  route({
    method: 'POST',
    path: `${PATH}/rotate-secret`,
    summary: 'Put a new secret in force; the old one signs, too, for up to 24 hours',
    input: { body: RotateBody },
    access: SET,
    limit: 'write',
    problems: ['PAYOUT_RECEIVER_MISSING'],
    responses: { 200: ReceiverWithSecret },
    showsSecret: true,
    async handle({ mandate, body }) {
      const before = await getReceiver(mandate)
      if (before.url === null) throw missing()
      const hours = body?.overlap_hours ?? OVERLAP_HOURS
      const row = await insertReceiver(mandate, { version: before.version + 1, url: before.url })
      const secret = await renewKeys(mandate, vault, hours)
      recordEvent(mandate, {
        action: 'program.payout_receiver.secret_rotated',
        resource: { type: 'payout_receiver', label: `Version ${row.version}` },
        changes: { overlap_hours: hours },
      })
      return sentAt({ ...(await show(mandate, row)), secret }, row.version)
    },
  })

const TestedBody = z
  .strictObject({
    webhook_id: z.string().meta({ description: 'The `webhook-id` that the message carried.' }),
    outcome: z.enum(OUTCOMES),
    response_code: z.int().nullable().meta({ description: 'Null when nothing was answered.' }),
    duration_ms: z.int(),
    response_excerpt: z.string().nullable().meta({ description: 'The beginning of the answer.' }),
  })
  .meta({ id: 'PayoutReceiverTest' })

const makeTestRoute = ({ testPayoutReceiver }: Services): Route =>
  route({
    method: 'POST',
    path: `${PATH}/test`,
    summary: 'Send a signed test message to the finance system, and tell what it answered',
    input: { body: z.strictObject({}).optional() },
    access: SET,
    limit: 'write',
    problems: ['PAYOUT_RECEIVER_MISSING'],
    responses: { 200: TestedBody },
    async handle({ mandate }) {
      const row = await getReceiver(mandate)
      const tested = row.url === null ? null : await testPayoutReceiver()
      if (tested === null) throw missing()
      recordEvent(mandate, {
        action: 'program.payout_receiver.tested',
        resource: resourceOf(row),
        changes: { outcome: tested.outcome, response_code: tested.code },
      })
      return {
        webhook_id: tested.messageId,
        outcome: tested.outcome,
        response_code: tested.code,
        duration_ms: tested.durationMs,
        response_excerpt: tested.excerpt,
      }
    },
  })

/** Where batches are handed over to the provider's finance system (D7). */
export const makeReceiverRoutes = (services: Services): readonly Route[] => [
  read,
  makeSetRoute(services),
  makeRotateRoute(services),
  makeTestRoute(services),
]
