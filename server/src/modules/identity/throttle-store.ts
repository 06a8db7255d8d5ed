import { createHash } from 'node:crypto'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { networkOf } from '#platform/networks.ts'
import { FORGET_AFTER_SECONDS, secondsToWait } from './throttle-rules.ts'
import type { ThrottleKind } from './throttle-rules.ts'

/** Who counts guesses: the door of persons, and that of a realm. */
type Guessed = Mandate<'identity' | 'realm_door'>

/** One thing that guesses are counted for. */
export interface ThrottleKey {
  readonly kind: ThrottleKind
  readonly key: string
}

/** The keys of a guess at an account; the address itself is not kept, since it may be nobody's. */
export function keysOfAccount(email: string, ip: string): ThrottleKey[] {
  const account = createHash('sha256').update(email).digest('base64url').slice(0, 22)
  const network = networkOf(ip)
  return [
    { kind: 'pair', key: `pair:${account}:${network}` },
    { kind: 'account', key: `account:${account}` },
    { kind: 'network', key: `network:${network}` },
  ]
}

/** The keys of a guess at somebody's second factor. */
export function keysOfFactor(personId: string, ip: string): ThrottleKey[] {
  return [
    { kind: 'factor', key: `factor:${personId}` },
    { kind: 'network', key: `network:${networkOf(ip)}` },
  ]
}

/** The seconds until the next try; 0 when it may be made now. */
export type Wait = number

/**
 * Whether a try may be made. One at a time for the first key: a second one that comes while the first is being
 * compared waits a second, so that no burst slips through before its failures are counted.
 */
export async function admitTry(mandate: Guessed, keys: readonly ThrottleKey[]): Promise<Wait> {
  const [lock, counted] = await runStatements(mandate, [
    {
      text: `select pg_try_advisory_xact_lock(hashtextextended($1, 7)) as held`,
      values: [keys[0]?.key ?? ''],
    },
    {
      text: `select key, failures, extract(epoch from statement_timestamp() - last_failure_at)::double precision as seconds from sign_in_throttle where key = any($1)`,
      values: [keys.map(({ key }) => key)],
    },
  ])
  if (lock?.rows[0]?.['held'] !== true) return 1
  const waits = (counted?.rows ?? []).map((row) => {
    const kind = keys.find(({ key }) => key === row['key'])?.kind ?? 'pair'
    return secondsToWait(kind, Number(row['failures']), Number(row['seconds']))
  })
  return Math.max(0, ...waits)
}

/** Counts a failed try; returns the number of failures of each kind. */
export async function countFailure(
  mandate: Guessed,
  keys: readonly ThrottleKey[],
): Promise<ReadonlyMap<ThrottleKind, number>> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into sign_in_throttle as t (key, failures) select key, 1 from unnest($1::text[]) key order by key
        on conflict (key) do update set
          failures = case when t.last_failure_at < statement_timestamp() - make_interval(secs => $2) then 1 else t.failures + 1 end,
          last_failure_at = statement_timestamp()
        returning key, failures`,
      values: [keys.map(({ key }) => key), FORGET_AFTER_SECONDS],
    },
  ])
  return new Map(
    (result?.rows ?? []).flatMap((row) =>
      keys
        .filter(({ key }) => key === row['key'])
        .map(({ kind }) => [kind, Number(row['failures'])] as const),
    ),
  )
}

/** Forgets the failures of an account or factor after somebody proved to own it; a network keeps its own. */
export async function forgetFailures(mandate: Guessed, keys: readonly ThrottleKey[]): Promise<void> {
  const own = keys.filter(({ kind }) => kind !== 'network').map(({ key }) => key)
  await runStatements(mandate, [{ text: 'delete from sign_in_throttle where key = any($1)', values: [own] }])
}
