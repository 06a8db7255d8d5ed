import { createHash } from 'node:crypto'
import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { JsonInstant } from '../database-json.ts'
import { readBearer } from '#platform/credentials/bearer.ts'
import type { Database } from '../database.ts'
import { issueMandate } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import { digestToken } from './resolver.ts'
import type { RequestTrace } from '../request-trace.ts'
import { Transaction } from '../transaction.ts'

const IdentityAnswer = z.object({
  now: JsonInstant,
  session: z
    .object({
      id: z.string(),
      person_id: z.string(),
      person_name: z.string(),
      factor: z.enum(['none', 'otp', 'phishing_resistant']),
      factor_at: JsonInstant.nullable(),
      password_at: JsonInstant.nullable(),
    })
    .nullable(),
})

/** Opens the plane of persons and sign-ins, with the session that came along, if it is live. */
export async function openForIdentity(
  database: Database,
  trace: RequestTrace,
  sessionToken: string | null,
): Promise<{ mandate: Mandate<'identity'>; transaction: Transaction }> {
  const argument = {
    ...trace.toAudit(),
    session_hash: sessionToken === null ? undefined : digestToken(sessionToken),
  }
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    { text: 'select access.enter_identity($1) as answer', values: [argument] },
  ])
  try {
    const { now, session } = IdentityAnswer.parse(results[0]?.rows[0]?.['answer'])
    const named = session && {
      id: idFromUuid('session', session.id),
      personId: idFromUuid('person', session.person_id),
      personName: session.person_name,
      factor: session.factor,
      factorAt: session.factor_at,
      passwordAt: session.password_at,
    }
    const origin = { requestId: trace.requestId, now, ip: trace.ip }
    return {
      mandate: issueMandate('identity', { session: named, origin }, { transaction, facts: null }),
      transaction,
    }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

/**
 * Opens the plane of the provider's own systems. Throws UNAUTHORIZED for a key that is unknown, ended or missing, and
 * INGEST_KEY_REFUSED for one that makes tokens of dashboards where records are handed in.
 */
export async function openForIngest(
  database: Database,
  trace: RequestTrace,
  {
    authorization,
    keyFor,
  }: { readonly authorization: string | undefined; readonly keyFor?: 'dashboards' | undefined },
): Promise<{ mandate: Mandate<'ingest'>; transaction: Transaction }> {
  const key = readBearer(authorization, 200) ?? ''
  const argument = { ...trace.toAudit(), key_hash: createHash('sha256').update(key).digest('hex') }
  const [transaction, results] = await Transaction.begin(database, 'liaison_ingest', [
    { text: 'select access.enter_ingest($1) as answer', values: [argument] },
  ])
  const answer = z
    .object({ now: JsonInstant, key_id: z.string(), source: z.string(), makes_dashboard_tokens: z.boolean() })
    .nullable()
    .safeParse(results[0]?.rows[0]?.['answer'] ?? null)
  if (!answer.success || answer.data === null) {
    await transaction.rollback()
    throw new ProblemError(401, 'UNAUTHORIZED', 'A valid ingest key is needed.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="ingest"' },
    })
  }
  const { now, key_id: keyId, source } = answer.data
  if (answer.data.makes_dashboard_tokens && keyFor !== 'dashboards') {
    await transaction.rollback()
    throw new ProblemError(
      403,
      'INGEST_KEY_REFUSED',
      'This key makes tokens of dashboards and does nothing else.',
    )
  }
  const origin = { requestId: trace.requestId, now, ip: trace.ip }
  return {
    mandate: issueMandate('ingest', { keyId, source, origin }, { transaction, facts: null }),
    transaction,
  }
}

/** Runs our own work under the system login, in one transaction with its audit events. */
export async function openForSystem(
  database: Database,
  job: string,
  requestId: string,
): Promise<{ mandate: Mandate<'system'>; transaction: Transaction }> {
  const argument = { actor_name: job, request_id: requestId, route: job, source: 'job' }
  const [transaction, results] = await Transaction.begin(database, 'liaison_job', [
    { text: 'select access.enter_system($1)', values: [argument] },
    { text: 'select statement_timestamp() as now', values: [] },
  ])
  const now = results[1]?.rows[0]?.['now']
  if (!(now instanceof Date)) throw new Error('The database told no time.')
  return {
    mandate: issueMandate(
      'system',
      { job, origin: { requestId, now, ip: null } },
      { transaction, facts: null },
    ),
    transaction,
  }
}
