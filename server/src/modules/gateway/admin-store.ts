import { sql } from 'kysely'
import type { Generated } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { guardedBy } from '#platform/guarded.ts'
import type { UpstreamTable } from './upstream-store.ts'

interface GatewayTable {
  id: Generated<string>
  name: string
  credential_hash: Buffer
  credential_hint: string
  previous_hash: Buffer | null
  previous_ends_at: Date | null
  ip_allow: string[]
  is_trusted: boolean
  reads_certificates: boolean
  status: Generated<'active' | 'disabled'>
  version: Generated<number>
  created_by: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface GatewayTables {
  gateway: GatewayTable
  protected_upstream: UpstreamTable
  gateway_upstream: { gateway_id: string; upstream_id: string }
}

type Provider = Mandate<'platform'>

const db = (mandate: Provider) => tables<GatewayTables>(mandate)

const gateways = (mandate: Provider) =>
  db(mandate)
    .selectFrom('gateway')
    .select([
      'id',
      'name',
      'credential_hint',
      'previous_ends_at',
      'ip_allow',
      'is_trusted',
      'reads_certificates',
      'status',
      'version',
      'created_at',
    ])
    .select((builder) =>
      builder
        .selectFrom('gateway_upstream')
        .innerJoin('protected_upstream', 'protected_upstream.id', 'gateway_upstream.upstream_id')
        .whereRef('gateway_upstream.gateway_id', '=', 'gateway.id')
        .select(
          sql<
            string[]
          >`coalesce(array_agg(protected_upstream.name order by protected_upstream.name), '{}')`.as('names'),
        )
        .as('upstreams'),
    )

/** A gateway as it may be shown. */
export type GatewayRow = Awaited<ReturnType<ReturnType<typeof gateways>['execute']>>[number]

/** All gateways, by name. */
export async function listGateways(
  mandate: Provider,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: GatewayRow[]; total: number }> {
  const rows = await gateways(mandate).orderBy('name').limit(page.limit).offset(page.offset).execute()
  const counted = await db(mandate)
    .selectFrom('gateway')
    .select(({ fn }) => fn.count<number>('id').as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One gateway; null when there is none with this id. */
export async function findGateway(mandate: Provider, id: string): Promise<GatewayRow | null> {
  return (await gateways(mandate).where('id', '=', id).executeTakeFirst()) ?? null
}

/** What is registered of a gateway. */
export interface GatewayTerms {
  readonly name: string
  readonly ipAllow: readonly string[]
  readonly isTrusted: boolean
  readonly readsCertificates: boolean
  readonly upstreams: readonly string[]
}

async function idsOfUpstreams(mandate: Provider, names: readonly string[]): Promise<string[] | null> {
  if (names.length === 0) return []
  const rows = await db(mandate)
    .selectFrom('protected_upstream')
    .select('id')
    .where('name', 'in', [...names])
    .execute()
  return rows.length === new Set(names).size ? rows.map(({ id }) => id) : null
}

async function standBefore(
  mandate: Provider,
  gatewayId: string,
  upstreamIds: readonly string[],
): Promise<void> {
  await db(mandate).deleteFrom('gateway_upstream').where('gateway_id', '=', gatewayId).execute()
  if (upstreamIds.length === 0) return
  await db(mandate)
    .insertInto('gateway_upstream')
    .values(upstreamIds.map((id) => ({ gateway_id: gatewayId, upstream_id: id })))
    .execute()
}

const naming = guardedBy({
  gateway_name_key: ['GATEWAY_NAME_TAKEN', 'There is a gateway with this name.'],
})

/** Registers a gateway with the digest of its credential. Throws GATEWAY_NAME_TAKEN; null when one of the upstreams does not exist. */
export async function addGateway(
  mandate: Provider,
  terms: GatewayTerms,
  credential: { readonly digest: Buffer; readonly hint: string },
): Promise<string | null> {
  const upstreamIds = await idsOfUpstreams(mandate, terms.upstreams)
  if (!upstreamIds) return null
  const { id } = await naming(
    db(mandate)
      .insertInto('gateway')
      .values({
        name: terms.name,
        credential_hash: credential.digest,
        credential_hint: credential.hint,
        previous_hash: null,
        previous_ends_at: null,
        ip_allow: [...terms.ipAllow],
        is_trusted: terms.isTrusted,
        reads_certificates: terms.readsCertificates,
        created_by: mandate.actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  await standBefore(mandate, id, upstreamIds)
  return id
}

/** Changes what is registered, when it is still as it was read. Throws GATEWAY_NAME_TAKEN. */
export async function changeGateway(
  mandate: Provider,
  id: string,
  { terms, version }: { readonly terms: GatewayTerms; readonly version: number },
): Promise<'changed' | 'stale' | 'no_upstream'> {
  const upstreamIds = await idsOfUpstreams(mandate, terms.upstreams)
  if (!upstreamIds) return 'no_upstream'
  const changed = await naming(
    db(mandate)
      .updateTable('gateway')
      .set(({ eb }) => ({
        name: terms.name,
        ip_allow: [...terms.ipAllow],
        is_trusted: terms.isTrusted,
        reads_certificates: terms.readsCertificates,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst(),
  )
  if (!changed) return 'stale'
  await standBefore(mandate, id, upstreamIds)
  return 'changed'
}

/** Puts a new credential in force; the one before counts on for the overlap. */
export async function rotateCredential(
  mandate: Provider,
  id: string,
  next: { readonly digest: Buffer; readonly hint: string; readonly overlapMinutes: number },
): Promise<void> {
  const keeps = next.overlapMinutes > 0
  await db(mandate)
    .updateTable('gateway')
    .set((builder) => ({
      credential_hash: next.digest,
      credential_hint: next.hint,
      previous_hash: keeps ? builder.ref('credential_hash') : null,
      previous_ends_at: keeps
        ? sql<Date>`statement_timestamp() + make_interval(mins => ${next.overlapMinutes})`
        : null,
      version: builder.eb('version', '+', 1),
    }))
    .where('id', '=', id)
    .execute()
}

/**
 * Stops a gateway, with both of its credentials, or lets it ask again with the newest; whether that changed anything. One
 * that asks already keeps both.
 */
export async function setStatus(
  mandate: Provider,
  id: string,
  status: 'active' | 'disabled',
): Promise<boolean> {
  const changed = await db(mandate)
    .updateTable('gateway')
    .set(({ eb }) => ({
      status,
      previous_hash: null,
      previous_ends_at: null,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', id)
    .where('status', '!=', status)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}
