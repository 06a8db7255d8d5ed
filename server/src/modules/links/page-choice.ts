import {
  compilePatterns,
  isCidr,
  isIpListWithin,
  isWithin,
  LINK_ROLES,
  NO_CONDITIONS,
  permissionsOf,
  isRoleOffered,
} from '@liaison/access'
import type { Conditions, LinkRole, LinkTerms } from '@liaison/access'
import { z } from 'zod'
import { areaText } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { FRESH_SECONDS } from './condition-lines.ts'
import { addDays, maskOfTerms, withRole } from './rules.ts'
import type { TenantChoice } from './rules.ts'
import type { LinkWords } from './words/index.ts'

const Many = z.union([z.string().max(100), z.array(z.string().max(100)).max(200)]).optional()

/** Two hundred ranges, each on a line. */
export const LONGEST_RANGES = 12_400

/** What the review form sends: ticks that are off are not sent at all. */
export const ReviewForm = z.strictObject({
  snapshot_token: z.string().max(100),
  access_role: z.enum(LINK_ROLES),
  allow: Many,
  ends_on: z.string().max(20).default(''),
  passkey: z.literal('on').optional(),
  fresh_factor: z.literal('on').optional(),
  reason_required: z.literal('on').optional(),
  ip_allow: areaText(LONGEST_RANGES).default(''),
})

export type ReviewInput = z.output<typeof ReviewForm>

/** The roles that an approver may choose instead of the one that was asked for, the asked one first. */
export function smallerRoles(terms: LinkTerms): LinkRole[] {
  const others = LINK_ROLES.filter(
    (role) =>
      role !== terms.role && isWithin(role, terms.role) && isRoleOffered(role, terms.relationship_type),
  )
  return [terms.role, ...others]
}

/** When a form is read, and the words for its faults. */
interface Read {
  readonly now: Date
  readonly words: LinkWords['faults']
}

function ticked(value: z.output<typeof Many>): Set<string> {
  return new Set(value === undefined ? [] : [value].flat())
}

function readEnd(text: string, terms: LinkTerms, { now, words }: Read): Date | null | FieldError {
  if (text === '') return terms.ends_at
  const end = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? addDays(new Date(`${text}T00:00:00Z`), 1)
    : new Date(Number.NaN)
  if (Number.isNaN(end.getTime())) return { field: 'ends_on', message: words.unread }
  if (end <= now || end <= terms.starts_at) return { field: 'ends_on', message: words.past }
  if (terms.ends_at === null || end < terms.ends_at) return end
  return end < addDays(terms.ends_at, 1) ? terms.ends_at : { field: 'ends_on', message: words.late }
}

/** What the partner offers to keep to anyway, of what the review can ask for. */
export function offeredBy({ conditions }: LinkTerms) {
  const { mfa_max_age_s: age } = conditions
  return {
    reason: conditions.read_reason_required,
    freshFactor: age !== null && age <= FRESH_SECONDS,
    passkey: conditions.phishing_resistant,
    networks: conditions.ip_mode === 'enforce',
  }
}

function readRanges(text: string, { conditions }: LinkTerms, { words }: Read): string[] | FieldError {
  const ranges = text.split(/[\s,]+/).filter(Boolean)
  const bad = ranges.filter((range) => !isCidr(range))
  if (bad.length > 0) return { field: 'ip_allow', message: words.ranges(bad.join(', ')) }
  const isOutside = conditions.ip_mode === 'enforce' && !isIpListWithin(ranges, conditions.ip_allow)
  return isOutside ? { field: 'ip_allow', message: words.outside(conditions.ip_allow.join(', ')) } : ranges
}

function conditionsOf(form: ReviewInput, asked: Conditions, ranges: readonly string[]): Conditions {
  return {
    ...NO_CONDITIONS,
    ...asked,
    ...(form.passkey && { phishing_resistant: true }),
    ...(form.fresh_factor && {
      mfa_max_age_s: Math.min(asked.mfa_max_age_s ?? FRESH_SECONDS, FRESH_SECONDS),
    }),
    ...(form.reason_required && { read_reason_required: true }),
    ...(ranges.length > 0 && { ip_mode: 'enforce' as const, ip_allow: ranges }),
  }
}

function lastDayOf(end: Date | null): string {
  return end === null ? '' : new Date(end.getTime() - 1).toISOString().slice(0, 10)
}

/** At what the fields of the review stand. */
export interface Standing {
  readonly role: LinkTerms['role']
  readonly isAllowed: (permission: string) => boolean
  readonly lastDay: string
  readonly asksReason: boolean
  readonly asksFactor: boolean
  readonly asksPasskey: boolean
  readonly networks: string
}

/** The fields as the partner asked for it. */
function standingAsAsked(terms: LinkTerms): Standing {
  const { role, ends_at: end, conditions } = terms
  const offered = offeredBy(terms)
  return {
    role,
    isAllowed: () => true,
    lastDay: lastDayOf(end),
    asksReason: offered.reason,
    asksFactor: offered.freshFactor,
    asksPasskey: offered.passkey,
    networks: offered.networks ? conditions.ip_allow.join('\n') : '',
  }
}

/** The fields as they were sent, where something of them could not be taken, so that nothing taken away is there again. */
export function standingOf(terms: LinkTerms, sent: ReviewInput | null): Standing {
  if (sent === null) return standingAsAsked(terms)
  const allowed = ticked(sent.allow)
  return {
    role: smallerRoles(terms).find((one) => one === sent.access_role) ?? terms.role,
    isAllowed: (permission) => allowed.has(permission),
    lastDay: sent.ends_on,
    asksReason: sent.reason_required === 'on',
    asksFactor: sent.fresh_factor === 'on',
    asksPasskey: sent.passkey === 'on',
    networks: sent.ip_allow,
  }
}

/** The choice that a review form stands for, or what is wrong with it. */
export function readChoice(
  form: ReviewInput,
  terms: LinkTerms,
  read: Read,
): { choice: TenantChoice; errors: FieldError[] } {
  const { now, words } = read
  const role = smallerRoles(terms).find((one) => one === form.access_role) ?? terms.role
  const offered = permissionsOf(maskOfTerms(withRole(terms, role), now))
  const allowed = ticked(form.allow)
  const known = terms.overrides.filter(({ effect }) => effect === 'deny').map(({ pattern }) => pattern)
  const removed = offered.filter((name) => !allowed.has(name))
  const end = readEnd(form.ends_on, terms, read)
  const ranges = readRanges(form.ip_allow, terms, read)
  const errors = [
    ...(removed.length === offered.length ? [{ field: null, message: words.nothingLeft }] : []),
    ...(end !== null && 'message' in end ? [end] : []),
    ...('message' in ranges ? [ranges] : []),
  ]
  if (end !== null && 'message' in end) return { choice: {}, errors }
  if ('message' in ranges) return { choice: {}, errors }
  const deny = [...new Set([...known, ...removed])].filter(
    (pattern) => compilePatterns([pattern], { plane: 'delegation' }).faults.length === 0,
  )
  const conditions = conditionsOf(form, terms.conditions, ranges)
  return { choice: { access_role: role, deny, ends_at: end, conditions }, errors }
}
