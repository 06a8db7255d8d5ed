import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { checkLink, sentenceOfCheck, whyNobody } from './check-store.ts'
import { LinkParams } from './inputs.ts'
import { getTenantLink } from './routes-tenant.ts'
import { getLink, isKnown } from './store.ts'
import type { LinkMandate } from './store.ts'

const CheckBody = z.strictObject({
  works: z.boolean(),
  why_not: z.string().nullable(),
  people: z.array(
    z.strictObject({
      person_id: z.string(),
      person_name: z.string(),
      opens: z.boolean(),
      sentence: z.string(),
    }),
  ),
})

async function readCheck(mandate: LinkMandate, row: { readonly id: string }, tenant: string) {
  const people = await checkLink(mandate, row.id)
  const why = whyNobody(people)
  return {
    works: why === null,
    why_not: why,
    people: people.map((person) => ({
      person_id: publicIdOf('person', person.person_id),
      person_name: person.person_name,
      opens: person.opens,
      sentence: sentenceOfCheck(person, tenant),
    })),
  }
}

/** The routes by which each side sees who gets in under a link now, and why the others do not (section 12). */
export const checkRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/links/:link_id/check',
    summary: 'Whether each assigned person gets in now, and why not',
    input: { params: LinkParams },
    access: { permission: 'partner_org.links.read' },
    limit: 'explain',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: CheckBody },
    async handle({ mandate, params }) {
      const row = await getLink(mandate, params.link_id)
      const nobody = { works: false, why_not: 'no organisation has answered this request', people: [] }
      return isKnown(row) ? readCheck(mandate, row, row.tenant_name ?? 'the organisation') : nobody
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/links/:link_id/check',
    summary: 'Whether each assigned person gets in now, and why not',
    input: { params: LinkParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'explain',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: CheckBody },
    async handle({ mandate, params }) {
      const row = await getTenantLink(mandate, params.link_id)
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
      })
      return readCheck(mandate, row, mandate.tenant.name)
    },
  }),
]
