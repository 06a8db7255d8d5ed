import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteAcceptance } from './events.ts'
import { API_TERMS } from './terms.ts'
import { findAcceptance, insertAcceptance } from './terms-store.ts'

const TermsBody = z
  .strictObject({
    version: z.int(),
    text: z.string().meta({ description: 'The terms in force; paragraphs are parted by an empty line.' }),
    text_sha256: z.string().meta({ description: 'SHA-256 of the text in UTF-8.' }),
    accepted_at: z.string().nullable(),
    accepted_by_name: z.string().nullable(),
  })
  .meta({ id: 'ApiTerms' })

async function show(mandate: Mandate<'program'>): Promise<z.output<typeof TermsBody>> {
  const acceptance = await findAcceptance(mandate, mandate.partner.id)
  return {
    version: API_TERMS.version,
    text: API_TERMS.text,
    text_sha256: API_TERMS.sha256,
    accepted_at: acceptance?.accepted_at.toISOString() ?? null,
    accepted_by_name: acceptance?.accepted_by_name ?? null,
  }
}

/** Refuses with TERMS_NOT_ACCEPTED unless the partner accepted the API terms in force. */
export async function requireAcceptedTerms(
  mandate: Mandate<'platform'>,
  partnerId: PartnerId,
): Promise<void> {
  if (await findAcceptance(mandate, partnerId)) return
  throw new ProblemError(
    409,
    'TERMS_NOT_ACCEPTED',
    `The partner has not accepted version ${API_TERMS.version} of the API terms.`,
  )
}

/** The routes on which a partner reads and accepts the API terms. */
export const termsRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/api-terms',
    summary: 'The API terms in force, and who accepted them',
    input: {},
    access: { permission: 'partner_org.profile.read' },
    limit: 'detail',
    responses: { 200: TermsBody },
    handle: ({ mandate }) => show(mandate),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/api-terms/accept',
    summary: 'Accept the API terms for the partner',
    input: {
      body: z.strictObject({
        version: z.int().positive(),
        text_sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in hexadecimal')
          .meta({
            description: 'The digest of the text that was read: nobody accepts what they were not shown.',
          }),
      }),
    },
    access: { permission: 'partner_org.clients.manage' },
    limit: 'write',
    problems: ['TERMS_CHANGED'],
    responses: { 200: TermsBody },
    async handle({ mandate, body }) {
      if (body.version !== API_TERMS.version || body.text_sha256 !== API_TERMS.sha256)
        throw new ProblemError(
          409,
          'TERMS_CHANGED',
          'Other API terms are in force than those that were read.',
        )
      await insertAcceptance(mandate)
      noteAcceptance(mandate, API_TERMS)
      return show(mandate)
    },
  }),
]
