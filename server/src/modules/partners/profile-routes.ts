import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { contactFields, given, supportFields } from './entry.ts'
import { noteChange, tellChange } from './events.ts'
import { ProfileBody, toProfile } from './schemas.ts'
import { getOwnPartner, updateOwnPartner } from './store.ts'
import type { OwnPartnerRow } from './store.ts'

const answer = (row: OwnPartnerRow) => sentAt(toProfile(row), row.version)

/** What a partner sees of its entry in the registry, and the part that it keeps itself. */
export const profileRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/profile',
    summary: 'Your entry in the registry of partners',
    input: {},
    access: { permission: 'partner_org.profile.read' },
    limit: 'detail',
    responses: { 200: ProfileBody },
    async handle({ mandate }) {
      const row = await getOwnPartner(mandate)
      noteRead(mandate, {
        action: 'partner_org.profile.read',
        resource: { type: 'partner', id: row.id, label: row.name },
      })
      return answer(row)
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/profile/contact',
    summary: 'Change the address that the provider writes to, your website and your support contact',
    input: {
      body: z.strictObject({ ...contactFields, support_contact: supportFields.support_contact.optional() }),
    },
    access: { permission: 'partner_org.profile.update' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: ProfileBody },
    async handle({ mandate, body, expectedVersion }) {
      const before = await getOwnPartner(mandate)
      const contact = given(body)
      await updateOwnPartner(mandate, expectedVersion, contact)
      noteChange(mandate, before, contact)
      // People of a partner act for it only while it is active.
      await tellChange(mandate, before.id, 'active')
      return answer(await getOwnPartner(mandate))
    },
  }),
]
