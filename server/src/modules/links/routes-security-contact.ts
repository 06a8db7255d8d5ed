import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import { changeSecurityContact, readSecurityContact } from './security-contact.ts'

const PATH = '/api/v1/tenant/partner-access/security-contact'

const ContactInput = z.strictObject({
  email: z
    .email()
    .max(254)
    .nullable()
    .meta({ description: 'Gets receipts and news of what lets partners in; null for none.' }),
  language: z
    .enum(LANGUAGES)
    .default('en')
    .meta({ description: 'In which language whoever reads there is written to.' }),
})

const ContactBody = z.strictObject({
  email: z.string().nullable(),
  language: z.enum(LANGUAGES),
  version: z.int(),
})

async function readContact(mandate: Mandate<'tenant'>) {
  const contact = await readSecurityContact(mandate)
  return sentAt(contact, contact.version)
}

/** The routes of the address that hears of a tenant's safety beside its administrators (A10). */
export function makeSecurityContactRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: PATH,
      summary: 'Which address hears of what lets partners in, beside the administrators',
      input: {},
      access: { permission: 'tenant.partner_access.read' },
      limit: 'detail',
      responses: { 200: ContactBody },
      handle: ({ mandate }) => readContact(mandate),
    }),
    route({
      method: 'PUT',
      path: PATH,
      summary: 'Set, change or take away the security contact; the address before and the one after are told',
      input: { body: ContactInput },
      access: { permission: 'tenant.partner_access.policy.write' },
      limit: 'write',
      ifMatch: true,
      responses: { 200: ContactBody },
      async handle({ mandate, body, expectedVersion }) {
        await changeSecurityContact(mandate, body, { expectedVersion, origin: services.publicOrigin() })
        return readContact(mandate)
      },
    }),
  ]
}
