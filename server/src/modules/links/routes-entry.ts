import { effectiveMask, encodeId, permissionsOf } from '@liaison/access'
import { z } from 'zod'
import { factsOf, noteRead, recordEvent } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { stream } from '#platform/http/stream.ts'
import { readActingMinutes } from './context-store.ts'
import { endOfVisit } from './rules.ts'

/** How long a visit may lie idle, and how long before its end the person is asked whether to stay (experience.md section 3). */
const IDLE_SECONDS = 900
const WARNING_SECONDS = 120

const EntryBody = z.strictObject({
  entry_id: z.string().meta({ description: 'Under this id the visit stands in the activity of both sides.' }),
  tenant_id: z.string(),
  entered_at: z.string(),
  ends_at: z.string().meta({ description: 'When to come in again: the end of the visit or of the link.' }),
  idle_seconds: z.int(),
  warning_seconds: z.int(),
})

const AccessBody = z.strictObject({
  tenant_id: z.string(),
  link_id: z.string(),
  epoch: z.int(),
  link_ends_at: z.string().nullable(),
  permissions: z.array(z.string()),
  read_reason_required: z.boolean(),
})

/** Coming into a tenant, and hearing at once when access to it changes. Neither keeps anything on the server (B4). */
export const entryRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/partner/context/entries',
    summary:
      'Come into the tenant to act there, or stay longer; the tenant reads of each entry and its reason',
    input: {},
    access: { permission: 'partner.tenants.switch_context', tenant: 'header' },
    limit: 'detail',
    responses: { 201: EntryBody },
    async handle({ mandate, trace }) {
      const { now } = mandate.origin
      const end = endOfVisit(now, await readActingMinutes(mandate), mandate.link.endsAt)
      recordEvent(mandate, { action: 'tenants.enter' })
      return {
        entry_id: trace.requestId,
        tenant_id: encodeId('tenant', mandate.tenant.id),
        entered_at: now.toISOString(),
        ends_at: end.toISOString(),
        idle_seconds: IDLE_SECONDS,
        warning_seconds: WARNING_SECONDS,
      }
    },
  }),
  stream(
    'link.changed',
    route({
      method: 'GET',
      path: '/api/v1/partner/context/access',
      summary:
        'The access to the tenant as it is now; as an event stream also each change of it, until it ends',
      input: {},
      access: { permission: 'partner.tenants.switch_context', tenant: 'header' },
      limit: 'detail',
      problems: ['TOO_MANY_STREAMS'],
      responses: { 200: AccessBody },
      handle({ mandate }) {
        noteRead(mandate, { action: 'tenants.switch_context' })
        const facts = factsOf(mandate)
        return Promise.resolve({
          tenant_id: encodeId('tenant', mandate.tenant.id),
          link_id: encodeId('link', mandate.link.id),
          epoch: mandate.link.epoch,
          link_ends_at: mandate.link.endsAt?.toISOString() ?? null,
          permissions: permissionsOf(effectiveMask(facts)),
          read_reason_required: facts.link?.conditions.read_reason_required ?? false,
        })
      },
    }),
  ),
]
