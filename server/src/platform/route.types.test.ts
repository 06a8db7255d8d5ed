import { decodeId } from '@liaison/access'
import type { PartnerId, TenantId } from '@liaison/access'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'

const base = { method: 'GET', path: '/api/v1/x', summary: 'x', input: {}, limit: 'list', responses: { 200: z.strictObject({ id: z.string() }) } } as const
const input = { params: z.strictObject({ tenant_id: publicId('tenant'), partner_id: publicId('partner') }) }
const answer = () => Promise.resolve({ id: '' })

// Each line below is a mistake that must not compile: a directive without its mistake fails the type check. One line each, so this file keeps its own layout.
export const mistakes = [
  // @ts-expect-error a route states who may call it
  () => route({ ...base, handle: answer }),
  // @ts-expect-error a permission of the catalogue, spelt right
  () => route({ ...base, access: { permission: 'partner.billing.invoice.read', tenant: 'header' }, handle: answer }),
  // @ts-expect-error a delegation permission says in which tenant
  () => route({ ...base, access: { permission: 'partner.billing.invoices.read' }, handle: answer }),
  // @ts-expect-error a tenant, not a partner
  () => route({ ...base, input, access: { permission: 'partner.tenants.read', tenant: ({ params }) => params.partner_id }, handle: answer }),
  // @ts-expect-error a public route has no mandate
  () => route({ ...base, access: { public: 'why' }, handle: ({ mandate }) => Promise.resolve({ id: String(mandate) }) }),
  // @ts-expect-error a platform mandate names no tenant
  () => route({ ...base, access: { permission: 'platform.audit.read' }, handle: async ({ mandate }) => ({ id: mandate.tenant.id }) }),
  // @ts-expect-error the answer has the declared form
  () => route({ ...base, access: { public: 'why' }, handle: async () => ({ name: 'x' }) }),
  // @ts-expect-error only `route` makes a route
  (): Route => ({ answers: 'json', method: 'GET', path: '/x', summary: '', input: {}, access: { public: '' }, limit: 'list', problems: [], responses: {}, ifMatch: false, readsOnly: undefined, bodyLimitBytes: undefined, handle: answer }),
  // @ts-expect-error only the resolver makes a mandate
  (origin: Mandate['origin']): Mandate<'system'> => ({ kind: 'system', job: 'x', origin }),
  // @ts-expect-error a table that the module did not name
  (mandate: Mandate) => tables<{ invoice: { id: string } }>(mandate).selectFrom('ticket'),
  // @ts-expect-error the id of a partner is not the id of a tenant
  (partnerId: PartnerId): TenantId => partnerId,
]

test('eleven ways to forget or mistake an access do not compile, and ids of another kind are not decoded', () => {
  expect(mistakes).toHaveLength(11)
  expect(decodeId('tenant', 'par_01h455vb4pex5vsknk084sn02q')).toBeNull()
  expect(decodeId('tenant', 'ten_81h455vb4pex5vsknk084sn02q')).toBeNull()
})
