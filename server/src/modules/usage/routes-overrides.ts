import { z } from 'zod'
import { databaseCodeOf } from '#platform/database.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { instantText, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { CONSEQUENCES, LIMIT_KEYS } from './limits.ts'
import type { LimitKey, LimitPolicy, LimitValue } from './limits.ts'
import { readDetail, UserUsageDetail } from './routes-partner.ts'
import { getLayers, getUser, insertOverride, liftOverride } from './store.ts'

const Params = z.strictObject({ end_user_id: publicId('end_user'), key: z.enum(LIMIT_KEYS) })

const OverrideInput = z.strictObject({
  value: z.union([z.int().min(0).max(100_000_000), z.enum(CONSEQUENCES)]),
  reason: plainText(1, 500),
  expires_at: instantText()
    .optional()
    .meta({ description: 'When it ends by itself; without it, when it is lifted.' }),
})

type OverrideBody = z.output<typeof OverrideInput>

const SHORTEST_SESSION_SECONDS = 60

function lowestOf(key: LimitKey): number {
  if (key.startsWith('ops.')) return 0
  return key === 'session.idle_s' || key === 'session.absolute_s' ? SHORTEST_SESSION_SECONDS : 1
}

function highestOf({ maximum, relaxable, value }: LimitPolicy): number | null {
  if (maximum !== null) return maximum
  return !relaxable && typeof value === 'number' ? value : null
}

function refuseInput(pointer: string, code: string, detail: string): never {
  throw inputRefused([{ pointer, code, detail }])
}

function checkValue(key: LimitKey, value: OverrideBody['value'], policy: LimitPolicy): void {
  if (policy.fixed)
    throw new ProblemError(409, 'LIMIT_FIXED', 'This limit is the same for every user of this role.')
  if ((key === 'on_exceed') !== (typeof value === 'string'))
    refuseInput('/body/value', 'WRONG_KIND', 'must be a consequence for on_exceed, and a number otherwise')
  if (typeof value !== 'number') return
  if (value < lowestOf(key)) refuseInput('/body/value', 'TOO_SMALL', `must be at least ${lowestOf(key)}`)
  const maximum = highestOf(policy)
  if (maximum !== null && value > maximum)
    throw new ProblemError(409, 'LIMIT_BEYOND_PLATFORM', `The platform allows at most ${maximum}.`, {
      details: { maximum },
    })
}

function readExpiry(mandate: Mandate<'program'>, text: string | undefined): Date | null {
  if (text === undefined) return null
  const at = new Date(text)
  if (at <= mandate.origin.now) refuseInput('/body/expires_at', 'IN_THE_PAST', 'must be in the future')
  return at
}

async function setLimit(
  mandate: Mandate<'program'>,
  { end_user_id: userId, key }: z.output<typeof Params>,
  body: OverrideBody,
): Promise<void> {
  const user = await getUser(mandate, userId)
  const layers = await getLayers(mandate, userId)
  checkValue(key, body.value, layers.platform[key])
  const expiresAt = readExpiry(mandate, body.expires_at)
  const before: LimitValue = layers.user[key] ?? null
  await liftOverride(mandate, userId, key)
  const wish = { userId, role: user.role, key, value: body.value, reason: body.reason, expiresAt }
  await insertOverride(mandate, wish).catch((error: unknown) => {
    // Two people set the same limit at the same moment: the second one reads it again.
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(409, 'CONFLICT', 'Somebody else has set this limit just now.', { cause: error })
  })
  recordEvent(mandate, {
    action: 'usage.limit.set',
    resource: { type: 'end_user', id: userId },
    changes: {
      key: { after: key },
      value: { before, after: body.value },
      until: { after: expiresAt?.toISOString() ?? null },
    },
    reason: body.reason,
  })
}

/** The routes by which people of a partner set and lift limits of one user, within those of the platform (C5). */
export const overrideRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/api/v1/partner/users/:end_user_id/limits/:key',
    summary: 'Set a limit of one user, with a reason and if wanted an end',
    input: { params: Params, body: OverrideInput },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    problems: ['END_USER_NOT_FOUND', 'LIMIT_FIXED', 'LIMIT_BEYOND_PLATFORM', 'CONFLICT'],
    responses: { 200: UserUsageDetail },
    async handle({ mandate, params, body }) {
      await setLimit(mandate, params, body)
      return readDetail(mandate, params.end_user_id)
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/partner/users/:end_user_id/limits/:key',
    summary: 'Lift a limit that was set for one user',
    input: { params: Params },
    access: { permission: 'partner_org.users.manage' },
    limit: 'write',
    problems: ['END_USER_NOT_FOUND', 'LIMIT_NOT_SET'],
    responses: { 200: UserUsageDetail },
    async handle({ mandate, params }) {
      await getUser(mandate, params.end_user_id)
      const lifted = await liftOverride(mandate, params.end_user_id, params.key)
      if (!lifted)
        throw new ProblemError(404, 'LIMIT_NOT_SET', 'Nothing is set for this user under this name.')
      recordEvent(mandate, {
        action: 'usage.limit.lift',
        resource: { type: 'end_user', id: params.end_user_id },
        changes: { key: { after: params.key }, value: { before: lifted.value, after: null } },
      })
      return readDetail(mandate, params.end_user_id)
    },
  }),
]
