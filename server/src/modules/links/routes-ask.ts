import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'

/**
 * Whoever works in an organisation and was sent a request for access asks those who may decide it. It decides nothing,
 * and opens nothing to whoever asks. Source: experience.md section 4, "Tenant member".
 */
export function makeAskRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/who-has-access/ask',
    summary: 'Ask the administrators of the organisation to decide about a request for access',
    input: {
      body: z.strictObject({
        about: plainText(1, 500).meta({
          description: 'What one was sent, such as its address, and by whom.',
        }),
      }),
    },
    access: { permission: 'tenant.profile.read' },
    limit: 'ask_admins',
    responses: {
      200: z.strictObject({ asked: z.int().meta({ description: 'How many administrators get a mail.' }) }),
    },
    async handle({ mandate, body }) {
      const { tenant, actor } = mandate
      const place = `${services.publicOrigin()}/org/${encodeId('tenant', tenant.id)}/requests`
      const [result] = await runStatements(mandate, [
        {
          text: 'select access.ask_tenant_admins($1, $2) as sent',
          values: [
            `${actor.name} asks you to decide about access to ${tenant.name}`,
            `${actor.name}, who works in ${tenant.name}, was asked for access and cannot decide about it. They wrote:\n\n"${body.about}"\n\nWhat waits for a decision: ${place}\n\nThis mail gives no access by itself.`,
          ],
        },
      ])
      recordEvent(mandate, { action: 'tenant.partner_access.ask', reason: body.about })
      return { asked: Number(result?.rows[0]?.['sent'] ?? 0) }
    },
  })
}
