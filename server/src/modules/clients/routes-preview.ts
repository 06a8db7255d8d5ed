import { ACTION_NAMES, SCOPE_NAMES } from '@liaison/access'
import { z } from 'zod'
import { previewConsentPage } from '#modules/consents/index.ts'
import { findRedirectUriFault } from '#modules/oauth/index.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import { needsWithin } from './rules.ts'
import { Need } from './schemas.ts'
import { getClient } from './store.ts'

/** What of a client customers read, as it is typed: nothing has to be complete. */
const PreviewBody = z.strictObject({
  client_id: publicId('api_client').optional().meta({
    description: 'The client that is changed, whose logo and environment are shown; left out for a new one.',
  }),
  name: plainText(0, 100),
  description: plainText(0, 500).nullable().default(null),
  redirect_uris: z.array(z.string().max(2000)).max(20).default([]),
  scopes: z.array(z.enum(SCOPE_NAMES)).max(SCOPE_NAMES.length).default([]),
  needs: z.array(Need).max(ACTION_NAMES.length).default([]),
  language: z.enum(LANGUAGES).default('en'),
})

const PreviewedBody = z.strictObject({
  html: z.string().meta({
    description:
      'The page on which a customer decides, for an organisation that there is not. It holds no script.',
  }),
  redirect_faults: z
    .array(z.strictObject({ index: z.int(), detail: z.string() }))
    .meta({ description: 'What is wrong with return addresses, by their place.' }),
})

/** Shows the owner of a client, also before there is one, what customers will read. Source: experience.md, S15. */
export function makePreviewRoute({ help }: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/clients/preview',
    summary: 'The page on which customers will decide about an API client',
    input: { body: PreviewBody },
    access: { permission: 'partner_org.clients.read' },
    limit: 'detail',
    problems: ['CLIENT_NOT_FOUND'],
    readsOnly: 'Shows a page of what was sent; nothing is kept.',
    responses: { 200: PreviewedBody },
    async handle({ mandate, body }) {
      const { client_id: id, name, description, redirect_uris: redirectUris, scopes, language } = body
      const held = id === undefined ? null : await getClient(mandate, id)
      const client = {
        name,
        description: description?.trim() || null,
        redirectUris,
        scopes,
        needs: needsWithin(body.needs, scopes),
        // Whoever makes one wants to know what real customers will read.
        environment: held?.environment ?? 'live',
        // Under another name the logo is looked at again first.
        logo: held?.name === name ? (held.logos.in_use?.sha256 ?? null) : null,
      } as const
      return {
        html: await previewConsentPage(mandate, client, { language, phone: help.phone }),
        redirect_faults: redirectUris.flatMap((uri, index) => {
          // A client begins in the sandbox.
          const detail = findRedirectUriFault(uri, held?.environment ?? 'sandbox')
          return detail === null ? [] : [{ index, detail }]
        }),
      }
    },
  })
}
