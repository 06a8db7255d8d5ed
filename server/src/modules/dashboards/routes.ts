import { z } from 'zod'
import { credentialPepper, digestCredential } from '#platform/credentials/credential-digest.ts'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { DASHBOARD_PATH } from './document.ts'
import { keepDashboardToken, prepareDashboard } from './store.ts'
import type { Prepared } from './store.ts'
import { makeDashboardToken, TOKEN_SECONDS } from './token.ts'

type InForce = Extract<Prepared, { is_key_in_force: true }>

/** What stands against showing this partner its figures, each in its own words; its name when nothing does. */
function requireShowable(prepared: Prepared): NonNullable<InForce['partner']> {
  if (!prepared.is_key_in_force)
    throw new ProblemError(403, 'DASHBOARD_KEY_REFUSED', 'This key makes no tokens for dashboards.')
  const { partner, setting, freezes } = prepared
  if (setting?.embeds_dashboard !== true)
    throw new ProblemError(409, 'DASHBOARD_OFF', 'The embedded dashboard is switched off.')
  if (setting.dashboard_origins.length === 0)
    throw new ProblemError(409, 'DASHBOARD_WITHOUT_SITE', 'No site is named that may show the dashboard.')
  if (!partner) throw new ProblemError(404, 'PARTNER_UNKNOWN', 'There is no partner with this id.')
  if (partner.status !== 'active' || freezes.length > 0)
    throw new ProblemError(409, 'DASHBOARD_PARTNER_STOPPED', 'Nothing is shown of this partner at present.')
  return partner
}

/** The route by which a product of the provider asks for the token of one partner's embedded dashboard (D12). */
export const makeDashboardRoutes = (services: Services): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/v1/ingest/dashboard-tokens',
    summary: 'Make a token that shows one partner its summary in a frame, for a quarter of an hour',
    input: { body: z.strictObject({ partner_id: publicId('partner') }) },
    access: {
      ingest: 'A product of the provider asks for one of its partners, who is signed in there.',
      keyFor: 'dashboards',
    },
    limit: 'ingest',
    showsSecret: true,
    problems: [
      'DASHBOARD_KEY_REFUSED',
      'DASHBOARD_OFF',
      'DASHBOARD_WITHOUT_SITE',
      'DASHBOARD_PARTNER_STOPPED',
      'PARTNER_UNKNOWN',
    ],
    responses: {
      201: z
        .strictObject({
          token: z.string().meta({ description: 'It is shown this once.' }),
          ends_at: z.string(),
          frame_url: z.string().meta({
            description:
              'The address for the frame, with the token in its fragment, which no server is sent.',
          }),
        })
        .meta({ id: 'DashboardToken' }),
    },
    async handle({ mandate, body }) {
      const partner = requireShowable(await prepareDashboard(mandate, body.partner_id))
      const token = makeDashboardToken()
      const hash = digestCredential(credentialPepper(services.vault), token)
      const kept = { partnerId: partner.id, hash, seconds: TOKEN_SECONDS }
      const endsAt = await keepDashboardToken(mandate, kept)
      recordEvent(mandate, {
        action: 'program.dashboard.token_made',
        partnerId: partner.id,
        partnerName: partner.name,
        resource: { type: 'partner', id: partner.id, label: partner.name },
        changes: { ends_at: { after: endsAt.toISOString() } },
      })
      const url = `${services.embedOrigin()}${DASHBOARD_PATH}#t=${token}`
      return sent({ token, ends_at: endsAt.toISOString(), frame_url: url }, {}, 201)
    },
  }),
]
