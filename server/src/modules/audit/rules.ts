import { encodeId } from '@liaison/access'
import type { PartnerId, PersonId, TenantId } from '@liaison/access'
import { FIRST_INSTANT, LAST_INSTANT } from '#platform/route-input.ts'

/** Whose log is read: a partner's, a tenant's, or that of the whole installation. */
export type Viewer = 'partner' | 'tenant' | 'platform'

/** What a reader may ask of the feed; the exports take the same. */
export interface ActivityFilters {
  readonly person_id?: PersonId | undefined
  readonly partner_id?: PartnerId | undefined
  readonly tenant_id?: TenantId | undefined
  /** The UUID of a link, a consent or a resale. */
  readonly delegation_id?: string | undefined
  readonly by?: 'partner' | 'tenant' | 'provider' | undefined
  readonly action?: string | undefined
  readonly outcome?: readonly ('allowed' | 'denied' | 'error')[] | undefined
  readonly request_id?: string | undefined
  readonly search?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** The time that a feed covers, half-open. */
export interface Window {
  readonly from: Date
  readonly to: Date
  /** Whether the start was not asked for: the reader is told that there may be older events. */
  readonly isDefault: boolean
}

/** How far back a feed looks when nobody says. Source: experience.md section 2, "Audit log viewers". */
const DEFAULT_WINDOW_DAYS = 90
const DAY_MS = 86_400_000
// Events that are written while the feed is read still belong to it.
const AHEAD_MS = 60_000

function startOf(text: string): Date {
  return new Date(text)
}

/** A day names its whole length, an instant itself. The last day there is ends with its last moment. */
function endOf(text: string): Date {
  const start = new Date(text)
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  return isDay ? new Date(Math.min(start.getTime() + DAY_MS, LAST_INSTANT.getTime())) : start
}

/** The window that the filters ask for; without a start, the last 90 days before its end. */
export function windowOf(filters: Pick<ActivityFilters, 'from' | 'to'>, now: Date): Window {
  const to = filters.to === undefined ? new Date(now.getTime() + AHEAD_MS) : endOf(filters.to)
  if (filters.from !== undefined) return { from: startOf(filters.from), to, isDefault: false }
  const last = Math.min(to.getTime(), now.getTime())
  const from = Math.max(last - DEFAULT_WINDOW_DAYS * DAY_MS, FIRST_INSTANT.getTime())
  return { from: new Date(from), to, isDefault: true }
}

/** The planes from which each side acts. */
export const PLANES_OF = {
  partner: ['program', 'delegation'],
  tenant: ['tenant'],
  provider: ['platform', 'system', 'ingest', 'dashboard'],
} as const

type Side = keyof typeof PLANES_OF

/** Who acted, as far as it says for which side. */
interface Acting {
  readonly plane: string
  readonly partner_id: string | null
  readonly actor_type: string
}

/**
 * The side that acts from a plane; null for sign-in pages, which belong to nobody's organisation, and for strangers at a form.
 * Where no partner acts under an access, it is an agency of the tenant.
 */
export function sideOf({ plane, partner_id: partner, actor_type: type }: Acting): Side | null {
  if (type === 'stranger') return null
  if (plane === 'delegation' && partner === null) return 'tenant'
  const sides = ['partner', 'tenant', 'provider'] as const
  return sides.find((side) => PLANES_OF[side].some((candidate) => candidate === plane)) ?? null
}

function wordsOf(filters: ActivityFilters): readonly (string | null)[] {
  const { person_id: person, partner_id: partner, tenant_id: tenant, delegation_id: delegation } = filters
  const said = (name: string, value: string | undefined) => (value === undefined ? null : `${name}: ${value}`)
  return [
    person === undefined ? null : `person: ${encodeId('person', person)}`,
    partner === undefined ? null : `partner: ${encodeId('partner', partner)}`,
    tenant === undefined ? null : `tenant: ${encodeId('tenant', tenant)}`,
    delegation === undefined ? null : 'one link, consent or resale',
    said('side', filters.by),
    said('action', filters.action),
    said('outcome', filters.outcome?.join(', ')),
    said('request', filters.request_id),
    said('search', filters.search),
  ]
}

/** What a file of the log was asked for, in words for whoever reads the file: the time always, then the filters. */
export function describeSlice(filters: ActivityFilters, window: Window): string {
  const time = `from ${window.from.toISOString()} until before ${window.to.toISOString()}`
  return [time, ...wordsOf(filters).filter((text) => text !== null)].join('; ')
}

/** What each row of a file says of it: what was asked for, how many of it fitted where not all did, and who took it out. */
export function describeFile(
  slice: string,
  { most, by }: { readonly most: number | null; readonly by: string },
): string {
  const cut = most === null ? [] : [`only the newest ${most.toLocaleString('en-GB')} of more`]
  return [slice, ...cut, by].join('; ')
}

const FORMULA = /^[=+\-@\t\r]/

/** One cell of CSV (RFC 4180); what a spreadsheet would run as a formula is made text (ASVS 1.2.10). */
export function toCell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows as CSV with a header line and the line ends of RFC 4180. */
export function toCsv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  const cellOf = (value: unknown) =>
    toCell(
      value === null || value === undefined
        ? null
        : typeof value === 'string' || typeof value === 'number'
          ? value
          : JSON.stringify(value),
    )
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column])).join(','))
  return [columns.join(','), ...lines, ''].join('\r\n')
}

/** Rows as JSON Lines. */
export function toJsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
