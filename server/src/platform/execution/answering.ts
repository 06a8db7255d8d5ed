import { readAccessReason, tellAccessReason } from './access-reason.ts'
import { contextHeaders, readExpectedVersion } from './context-headers.ts'
import { namedTenant } from './execute.ts'
import type { Answer, Call } from './execute.ts'
import { keepAnswer } from './idempotency.ts'
import type { IdempotentUse } from './idempotency.ts'
import { countEvents, takeEvents } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { readingOfReader } from '#platform/words/own-language.ts'
import { describeRead } from './read-event.ts'
import { Sent } from '../route.ts'
import type { Route } from '../route.ts'
import type { Statement } from '../statement.ts'
import type { Durability } from '../transaction.ts'

/** Lets the handler work. */
export async function handle(call: Call, mandate: Mandate): Promise<unknown> {
  const surroundings = {
    trace: call.trace,
    sessionToken: call.sessionToken,
    expectedVersion: readExpectedVersion(call.route, call.request.headers['if-match']),
    reading: await readingOfReader(call.request, call.route, mandate),
    namedTenantId: 'identity' in call.route.access ? namedTenant(call, call.route.access) : null,
  }
  return call.route.handle({ ...call.inputs, ...surroundings, mandate })
}

/** The status of an answer that the handler gave none. */
export function statusOf(route: Route): number {
  return Number(Object.keys(route.responses).find((status) => Number(status) < 300) ?? 200)
}

/** What a handler came to, as it goes back. */
export function toAnswer(call: Call, mandate: Mandate, result: unknown): Answer {
  const body = result instanceof Sent ? result.body : result
  const headers = result instanceof Sent ? result.headers : {}
  const status = (result instanceof Sent ? result.status : undefined) ?? statusOf(call.route)
  return { status, headers: { ...contextHeaders(mandate), ...headers }, body }
}

/** What a request came to, and what ends it. */
export interface Outcome {
  readonly answer: Answer
  readonly use: IdempotentUse | null
  readonly readDurability: Durability
}

/** What the end of a request writes. */
export function listLast(
  call: Call,
  mandate: Mandate,
  { answer, use }: Pick<Outcome, 'answer' | 'use'>,
): readonly Statement[] {
  const isRead = call.route.method === 'GET' || call.route.readsOnly !== undefined
  if (!isRead && call.route.answers === 'json' && countEvents(mandate) === 0) {
    throw new Error(`${call.route.method} ${call.route.path} changed something without an audit event`)
  }
  const events = tellAccessReason(
    takeEvents(
      mandate,
      isRead && call.route.answers === 'json' ? () => describeRead(call.route, mandate, answer.body) : null,
    ),
    readAccessReason(call.request.headers['x-access-reason']),
  )
  const kept = call.route.showsSecret ? { ...answer, body: null } : answer
  return use ? [...events, keepAnswer(use, kept)] : events
}
