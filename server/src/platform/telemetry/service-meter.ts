import type { Mandate } from '../mandate.ts'
import type { ProblemError } from '../problem.ts'
import type { Route } from '../route.ts'
import type { Inputs, Schemas } from '../route-input.ts'
import type { Transaction } from '../transaction.ts'

/** What counting an operation came to. */
export type Metered =
  | { readonly admitted: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly admitted: false; readonly refusal: ProblemError }

/** The operation that is counted: each call of a route that needs the permission to use the service. */
export interface MeteredCall {
  readonly route: Route
  readonly inputs: Inputs<Schemas>
}

/** Counts what end users do. */
export interface ServiceMeter {
  /** Counts one operation in the transaction of the mandate. What a refusal brings with it is kept by committing. */
  readonly spend: (mandate: Mandate<'realm'>, call: MeteredCall) => Promise<Metered>
}

const SERVICE = 'realm.service.use'

/** Whether each call of a route counts as an operation. */
export function isMetered({ access }: Route): boolean {
  return 'realm' in access && access.realm === SERVICE
}

/**
 * Counts the operation of an end user and answers the header fields of its limits. What going beyond a limit brings with
 * it outlives the refusal, so it is committed before the refusal is thrown.
 */
export async function meterService(
  meter: ServiceMeter,
  call: MeteredCall,
  { mandate, transaction }: { readonly mandate: Mandate; readonly transaction: Transaction },
): Promise<Readonly<Record<string, string>>> {
  if (mandate.kind !== 'realm' || !isMetered(call.route)) return {}
  const metered = await meter.spend(mandate, { route: call.route, inputs: call.inputs })
  if (metered.admitted) return metered.headers
  await transaction.commit([], 'durable')
  throw metered.refusal
}

/** The fields of two limits side by side: each of them is a list. */
export function joinLimitHeaders(
  own: Readonly<Record<string, string>>,
  further: Readonly<Record<string, string>>,
): Record<string, string> {
  const joined = { ...own }
  for (const [name, value] of Object.entries(further))
    joined[name] = joined[name] === undefined ? value : `${joined[name]}, ${value}`
  return joined
}
