import { z } from 'zod'
import { needsVersion } from '#platform/execution/context-headers.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { isTemplate } from './matching.ts'
import { isClientPermission } from './store.ts'
import { listUpstreams, putUpstream } from './upstream-store.ts'
import type { Upstream } from './upstream-store.ts'

const RouteLine = z.strictObject({
  method: z.string().regex(/^[A-Z]{3,10}$/),
  path_template: z
    .string()
    .max(300)
    .refine(isTemplate, 'must be a path whose segments are literal or one {parameter}'),
  permission: z.string().refine(isClientPermission, 'must be a permission of API clients'),
})

/** A line of the table twice is one method and path under two permissions, or nothing: neither is meant. */
const RouteLines = z
  .array(RouteLine)
  .max(500)
  .superRefine((lines, context) => {
    const seen = new Set<string>()
    for (const [index, { method, path_template: template }] of lines.entries()) {
      const line = `${method} ${template}`
      if (seen.has(line))
        context.addIssue({ code: 'custom', path: [index], message: 'stands in the table already' })
      seen.add(line)
    }
  })

const UpstreamBody = z.strictObject({
  name: z.string(),
  audience: z.string(),
  origin: z.string(),
  routes: z.array(z.strictObject({ method: z.string(), path_template: z.string(), permission: z.string() })),
  version: z.int(),
})

const access = { permission: 'platform.gateways.manage' } as const
const params = z.strictObject({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/) })

function toBody({ id: _id, ...upstream }: Upstream): z.input<typeof UpstreamBody> {
  return upstream
}

async function findUpstream(mandate: Mandate<'platform'>, name: string): Promise<Upstream | null> {
  return (await listUpstreams(mandate, name))[0] ?? null
}

async function needUpstream(mandate: Mandate<'platform'>, name: string): Promise<Upstream> {
  const found = await findUpstream(mandate, name)
  if (!found) throw new ProblemError(404, 'UPSTREAM_NOT_FOUND', 'There is no upstream of this name.')
  return found
}

const answer = (upstream: Upstream) => sentAt(toBody(upstream), upstream.version)

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
    return { items: items.map(toBody) }
  },
})

const read = route({
  method: 'GET',
  path: '/api/v1/admin/upstreams/:name',
  summary: 'One API behind gateways, with what may be called',
  input: { params },
  access,
  limit: 'detail',
  responses: { 200: UpstreamBody },
  problems: ['UPSTREAM_NOT_FOUND'],
  async handle({ mandate, params }) {
    return answer(await needUpstream(mandate, params.name))
  },
})

const put = route({
  method: 'PUT',
  path: '/api/v1/admin/upstreams/:name',
  summary: 'Register an API behind gateways, or replace what is registered of it',
  input: {
    params,
    body: z.strictObject({
      audience: plainText(1, 200),
      origin: z
        .string()
        .regex(/^https?:\/\/[a-z0-9.-]+(:[0-9]{1,5})?$/)
        .refine(
          (origin) => URL.parse(origin)?.origin === origin,
          'must be an origin as callers write it, without the port of its scheme',
        ),
      routes: RouteLines,
    }),
  },
  access,
  limit: 'write',
  ifMatch: 'existing',
  responses: { 200: UpstreamBody },
  problems: ['UPSTREAM_ORIGIN_TAKEN', 'UPSTREAM_AUDIENCE_TAKEN'],
  async handle({ mandate, params, body, expectedVersion }) {
    const { audience, origin, routes } = body
    const before = await findUpstream(mandate, params.name)
    if (before && expectedVersion === 0) throw needsVersion()
    const id = await putUpstream(mandate, { name: params.name, audience, origin, routes }, expectedVersion)
    if (id === null)
      throw new ProblemError(412, 'PRECONDITION_FAILED', 'The upstream was changed after it was read.')
    recordEvent(mandate, {
      action: 'platform.upstreams.put',
      resource: { type: 'upstream', id, label: params.name },
      changes: { audience, origin, routes },
    })
    return answer(await needUpstream(mandate, params.name))
  },
})

export const upstreamRoutes: readonly Route[] = [list, read, put]
