import { randomBytes } from 'node:crypto'
import { isCidr } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  addGateway,
  changeGateway,
  findGateway,
  listGateways,
  rotateCredential,
  setStatus,
} from './admin-store.ts'
import type { GatewayRow, GatewayTerms } from './admin-store.ts'
import { digestCredential, makeCredential } from './credential.ts'

const GatewayBody = z.strictObject({
  gateway_id: z.string(),
  name: z.string(),
  credential_hint: z.string(),
  previous_credential_ends_at: z.string().nullable(),
  ip_allow: z.array(z.string()),
  is_trusted: z.boolean(),
  reads_certificates: z.boolean(),
  upstreams: z.array(z.string()),
  status: z.enum(['active', 'disabled']),
  version: z.int(),
  created_at: z.string(),
})

const NewCredential = GatewayBody.extend({
  credential: z.string().meta({ description: 'The credential itself. It is shown this once.' }),
})

const Terms = z.strictObject({
  name: plainText(1, 100),
  ip_allow: z.array(z.string().refine(isCidr, 'must be a network in CIDR notation')).max(50).default([]),
  is_trusted: z.boolean().default(false),
  reads_certificates: z.boolean().default(false).meta({
    description:
      'Whether it ends mutual TLS and sets X-Client-Certificate in every question; of any other gateway that field is not read.',
  }),
  upstreams: z.array(z.string().max(63)).max(50).default([]),
})

const access = { permission: 'platform.gateways.manage' } as const
const params = z.strictObject({ gateway_id: publicId('gateway') })

function toTerms(body: z.output<typeof Terms>): GatewayTerms {
  return {
    name: body.name,
    ipAllow: body.ip_allow,
    isTrusted: body.is_trusted,
    readsCertificates: body.reads_certificates,
    upstreams: body.upstreams,
  }
}

function toBody(row: GatewayRow): z.input<typeof GatewayBody> {
  return {
    gateway_id: publicIdOf('gateway', row.id),
    name: row.name,
    credential_hint: row.credential_hint,
    previous_credential_ends_at: row.previous_ends_at?.toISOString() ?? null,
    ip_allow: row.ip_allow,
    is_trusted: row.is_trusted,
    reads_certificates: row.reads_certificates,
    upstreams: row.upstreams ?? [],
    status: row.status,
    version: row.version,
    created_at: row.created_at.toISOString(),
  }
}

async function needGateway(mandate: Mandate<'platform'>, id: string): Promise<GatewayRow> {
  const row = await findGateway(mandate, id)
  if (!row) throw new ProblemError(404, 'GATEWAY_NOT_FOUND', 'There is no gateway with this id.')
  return row
}

function noUpstream(): ProblemError {
  return new ProblemError(404, 'UPSTREAM_NOT_FOUND', 'One of the upstreams is not registered.')
}

function noteChange(
  mandate: Mandate<'platform'>,
  row: GatewayRow,
  what: {
    readonly action: string
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | undefined
  },
): void {
  recordEvent(mandate, {
    action: `platform.gateways.${what.action}`,
    resource: { type: 'gateway', id: row.id, label: row.name },
    ...(what.changes && { changes: what.changes }),
    ...(what.reason !== undefined && { reason: what.reason }),
  })
}

const list = route({
  method: 'GET',
  path: '/api/v1/admin/gateways',
  summary: 'List the gateways that may ask for decisions',
  input: { query: z.strictObject(pageQuery) },
  access,
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(GatewayBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listGateways(mandate, query)
    return toPage(rows.map(toBody), query, total)
  },
})

const read = route({
  method: 'GET',
  path: '/api/v1/admin/gateways/:gateway_id',
  summary: 'One gateway that may ask for decisions',
  input: { params },
  access,
  limit: 'detail',
  responses: { 200: GatewayBody },
  problems: ['GATEWAY_NOT_FOUND'],
  async handle({ mandate, params }) {
    const row = await needGateway(mandate, params.gateway_id)
    noteRead(mandate, {
      action: 'platform.gateways.read',
      resource: { type: 'gateway', id: row.id, label: row.name },
    })
    return sentAt(toBody(row), row.version)
  },
})

