import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listUpstreams, putUpstream } from './admin-store.ts'
import { isTemplate } from './matching.ts'
import { isClientPermission } from './store.ts'

const RouteLine = z.strictObject({
  method: z.string().regex(/^[A-Z]{3,10}$/),
  path_template: z
    .string()
    .max(300)
    .refine(isTemplate, 'must be a path whose segments are literal or one {parameter}'),
  permission: z.string().refine(isClientPermission, 'must be a permission of API clients'),
})

const UpstreamBody = z.strictObject({
  name: z.string(),
  audience: z.string(),
  origin: z.string(),
  routes: z.array(z.strictObject({ method: z.string(), path_template: z.string(), permission: z.string() })),
})

const access = { permission: 'platform.gateways.manage' } as const

const list = route({
  method: 'GET',
  path: '/api/v1/admin/upstreams',
  summary: 'List the APIs behind gateways, with what may be called',
  input: {},
  access,
  limit: 'list',
  responses: { 200: z.strictObject({ items: z.array(UpstreamBody) }) },
  async handle({ mandate }) {
    const items = await listUpstreams(mandate)
    return { items: items.map((item) => ({ ...item, routes: [...item.routes] })) }
  },
})

const put = route({
  method: 'PUT',
  path: '/api/v1/admin/upstreams/:name',
  summary: 'Register an API behind gateways, or replace what is registered of it',
  input: {
    params: z.strictObject({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/) }),
    body: z.strictObject({
      audience: plainText(1, 200),
      origin: z
        .string()
        .regex(/^https?:\/\/[a-z0-9.-]+(:[0-9]{1,5})?$/)
        .refine(
          (origin) => URL.parse(origin)?.origin === origin,
          'must be an origin as callers write it, without the port of its scheme',
        ),
      routes: z.array(RouteLine).max(500),
    }),
  },
  access,
  limit: 'write',
  responses: { 200: UpstreamBody },
  async handle({ mandate, params, body }) {
    const { audience, origin, routes } = body
    const id = await putUpstream(mandate, { name: params.name, audience, origin, routes })
    recordEvent(mandate, {
      action: 'platform.upstreams.put',
      resource: { type: 'upstream', id, label: params.name },
      changes: { audience, origin, routes },
    })
    return { name: params.name, audience, origin, routes }
  },
})

export const upstreamRoutes: readonly Route[] = [list, put]
