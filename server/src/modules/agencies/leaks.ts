import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { TenantMandate } from './agency-store.ts'
import { credentialKindOf, digestFormToken } from './token.ts'

const MOST_REPORTED = 100
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/

/** One finding, in the shape in which secret scanners report them; other members are not looked at. */
const Finding = z.object({
  token: z.string().max(200),
  url: z.string().max(2000).nullish(),
  source: z.string().max(100).nullish(),
})

export type LeakFinding = z.output<typeof Finding>

/** The findings of a report that may be one of our credentials; whatever else came is dropped without a word. */
export function readFindings(body: unknown): LeakFinding[] {
  const items = Array.isArray(body) ? body.slice(0, MOST_REPORTED) : []
  return items.flatMap((item) => {
    const found = Finding.safeParse(item)
    if (!found.success) return []
    const { token } = found.data
    return credentialKindOf(token) !== null || WEBHOOK_SECRET.test(token) ? [found.data] : []
  })
}

const Hit = z.object({
  kind: z.enum(['form_token', 'agency_key', 'webhook_secret']),
  credential_id: z.string(),
  tenant_id: z.string().nullable(),
  tenant_name: z.string().nullable(),
  partner_id: z.string().nullable(),
  label: z.string(),
  outcome: z.enum(['told', 'revoked']),
})

export type LeakHit = z.output<typeof Hit>

const RESOURCES = {
  form_token: 'form_token',
  agency_key: 'agency_key',
  webhook_secret: 'webhook_endpoint',
} as const

const clean = (text: string | null | undefined): string | null =>
  // What a stranger writes is shown to people: one line, without what has no place in it.
  text?.replaceAll(/[^\x20-\x7e]/g, '') || null

/**
 * Takes findings: compares digests, ends what is a secret, writes down and tells what was found, of one credential a few times a day. A
 * report about nothing that we know, or nothing new, is one event without a tenant.
 */
export async function takeReport(
  mandate: Mandate<'identity'> | TenantMandate,
  pepper: KeyObject,
  findings: readonly LeakFinding[],
): Promise<LeakHit[]> {
  // In one order, since reports about the same credentials wait for one another.
  const ordered = findings.toSorted((left, right) => (left.token < right.token ? -1 : 1))
  const results = await runStatements(
    mandate,
    ordered.map(({ token, url, source }) => ({
      text: 'select * from access.report_leak($1, $2, $3)',
      values: [digestFormToken(pepper, token), clean(url), clean(source)],
    })),
  )
  const hits = z.array(Hit).parse(results.flatMap(({ rows }) => rows))
  for (const hit of hits)
    recordEvent(mandate, {
      action: 'leak.reported',
      ...(hit.tenant_id !== null && { tenantId: hit.tenant_id, tenantName: hit.tenant_name ?? '' }),
      ...(hit.partner_id !== null && { partnerId: hit.partner_id }),
      ...(hit.kind !== 'webhook_secret' && { delegationId: hit.credential_id }),
      resource: { type: RESOURCES[hit.kind], id: hit.credential_id, label: hit.label },
      changes: { outcome: hit.outcome },
    })
  if (hits.length === 0)
    recordEvent(mandate, {
      action: 'leak.reported',
      rowCount: findings.length,
      reason: 'Nothing that we know, or nothing new',
    })
  return hits
}
