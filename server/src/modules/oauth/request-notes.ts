import type { IncomingMessage } from 'node:http'
import type { RequestTrace } from '#platform/request-trace.ts'

/** Whom a request turned out to concern. */
export interface Parties {
  readonly tenantId: string
  readonly delegationId: string
}

const traces = new WeakMap<IncomingMessage, RequestTrace>()
const parties = new WeakMap<IncomingMessage, Parties>()
const failures = new WeakMap<IncomingMessage, Error>()
const faults = new WeakMap<IncomingMessage, string>()
const tellings = new WeakMap<IncomingMessage, Promise<void>>()
const proven = new WeakSet<IncomingMessage>()

interface WithRequest {
  readonly req: IncomingMessage
}

/** Keeps where a request came from, for the events that the library's own middleware leads to. */
export function noteTrace(request: IncomingMessage, trace: RequestTrace): void {
  traces.set(request, trace)
}

export function traceOf({ req }: WithRequest): RequestTrace | null {
  return traces.get(req) ?? null
}

/** Keeps that the client of a request proved who it is. */
export function noteProven({ req }: WithRequest): void {
  proven.add(req)
}

export function isProven({ req }: WithRequest): boolean {
  return proven.has(req)
}

/** Keeps whose delegation a request is about, so that its refusal is told to both sides. */
export function noteParties({ req }: WithRequest, known: Parties): void {
  parties.set(req, known)
}

export function partiesOf({ req }: WithRequest): Parties | null {
  return parties.get(req) ?? null
}

/** Keeps the error with which the library answered. */
export function noteFailure({ req }: WithRequest, error: Error): void {
  failures.set(req, error)
}

export function failureOf({ req }: WithRequest): Error | null {
  return failures.get(req) ?? null
}

/** Keeps what is wrong with the assertion that the client of a request signed. */
export function noteFault({ req }: WithRequest, words: string): void {
  faults.set(req, words)
}

export function faultOf({ req }: WithRequest): string | null {
  return faults.get(req) ?? null
}

/** Keeps the recording of a refusal, which the answer waits for. */
export function noteTelling({ req }: WithRequest, telling: Promise<void>): void {
  tellings.set(req, telling)
}

export function tellingOf({ req }: WithRequest): Promise<void> {
  return tellings.get(req) ?? Promise.resolve()
}