const register = route({
  method: 'POST',
  path: '/api/v1/admin/gateways',
  summary: 'Register a gateway and make its credential',
  input: { body: Terms },
  access,
  limit: 'write',
  responses: { 201: NewCredential },
  showsSecret: true,
  problems: ['UPSTREAM_NOT_FOUND', 'GATEWAY_NAME_TAKEN'],
  async handle({ mandate, body }) {
    const { text, hint } = makeCredential(randomBytes(32))
    const id = await addGateway(mandate, toTerms(body), { digest: digestCredential(text), hint })
    if (id === null) throw noUpstream()
    const row = await needGateway(mandate, id)
    noteChange(mandate, row, { action: 'create', changes: { ...body } })
    return { ...toBody(row), credential: text }
  },
})

const change = route({
  method: 'PUT',
  path: '/api/v1/admin/gateways/:gateway_id',
  summary: 'Change what is registered of a gateway',
  input: { params, body: Terms },
  access,
  limit: 'write',
  ifMatch: true,
  responses: { 200: GatewayBody },
  problems: ['GATEWAY_NOT_FOUND', 'UPSTREAM_NOT_FOUND', 'GATEWAY_NAME_TAKEN'],
  async handle({ mandate, params, body, expectedVersion }) {
    await needGateway(mandate, params.gateway_id)
    const outcome = await changeGateway(mandate, params.gateway_id, {
      terms: toTerms(body),
      version: expectedVersion,
    })
    if (outcome === 'no_upstream') throw noUpstream()
    if (outcome === 'stale')
      throw new ProblemError(412, 'PRECONDITION_FAILED', 'The gateway was changed after it was read.')
    const row = await needGateway(mandate, params.gateway_id)
    noteChange(mandate, row, { action: 'update', changes: { ...body } })
    return sentAt(toBody(row), row.version)
  },
})

const rotate = route({
  method: 'POST',
  path: '/api/v1/admin/gateways/:gateway_id/rotate',
  summary: 'Make a new credential; the one before counts on for a while',
  input: {
    params,
    body: z.strictObject({ overlap_minutes: z.int().min(0).max(1440).default(60) }),
  },
  access,
  limit: 'write',
  responses: { 200: NewCredential },
  showsSecret: true,
  problems: ['GATEWAY_NOT_FOUND'],
  async handle({ mandate, params, body }) {
    await needGateway(mandate, params.gateway_id)
    const { text, hint } = makeCredential(randomBytes(32))
    const next = { digest: digestCredential(text), hint, overlapMinutes: body.overlap_minutes }
    await rotateCredential(mandate, params.gateway_id, next)
    const row = await needGateway(mandate, params.gateway_id)
    noteChange(mandate, row, { action: 'rotate', changes: { overlap_minutes: body.overlap_minutes } })
    return { ...toBody(row), credential: text }
  },
})

/** Stopping and starting differ by one word. */
function move(verb: 'disable' | 'enable', status: 'disabled' | 'active'): Route {
  return route({
    method: 'POST',
    path: `/api/v1/admin/gateways/:gateway_id/${verb}`,
    summary: verb === 'disable' ? 'Refuse a gateway from its next question on' : 'Let a gateway ask again',
    input: { params, body: z.strictObject({ reason: plainText(1, 500).optional() }).optional() },
    access,
    limit: 'write',
    responses: { 200: GatewayBody },
    problems: ['GATEWAY_NOT_FOUND'],
    async handle({ mandate, params, body }) {
      await needGateway(mandate, params.gateway_id)
      const hasChanged = await setStatus(mandate, params.gateway_id, status)
      const row = await needGateway(mandate, params.gateway_id)
      const unchanged = { [`${status}_before`]: true }
      noteChange(mandate, row, {
        action: verb,
        reason: body?.reason,
        ...(!hasChanged && { changes: unchanged }),
      })
      return toBody(row)
    },
  })
}

export const gatewayRoutes: readonly Route[] = [
  list,
  read,
  register,
  change,
  rotate,
  move('disable', 'disabled'),
  move('enable', 'active'),
]
