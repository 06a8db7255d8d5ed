import {
  effectiveMask,
  encodeId,
  LINK_ROLES,
  LINK_STATUSES,
  permissionsOf,
  ROLE_TITLES,
} from '@liaison/access'
import { z } from 'zod'
import { pageQuery } from '#platform/list.ts'
import { factsOf, noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findOwnLinks } from './context-store.ts'
import { allowsWriting, sentencesOf } from './rules.ts'

const SwitcherEntry = z.strictObject({
  tenant_id: z.string(),
  name: z.string(),
  slug: z.string(),
  link_id: z.string(),
  link_status: z.enum(LINK_STATUSES),
  access_role: z.enum(LINK_ROLES),
  role_title: z.string(),
  starts_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  pinned: z.boolean(),
})

const ContextBody = z.strictObject({
  tenant_id: z.string(),
  tenant_name: z.string(),
  partner_name: z.string(),
  link_id: z.string(),
  access_role: z.enum(LINK_ROLES),
  role_title: z.string(),
  link_ends_at: z.string().nullable(),
  permissions: z.array(z.string()),
  can: z.array(z.string()),
  cannot: z.array(z.string()),
  writes: z.boolean(),
  read_reason_required: z.boolean(),
})

/** Where a person may act, and what entering a tenant would let them do. No server state follows from either (B4). */
export const contextRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/context/tenants',
    summary: 'The tenants that the person is assigned to, pinned ones first, found by name or code',
    input: {
      query: z.strictObject({ search: searchText().optional(), ...pageQuery }),
    },
    access: { permission: 'partner_org.links.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(SwitcherEntry), has_more: z.boolean() }) },
    async handle({ mandate, query }) {
      const rows = await findOwnLinks(mandate, { ...query, limit: query.limit + 1 })
      return {
        has_more: rows.length > query.limit,
        items: rows.slice(0, query.limit).flatMap((row) =>
          row.tenant_id === null
            ? []
            : [
                {
                  tenant_id: publicIdOf('tenant', row.tenant_id),
                  name: row.tenant_name ?? '',
                  slug: row.tenant_slug ?? '',
                  link_id: publicIdOf('link', row.id),
                  link_status: row.status,
                  access_role: row.access_role,
                  role_title: ROLE_TITLES[row.access_role],
                  starts_at: row.starts_at?.toISOString() ?? null,
                  ends_at: row.ends_at?.toISOString() ?? null,
                  pinned: row.pinned,
                },
              ],
        ),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/context',
    summary: 'What the person may do in one tenant now',
    input: { body: z.strictObject({ tenant_id: publicId('tenant') }) },
    access: { permission: 'partner.tenants.switch_context', tenant: ({ body }) => body.tenant_id },
    limit: 'detail',
    readsOnly: 'It answers what holds now; nothing is kept on the server.',
    responses: { 200: ContextBody },
    async handle({ mandate }) {
      const facts = factsOf(mandate)
      const mask = effectiveMask(facts)
      const role = facts.link?.assignment?.role ?? mandate.link.role
      noteRead(mandate, { action: 'tenants.switch_context' })
      return {
        tenant_id: encodeId('tenant', mandate.tenant.id),
        tenant_name: mandate.tenant.name,
        partner_name: mandate.partner.name,
        link_id: encodeId('link', mandate.link.id),
        access_role: role,
        role_title: ROLE_TITLES[role],
        link_ends_at: mandate.link.endsAt?.toISOString() ?? null,
        permissions: permissionsOf(mask),
        ...sentencesOf(mask),
        writes: allowsWriting(mask),
        read_reason_required: facts.link?.conditions.read_reason_required ?? false,
      }
    },
  }),
]
