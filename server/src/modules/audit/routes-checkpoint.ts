import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteNewestCheckpointRead } from './events.ts'
import { NewestCheckpoint, readNewestCheckpoint } from './newest-checkpoint.ts'

const ROUTE = {
  method: 'GET',
  summary: 'The newest signed checkpoint of the audit log, to keep elsewhere',
  input: {},
  limit: 'detail',
  responses: {
    200: z.strictObject({
      checkpoint: NewestCheckpoint.nullable().meta({ description: 'Null while nothing was sealed.' }),
    }),
  },
  async handle({ mandate }: { mandate: Mandate<'program'> | Mandate<'tenant'> }) {
    const checkpoint = await readNewestCheckpoint(mandate)
    noteNewestCheckpointRead(mandate)
    return { checkpoint }
  },
} as const

/** What partners and organisations read of the signed log itself. */
export const checkpointRoutes: readonly Route[] = [
  route({
    ...ROUTE,
    path: '/api/v1/partner/audit/checkpoint',
    access: { permission: 'partner_org.audit.read' },
  }),
  route({
    ...ROUTE,
    path: '/api/v1/tenant/partner-access/activity/checkpoint',
    access: { permission: 'tenant.partner_access.audit.read' },
  }),
]
