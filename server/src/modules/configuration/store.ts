import type { PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { z } from 'zod'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { EffectiveConfiguration } from './effective.ts'
import type { EffectiveConfigurationBody } from './effective.ts'
import type { ActivationKind, ConfigurationTables } from './tables.ts'

export type ConfigurationMandate = Mandate<'platform' | 'program'>

const from = (mandate: ConfigurationMandate) => tables<ConfigurationTables>(mandate)

/** The name of a partner. Throws PARTNER_UNKNOWN. */
export async function getPartnerName(mandate: ConfigurationMandate, partnerId: PartnerId): Promise<string> {
  const row = await from(mandate)
    .selectFrom('partner')
    .select('name')
    .where('id', '=', partnerId)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PARTNER_UNKNOWN', 'No partner has this id.')
  return row.name
}

/** Which version is in force and since when; null while the defaults are. */
export async function findPointer(mandate: ConfigurationMandate, partnerId: PartnerId) {
  const row = await from(mandate)
    .selectFrom('partner_configuration')
    .selectAll()
    .where('partner_id', '=', partnerId)
    .executeTakeFirst()
  return row ?? null
}

export type Pointer = NonNullable<Awaited<ReturnType<typeof findPointer>>>

function versions(mandate: ConfigurationMandate, partnerId: PartnerId) {
  return from(mandate)
    .selectFrom('partner_config_version as v')
    .where('v.partner_id', '=', partnerId)
    .select((eb) => [
      'v.version',
      'v.document',
      'v.sha256',
      'v.based_on',
      'v.note',
      'v.created_by_name',
      'v.created_at',
      eb
        .selectFrom('partner_config_activation as a')
        .select(sql<Date | null>`max(a.activated_at)`.as('at'))
        .whereRef('a.partner_id', '=', 'v.partner_id')
        .whereRef('a.version', '=', 'v.version')
        .as('last_activated_at'),
    ])
}

export type VersionRow = Awaited<ReturnType<ReturnType<typeof versions>['execute']>>[number]

/** A page of the versions, newest first. */
export async function listVersions(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: VersionRow[]; total: number }> {
  const rows = await versions(mandate, partnerId)
    .orderBy('v.version', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await from(mandate)
    .selectFrom('partner_config_version')
    .select(sql<number>`count(*)::integer`.as('total'))
    .where('partner_id', '=', partnerId)
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One version. Throws CONFIGURATION_VERSION_NOT_FOUND. */
export async function getVersion(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  version: number,
): Promise<VersionRow> {
  const row = await versions(mandate, partnerId).where('v.version', '=', version).executeTakeFirst()
  if (!row)
    throw new ProblemError(
      404,
      'CONFIGURATION_VERSION_NOT_FOUND',
      `There is no version ${version} of this configuration.`,
    )
  return row
}

/** The activations of a partner's configuration, newest first. */
export function listActivations(mandate: ConfigurationMandate, partnerId: PartnerId) {
  return from(mandate)
    .selectFrom('partner_config_activation')
    .selectAll()
    .where('partner_id', '=', partnerId)
    .orderBy('activated_at', 'desc')
    .limit(100)
    .execute()
}

/** Somebody else's activation came first. */
export function changedMeanwhile(cause?: unknown): ProblemError {
  return new ProblemError(
    412,
    'PRECONDITION_FAILED',
    'Another version was put in force after you read this configuration.',
    { cause },
  )
}

/** A version as it is saved. */
export interface NewVersion {
  readonly document: unknown
  readonly note: string | null
  /** The version in force that its drafter read, 0 for the defaults; what is in force now when nothing is said. */
  readonly basedOn?: number | undefined
}

/** Adds a version; the database numbers it. Throws PRECONDITION_FAILED when a partner's own people worked on a stale one. */
export async function insertVersion(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  added: NewVersion,
): Promise<number> {
  try {
    const row = await from(mandate)
      .insertInto('partner_config_version')
      .values({
        partner_id: partnerId,
        document: JSON.stringify(added.document),
        note: added.note,
        ...(added.basedOn !== undefined && { based_on: added.basedOn }),
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returning('version')
      .executeTakeFirstOrThrow()
    return row.version
  } catch (error) {
    // The rest of the configuration changed under a partner that changes its branding: the database refuses the stale rest.
    if (databaseCodeOf(error) === '42501') throw changedMeanwhile(error)
    throw error
  }
}

/** What is to be put in force, and on which state of the pointer that was decided. */
export interface Activation {
  readonly version: number
  readonly kind: ActivationKind
  readonly reason: string
  readonly expectedVersion: number
}

/** Puts a version in force. Throws PRECONDITION_FAILED when another activation came first. */
export async function activateVersion(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  { version, kind, reason, expectedVersion }: Activation,
): Promise<void> {
  const values = {
    active_version: version,
    kind,
    reason,
    activated_by: mandate.actor.id,
    activated_by_name: mandate.actor.name,
  }
  const written =
    expectedVersion === 0
      ? await from(mandate)
          .insertInto('partner_configuration')
          .values({ partner_id: partnerId, ...values })
          .onConflict((conflict) => conflict.column('partner_id').doNothing())
          .returning('partner_id')
          .execute()
      : await from(mandate)
          .updateTable('partner_configuration')
          .set(values)
          .where('partner_id', '=', partnerId)
          .where('version', '=', expectedVersion)
          .returning('partner_id')
          .execute()
  if (written.length === 0) throw changedMeanwhile()
}

/** What a document comes to: merged with the defaults, within the bounds of today. */
export async function mergeDocument(
  mandate: ConfigurationMandate,
  document: unknown,
): Promise<EffectiveConfigurationBody> {
  const { rows } = await sql<{
    merged: unknown
  }>`select access.merge_configuration(${JSON.stringify(document)}::jsonb) as merged`.execute(from(mandate))
  return EffectiveConfiguration.parse(rows[0]?.merged)
}

const Impact = z.strictObject({
  members: z.int(),
  live_sessions: z.int(),
  live_clients: z.int(),
  sandbox_clients: z.int(),
  end_users: z.record(z.string(), z.int()),
})

export type ImpactCounts = z.output<typeof Impact>

/** How many people and clients a partner's configuration holds for. */
export async function countImpact(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
): Promise<ImpactCounts> {
  const { rows } = await sql<{
    impact: unknown
  }>`select access.configuration_impact(${partnerId}) as impact`.execute(from(mandate))
  return Impact.parse(rows[0]?.impact)
}
