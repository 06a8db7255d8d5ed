import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import { readFigures } from './figures-store.ts'
import { CHECK_STATES } from './rules.ts'

/** The route by which the provider sees how identity checks go, in figures alone (C8). */
export const figuresRoute = route({
  method: 'GET',
  path: '/api/v1/platform/identity-checks/figures',
  summary: 'How many identity checks each partner has in each state; names of nobody',
  input: {},
  access: { permission: 'platform.realms.read' },
  limit: 'list',
  responses: {
    200: z.strictObject({
      items: z.array(
        z.strictObject({
          partner_id: z.string(),
          partner_name: z.string(),
          checks: z.partialRecord(z.enum(CHECK_STATES), z.int()),
          waiting: z.int(),
          waiting_since: z.string().nullable(),
        }),
      ),
    }),
  },
  async handle({ mandate }) {
    const rows = await readFigures(mandate)
    const partners = Map.groupBy(rows, (row) => row.partner_id)
    return {
      items: [...partners.values()].flatMap((of) => {
        const [first] = of
        if (!first) return []
        const waiting = of.filter(({ state }) => state === 'submitted' || state === 'in_review')
        const oldest = waiting.map(({ oldest_at: at }) => at.getTime())
        return [
          {
            partner_id: publicIdOf('partner', first.partner_id),
            partner_name: first.partner_name,
            checks: Object.fromEntries(of.map(({ state, checks }) => [state, checks])),
            waiting: waiting.reduce((sum, { checks }) => sum + checks, 0),
            waiting_since: oldest.length > 0 ? new Date(Math.min(...oldest)).toISOString() : null,
          },
        ]
      }),
    }
  },
})
