import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Consequence } from './limits.ts'
import { OPERATIONS_PATH } from './meter.ts'
import { getUsage } from './store.ts'
import { toUsage, UsageBody } from './view.ts'

const OperationInput = z.strictObject({
  kind: plainText(1, 60).meta({ description: "What is done, in the words of the partner's own service." }),
  access: z.enum(['read', 'write']).default('write').meta({
    description: 'Whether it only reads: who is restricted after a limit may still do that.',
  }),
})

const OperationBody = z
  .strictObject({
    admitted: z.literal(true),
    kind: z.string(),
    warning: z
      .string()
      .nullable()
      .meta({ description: 'Said to whoever went beyond a limit and may go on.' }),
    usage: UsageBody,
  })
  .meta({ id: 'AdmittedOperation' })

const WARNINGS: Readonly<Partial<Record<Consequence, string>>> = {
  warn: 'The limit of operations is used up. You can go on for now.',
  throttle: 'The limit of operations is used up. You can go on, but more slowly.',
  review: 'The limit of operations is used up. You can go on; somebody will look at it.',
  restrict: 'The limit of operations is used up. Until it begins anew you can read, but change nothing.',
}

/** The routes of an end user: one operation is spent by each call that needs the permission to use the service (C5). */
export const realmUsageRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: OPERATIONS_PATH,
    summary: 'Spend one operation before the service works for the user; refused when a limit is used up',
    input: { body: OperationInput },
    access: { realm: 'realm.service.use' },
    limit: 'write',
    problems: ['USAGE_LIMIT_REACHED'],
    responses: { 201: OperationBody },
    async handle({ mandate, body }) {
      const usage = toUsage(await getUsage(mandate, mandate.user.id))
      recordEvent(mandate, {
        action: 'usage.operate',
        resource: { type: 'end_user', id: mandate.user.id },
        changes: { kind: { after: body.kind } },
      })
      const warnings = usage.in_force.flatMap(({ kind }) => WARNINGS[kind] ?? [])
      return { admitted: true as const, kind: body.kind, warning: warnings[0] ?? null, usage }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/realm/usage',
    summary: 'Your usage against your limits',
    input: {},
    access: { realm: 'realm.profile.read' },
    limit: 'detail',
    responses: { 200: z.strictObject({ end_user_id: z.string(), ...UsageBody.shape }) },
    async handle({ mandate }) {
      const usage = toUsage(await getUsage(mandate, mandate.user.id))
      noteRead(mandate, { action: 'realm.profile.read', rowCount: 1 })
      return { end_user_id: encodeId('end_user', mandate.user.id), ...usage }
    },
  }),
]
