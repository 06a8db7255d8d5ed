import { z } from 'zod'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { cancelCheck, readStanding, startCheck, submitCheck } from './apply.ts'
import { showCheckId } from './ids.ts'
import { CHECK_STATES, REASON_CODES, readReasons, REASONS, TARGET_ROLES } from './rules.ts'
import { StatementInput } from './statement.ts'
import type { Mandate } from '#platform/mandate.ts'

const ROOT = '/api/v1/realm/identity-check'
const ACCESS = { realm: 'realm.identity_check.submit' } as const
const PROBLEMS = ['IDENTITY_CHECK_NOT_FOUND', 'IDENTITY_CHECK_STATE_CONFLICT', 'IDENTITY_CHECK_OPEN'] as const

const StandingBody = z.strictObject({
  verified_until: z.string().nullable(),
  can_start_for: z.enum(TARGET_ROLES).nullable(),
  check: z
    .strictObject({
      identity_check_id: z.string(),
      status: z.enum(CHECK_STATES),
      target_role: z.enum(TARGET_ROLES),
      attempt: z.int(),
      reasons: z.array(z.strictObject({ code: z.enum(REASON_CODES), says: z.string(), todo: z.string() })),
      message: z.string().nullable(),
      submitted_at: z.string().nullable(),
      decided_at: z.string().nullable(),
    })
    .nullable(),
})

async function showStanding(mandate: Mandate<'realm'>): Promise<z.output<typeof StandingBody>> {
  const { check, verifiedUntil, next } = await readStanding(mandate)
  return {
    verified_until: verifiedUntil?.toISOString() ?? null,
    can_start_for: next,
    check: check && {
      identity_check_id: showCheckId(check.id),
      status: check.state_now,
      target_role: check.target_role,
      attempt: check.attempt,
      reasons: readReasons(check.reason_codes).map((code) => ({ code, ...REASONS[code] })),
      message: check.message,
      submitted_at: check.submitted_at?.toISOString() ?? null,
      decided_at: check.decided_at?.toISOString() ?? null,
    },
  }
}

const getRoute = route({
  method: 'GET',
  path: ROOT,
  summary: 'How your identity check stands, and what to do next',
  input: {},
  access: ACCESS,
  limit: 'detail',
  responses: { 200: StandingBody },
  handle: ({ mandate }) => showStanding(mandate),
})

const cancelRoute = route({
  method: 'POST',
  path: `${ROOT}/cancel`,
  summary: 'Take your identity check back',
  input: {},
  access: ACCESS,
  limit: 'write',
  problems: PROBLEMS,
  responses: { 200: StandingBody },
  async handle({ mandate }) {
    await cancelCheck(mandate)
    return showStanding(mandate)
  },
})

/** The routes by which an end user has the own identity checked (C8). */
export function makeApplicantRoutes(services: Services): readonly Route[] {
  return [
    getRoute,
    route({
      method: 'POST',
      path: ROOT,
      summary: 'Begin an identity check',
      input: {},
      access: ACCESS,
      limit: 'write',
      problems: [...PROBLEMS, 'IDENTITY_CHECK_NOT_NEEDED', 'IDENTITY_VENDOR_UNAVAILABLE'],
      responses: { 201: StandingBody },
      async handle({ mandate }) {
        await startCheck(mandate, services)
        return showStanding(mandate)
      },
    }),
    route({
      method: 'POST',
      path: `${ROOT}/submit`,
      summary: 'Send your identity check in, for the first time or corrected',
      input: { body: StatementInput },
      access: ACCESS,
      limit: 'write',
      problems: PROBLEMS,
      responses: { 200: StandingBody },
      async handle({ mandate, body }) {
        await submitCheck({ mandate, origin: services.publicOrigin() }, body)
        return showStanding(mandate)
      },
    }),
    cancelRoute,
  ]
}
