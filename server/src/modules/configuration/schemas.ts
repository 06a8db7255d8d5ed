import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { publicId, wholeNumber } from '#platform/route-input.ts'
import type { Difference } from './difference.ts'
import { EffectiveConfiguration } from './effective.ts'
import type { EffectiveConfigurationBody } from './effective.ts'
import { AUDIENCES, isRelaxable } from './keys.ts'
import type { ConfigurationKey } from './keys.ts'
import type { ImpactCounts, Pointer, VersionRow } from './store.ts'

export const PartnerParams = z.strictObject({ partner_id: publicId('partner') })
export const VersionParams = PartnerParams.extend({ version: wholeNumber(1, 1_000_000) }).strict()
export const ImageParams = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })

// A stored document is shown as it was saved, also one that today's bounds would refuse.
export const StoredDocument = z.record(z.string(), z.unknown())

const Value = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
  .meta({ description: 'Null is without end, or not said.' })

export const KeyBody = z
  .strictObject({
    path: z.array(z.string()),
    title: z.string(),
    unit: z.string(),
    default: Value,
    bound: Value,
    choices: z.array(z.string()).nullable(),
    is_fixed: z.boolean(),
    is_relaxable: z.boolean(),
    affects: z.enum(AUDIENCES),
  })
  .meta({ id: 'ConfigurationKey' })

/** A key as forms read it. */
export function toKeyBody(key: ConfigurationKey): z.input<typeof KeyBody> {
  const plain = (value: ConfigurationKey['default']) => (Array.isArray(value) ? [...value] : value)
  return {
    path: [...key.path],
    title: key.title,
    unit: key.unit,
    default: toValue(plain(key.default)),
    bound: toValue(plain(key.bound)),
    choices: key.choices === null ? null : [...key.choices],
    is_fixed: key.rule === 'fixed',
    is_relaxable: isRelaxable(key),
    affects: key.affects,
  }
}

function toValue(value: unknown): z.input<typeof Value> {
  const parsed = Value.safeParse(value)
  return parsed.success ? parsed.data : null
}

export const InForceBody = z
  .strictObject({
    partner_id: z.string(),
    active_version: z.int().nullable(),
    activated_at: z.string().nullable(),
    activated_by_name: z.string().nullable(),
    reason: z.string().nullable(),
    document: StoredDocument.meta({ description: 'What the version in force says itself.' }),
    effective: EffectiveConfiguration,
  })
  .meta({ id: 'ConfigurationInForce' })

/** What is in force, as its readers see it. */
export function toInForce(
  partnerId: PartnerId,
  found: {
    readonly pointer: Pointer | null
    readonly document: unknown
    readonly effective: EffectiveConfigurationBody
  },
): z.input<typeof InForceBody> {
  const { pointer, document, effective } = found
  return {
    partner_id: encodeId('partner', partnerId),
    active_version: pointer?.active_version ?? null,
    activated_at: pointer?.activated_at.toISOString() ?? null,
    activated_by_name: pointer?.activated_by_name ?? null,
    reason: pointer?.reason ?? null,
    document: StoredDocument.parse(document),
    effective,
  }
}

/** The version of what is in force: it counts activations, 0 while the defaults are. */
export const versionOf = (pointer: Pointer | null): number => pointer?.version ?? 0

export const VersionBody = z
  .strictObject({
    version: z.int(),
    sha256: z.string(),
    based_on: z.int().nullable(),
    note: z.string().nullable(),
    created_by_name: z.string(),
    created_at: z.string(),
    is_active: z.boolean(),
    last_activated_at: z.string().nullable(),
  })
  .meta({ id: 'ConfigurationVersion' })

export const VersionWithDocument = VersionBody.extend({ document: StoredDocument })
  .strict()
  .meta({ id: 'ConfigurationVersionWithDocument' })

/** A version without what it says. */
export function toVersion(row: VersionRow, activeVersion: number | null): z.input<typeof VersionBody> {
  return {
    version: row.version,
    sha256: row.sha256,
    based_on: row.based_on,
    note: row.note,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    is_active: row.version === activeVersion,
    last_activated_at: row.last_activated_at?.toISOString() ?? null,
  }
}

export function toVersionWithDocument(
  row: VersionRow,
  activeVersion: number | null,
): z.input<typeof VersionWithDocument> {
  return { ...toVersion(row, activeVersion), document: StoredDocument.parse(row.document) }
}

const DifferenceBody = z
  .strictObject({
    path: z.array(z.string()),
    title: z.string(),
    before: Value,
    after: Value,
    direction: z.enum(['tighter', 'wider', 'other']),
    affects: z.enum(AUDIENCES),
    affected_count: z.int().nullable(),
    meaning: z.string(),
  })
  .meta({ id: 'ConfigurationDifference' })

export const ComparisonBody = z
  .strictObject({
    from_version: z.int().nullable(),
    to_version: z.int().nullable().meta({ description: 'Null for a document that is not saved.' }),
    differences: z.array(DifferenceBody),
    impact: z.strictObject({
      members: z.int(),
      live_sessions: z.int(),
      live_clients: z.int(),
      sandbox_clients: z.int(),
      end_users: z.record(z.string(), z.int()),
    }),
  })
  .meta({ id: 'ConfigurationComparison' })

function countAffected({ key }: Difference, impact: ImpactCounts): number | null {
  if (key.affects === 'staff') return impact.members
  if (key.affects === 'clients') return impact.live_clients + impact.sandbox_clients
  if (key.affects === 'visitors') return null
  const role = key.path[0] === 'policies' ? undefined : key.path.find((part) => part in impact.end_users)
  const isOfRole = key.path[0] === 'roles' || key.path[1] === 'end_users'
  if (isOfRole) return role === undefined ? 0 : (impact.end_users[role] ?? 0)
  return Object.values(impact.end_users).reduce((sum, total) => sum + total, 0)
}

/** What differs, in words and figures. */
export function toComparison(
  versions: { readonly from: number | null; readonly to: number | null },
  differences: readonly Difference[],
  impact: ImpactCounts,
): z.input<typeof ComparisonBody> {
  return {
    from_version: versions.from,
    to_version: versions.to,
    differences: differences.map((difference) => ({
      path: [...difference.key.path],
      title: difference.key.title,
      before: toValue(difference.before),
      after: toValue(difference.after),
      direction: difference.direction,
      affects: difference.key.affects,
      affected_count: countAffected(difference, impact),
      meaning: difference.meaning,
    })),
    impact,
  }
}

const ActivationBody = z.strictObject({
  version: z.int(),
  previous_version: z.int().nullable(),
  kind: z.enum(['activate', 'roll_back', 'branding']),
  reason: z.string(),
  activated_by_name: z.string(),
  activated_at: z.string(),
})

export const HistoryBody = z
  .strictObject({ items: z.array(ActivationBody) })
  .meta({ id: 'ConfigurationHistory' })

export const ImageBody = z
  .strictObject({
    sha256: z.string(),
    media_type: z.string(),
    width: z.int(),
    height: z.int(),
  })
  .meta({ id: 'BrandingImage' })

export const ImageInput = z.strictObject({
  data: z.base64().max(90_000).meta({ description: 'A PNG, JPEG or WebP image of at most 64 KiB.' }),
})
