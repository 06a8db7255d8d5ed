import { ACTION_NAMES, SCOPE_NAMES } from '@liaison/access'
import { z } from 'zod'
import { previewConsentPage } from '#modules/consents/index.ts'
import { findRedirectUriFault } from '#modules/oauth/index.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import { needsWithin } from './rules.ts'
import { Need } from './schemas.ts'

/** What of a client customers read, as it is typed: nothing has to be complete. */
const PreviewBody = z.strictObject({
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

/** Shows the owner of a client, before there is one, what customers will read. Source: experience.md, S15. */
export const previewRoute: Route = route({
  method: 'POST',
  path: '/api/v1/partner/clients/preview',
  summary: 'The page on which customers will decide about an API client',
  input: { body: PreviewBody },
  access: { permission: 'partner_org.clients.read' },
  limit: 'detail',
  readsOnly: 'Shows a page of what was sent; nothing is kept.',
  responses: { 200: PreviewedBody },
  async handle({ mandate, body }) {
    const { name, description, redirect_uris: redirectUris, scopes } = body
    const needs = needsWithin(body.needs, scopes)
    const described = { name, description: description?.trim() || null, redirectUris, scopes, needs }
    return {
      html: await previewConsentPage(mandate, described, body.language),
      redirect_faults: redirectUris.flatMap((uri, index) => {
        const detail = findRedirectUriFault(uri, 'sandbox')
        return detail === null ? [] : [{ index, detail }]
      }),
    }
  },
})
