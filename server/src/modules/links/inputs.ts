import {
  findCeilingFaults,
  findConditionFaults,
  LINK_ROLES,
  newestRoleTemplate,
  parseLinkRole,
  parseOverrides,
  RELATIONSHIP_TYPES,
  compilePatterns,
} from '@liaison/access'
import type { Conditions, Fault, LinkRole, Override, RelationshipType } from '@liaison/access'
import { z } from 'zod'
import { inputRefused } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { BillingPartiesInput } from './payers.ts'
import { findRoleFault, MAXIMUM_DURATION_DAYS } from './rules.ts'

export const LinkParams = z.strictObject({ link_id: publicId('link') })
export const ReasonBody = z.strictObject({ reason: plainText(1, 500).optional() }).default({})

/** A link role by its name or by the source contract's alias, such as `partner_msp_full`. */
export const RoleName = z
  .string()
  .max(40)
  .transform((text, context): LinkRole => {
    const role = parseLinkRole(text)
    if (role !== null) return role
    context.addIssue({
      code: 'custom',
      message: `must be one of ${LINK_ROLES.join(', ')}`,
      params: { code: 'ROLE_UNKNOWN' },
    })
    return z.NEVER
  })

/** Overrides as a list or as the source contract's map from patterns to true or false. */
export const OverridesInput = z.unknown().transform((value, context): Override[] => {
  const parsed = parseOverrides(value)
  if (parsed.ok && parsed.value.length <= 100) return parsed.value
  const faults = parsed.ok
    ? [{ pointer: '', code: 'TOO_MANY', detail: 'A link has at most 100 overrides.' }]
    : parsed.faults
  for (const { pointer, code, detail } of faults) {
    context.addIssue({
      code: 'custom',
      message: detail,
      path: pointer.split('/').slice(1),
      params: { code },
    })
  }
  return z.NEVER
})

/** Patterns to deny. */
export const DenyInput = z.array(z.string().max(100)).max(100)

export const ConditionsInput = z.strictObject({
  ip_allow: z.array(z.string().max(60)).max(200).default([]),
  ip_mode: z.enum(['off', 'monitor', 'enforce']).default('off'),
  mfa_max_age_s: z.int().nullable().default(null),
  phishing_resistant: z.boolean().default(false),
  hours: z
    .strictObject({
      tz: z.string().max(60),
      windows: z
        .array(
          z.strictObject({ days: z.array(z.int()).max(7), from: z.string().max(5), to: z.string().max(5) }),
        )
        .max(20),
    })
    .nullable()
    .default(null),
  read_reason_required: z.boolean().default(false),
  tenant_elevation_approval: z.boolean().default(false),
  elevation_required: z.boolean().default(false),
})

/** Conditions as an answer sends them. */
export function toConditionsBody(conditions: Conditions): z.output<typeof ConditionsInput> {
  const { hours } = conditions
  return {
    ...conditions,
    ip_allow: [...conditions.ip_allow],
    hours: hours && {
      tz: hours.tz,
      windows: hours.windows.map(({ days, from, to }) => ({ days: [...days], from, to })),
    },
    tenant_elevation_approval: conditions.tenant_elevation_approval ?? false,
    elevation_required: conditions.elevation_required ?? false,
  }
}

export const DurationDays = z.int().min(1).max(MAXIMUM_DURATION_DAYS)

/** Within how many hours a partner promises its first answer. */
export const ResponseHours = z.int().min(1).max(720)

/** What a new link is asked to be. */
export const LinkTermsInput = {
  relationship_type: z.enum(RELATIONSHIP_TYPES),
  access_role: RoleName,
  message: plainText(1, 2000),
  duration_days: DurationDays.nullable().optional(),
  billing_parties: BillingPartiesInput.optional(),
} as const

function refuse(faults: readonly Fault[], place: string): void {
  if (faults.length === 0) return
  throw inputRefused(
    faults.map(({ pointer, code, detail }) => ({
      pointer: place === '' ? `/body${pointer}` : `/body/${place}${pointer}`,
      code,
      detail,
    })),
  )
}

/** Refuses conditions with faults, all at once. */
export function requireConditions(conditions: Conditions, place: string): void {
  refuse(findConditionFaults(conditions), place)
}

/** Refuses patterns that mean nothing, all at once. */
export function requirePatterns(patterns: readonly string[], place: string): void {
  const faults = patterns.flatMap((pattern, index) =>
    compilePatterns([pattern], { plane: 'delegation' }).faults.map(({ code, detail }) => ({
      pointer: `/${index}`,
      code,
      detail,
    })),
  )
  refuse(faults, place)
}

/** Refuses a role that its relationship does not offer, and grants outside the ceiling. */
export function requireOffer(role: LinkRole, type: RelationshipType, overrides: readonly Override[]): void {
  const fault = findRoleFault(role, type)
  refuse(fault === null ? [] : [{ pointer: '', code: 'OUTSIDE_CEILING', detail: fault }], 'access_role')
  refuse(
    findCeilingFaults({
      role,
      roleVersion: newestRoleTemplate(role).version,
      relationshipType: type,
      overrides,
    }),
    'overrides',
  )
}
