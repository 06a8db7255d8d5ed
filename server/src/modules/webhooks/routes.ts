import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, wholeNumber } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { addressRulesOf, OVERLAP_HOURS, RotateBody } from '#platform/outgoing/receiver.ts'
import { DELIVERY_STATUSES } from '#platform/outgoing/attempts.ts'
import { change, create, remove, replay, replaySince, rotate, sendTest, switchTo } from './acts.ts'
import {
  DeliveryBody,
  DeliveryParams,
  FailedDelivery,
  EndpointBody,
  EndpointParams,
  EndpointWithSecret,
  EventTypesBody,
  makeBodies,
  ReplayBody,
  toDelivery,
  toEndpoint,
  toEventTypes,
  toFailedDelivery,
} from './schemas.ts'
import { getEndpoint, listDeliveries, listEndpoints, listFailed } from './store.ts'
import type { EndpointRow } from './store.ts'

interface Side {
  readonly is: 'partner' | 'tenant'
  readonly root: `/api/v1/${string}`
  readonly access:
    | { readonly permission: 'partner_org.webhooks.manage' }
    | { readonly permission: 'tenant.webhooks.manage' }
}

const PARTNER: Side = {
  is: 'partner',
  root: '/api/v1/partner',
  access: { permission: 'partner_org.webhooks.manage' },
}
const TENANT: Side = {
  is: 'tenant',
  root: '/api/v1/tenant',
  access: { permission: 'tenant.webhooks.manage' },
}

const answer = (row: EndpointRow) => sentAt(toEndpoint(row), row.version)
const notFound = ['WEBHOOK_NOT_FOUND'] as const
const noInput = z.strictObject({}).optional()

function makeReadRoutes({ is, root, access }: Side): readonly Route[] {
  const path = `${root}/webhook-endpoints` as const
  return [
    route({
      method: 'GET',
      path: `${root}/webhook-event-types`,
      summary: 'The types of events that a webhook endpoint can choose',
      input: {},
      access,
      limit: 'detail',
      responses: { 200: EventTypesBody },
      handle: () => Promise.resolve(toEventTypes(is)),
    }),
    route({
      method: 'GET',
      path,
      summary: 'The webhook endpoints of the organisation',
      input: { query: z.strictObject(pageQuery) },
      access,
      limit: 'list',
      responses: { 200: z.strictObject(pageOf(EndpointBody)) },
      async handle({ mandate, query }) {
        const { rows, total } = await listEndpoints(mandate, query)
        return toPage(rows.map(toEndpoint), query, total)
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:endpoint_id`,
      summary: 'One webhook endpoint',
      input: { params: EndpointParams },
      access,
      limit: 'detail',
      problems: notFound,
      responses: { 200: EndpointBody },
      handle: async ({ mandate, params }) => answer(await getEndpoint(mandate, params.endpoint_id)),
    }),
  ]
}

function makeLogRoutes({ root, access }: Side): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: `${root}/webhook-deliveries/failed`,
      summary: 'The newest messages that did not arrive, of all webhook endpoints',
      input: { query: z.strictObject({ limit: wholeNumber(1, 100).default(10) }) },
      access,
      limit: 'list',
      responses: { 200: z.strictObject({ items: z.array(FailedDelivery) }) },
      async handle({ mandate, query }) {
        const rows = await listFailed(mandate, query.limit)
        return { items: rows.map(toFailedDelivery) }
      },
    }),
    route({
      method: 'GET',
      path: `${root}/webhook-endpoints/:endpoint_id/deliveries`,
      summary: 'What was sent to a webhook endpoint in the last 30 days, and how it went',
      input: {
        params: EndpointParams,
        query: z.strictObject({ status: commaList(z.enum(DELIVERY_STATUSES)).optional(), ...pageQuery }),
      },
      access,
      limit: 'list',
      problems: notFound,
      responses: { 200: z.strictObject(pageOf(DeliveryBody)) },
      async handle({ mandate, params, query }) {
        const { id } = await getEndpoint(mandate, params.endpoint_id)
        const { rows, total } = await listDeliveries(mandate, id, query)
        return toPage(rows.map(toDelivery), query, total)
      },
    }),
  ]
}

function makeSecretRoutes({ root, access }: Side, services: Services): readonly Route[] {
  const path = `${root}/webhook-endpoints` as const
  const { vault } = services
  const bodies = makeBodies(() => addressRulesOf(services))
  return [
    route({
      method: 'POST',
      path,
      summary: 'Create a webhook endpoint; its secret is shown this once',
      input: { body: bodies.create },
      access,
      limit: 'write',
      problems: ['WEBHOOK_LIMIT_REACHED'],
      responses: { 201: EndpointWithSecret },
      showsSecret: true,
      async handle({ mandate, body }) {
        const { row, secret } = await create({ mandate, vault }, body)
        const id = publicIdOf('webhook_endpoint', row.id)
        return sentAt({ ...toEndpoint(row), secret }, row.version, { Location: `${path}/${id}` })
      },
    }),
    route({
      method: 'POST',
      path: `${path}/:endpoint_id/rotate-secret`,
      summary: 'Put a new secret in force; the old one signs, too, for up to 24 hours',
      input: { params: EndpointParams, body: RotateBody },
      access,
      limit: 'write',
      problems: notFound,
      responses: { 200: EndpointWithSecret },
      showsSecret: true,
      async handle({ mandate, params, body }) {
        const hours = body?.overlap_hours ?? OVERLAP_HOURS
        const { row, secret } = await rotate({ mandate, vault }, params.endpoint_id, hours)
        return sentAt({ ...toEndpoint(row), secret }, row.version)
      },
    }),
  ]
}

function makeChangeRoutes({ root, access }: Side, services: Services): readonly Route[] {
  const path = `${root}/webhook-endpoints` as const
  const bodies = makeBodies(() => addressRulesOf(services))
  return [
    route({
      method: 'PATCH',
      path: `${path}/:endpoint_id`,
      summary: 'Change the address, the description or the events of a webhook endpoint',
      input: { params: EndpointParams, body: bodies.change },
      access,
      limit: 'write',
      ifMatch: true,
      problems: notFound,
      responses: { 200: EndpointBody },
      handle: async ({ mandate, params, body, expectedVersion }) =>
        answer(await change(mandate, { id: params.endpoint_id, expectedVersion }, body)),
    }),
    route({
      method: 'DELETE',
      path: `${path}/:endpoint_id`,
      summary: 'Delete a webhook endpoint with its log of deliveries',
      input: { params: EndpointParams },
      access,
      limit: 'write',
      problems: notFound,
      responses: { 204: null },
      handle: async ({ mandate, params }) => remove(mandate, params.endpoint_id).then(() => undefined),
    }),
  ]
}

function makeSwitchRoutes({ root, access }: Side): readonly Route[] {
  const path = `${root}/webhook-endpoints/:endpoint_id` as const
  const moves = [
    { name: 'enable', status: 'active', summary: 'Send to a disabled webhook endpoint again' },
    { name: 'disable', status: 'disabled', summary: 'Stop sending to a webhook endpoint' },
  ] as const
  return moves.map(({ name, status, summary }) =>
    route({
      method: 'POST',
      path: `${path}/${name}`,
      summary,
      input: { params: EndpointParams, body: noInput },
      access,
      limit: 'write',
      problems: [...notFound, 'WEBHOOK_STATE_CONFLICT'],
      responses: { 200: EndpointBody },
      handle: async ({ mandate, params }) => answer(await switchTo(mandate, params.endpoint_id, status)),
    }),
  )
}

function makeSendRoutes({ root, access }: Side): readonly Route[] {
  const path = `${root}/webhook-endpoints/:endpoint_id` as const
  const problems = [...notFound, 'WEBHOOK_STATE_CONFLICT']
  return [
    route({
      method: 'POST',
      path: `${path}/test`,
      summary: 'Send a test event to a webhook endpoint',
      input: { params: EndpointParams, body: noInput },
      access,
      limit: 'write',
      problems,
      responses: { 202: DeliveryBody },
      handle: async ({ mandate, params }) => toDelivery(await sendTest(mandate, params.endpoint_id)),
    }),
    route({
      method: 'POST',
      path: `${path}/deliveries/:delivery_id/replay`,
      summary: 'Send one message again, under the same webhook-id',
      input: { params: DeliveryParams, body: noInput },
      access,
      limit: 'write',
      problems: [...problems, 'WEBHOOK_DELIVERY_NOT_FOUND'],
      responses: { 202: DeliveryBody },
      handle: async ({ mandate, params }) =>
        toDelivery(await replay(mandate, params.endpoint_id, params.delivery_id)),
    }),
    route({
      method: 'POST',
      path: `${path}/replay`,
      summary: 'Send the messages about a range of time again',
      input: { params: EndpointParams, body: ReplayBody },
      access,
      limit: 'write',
      problems,
      responses: { 202: z.strictObject({ replayed: z.int() }) },
      handle: async ({ mandate, params, body }) => ({
        replayed: await replaySince(mandate, params.endpoint_id, body),
      }),
    }),
  ]
}

/** Every route of webhooks, for partners and for organisations. */
export function makeWebhookRoutes(services: Services): readonly Route[] {
  return [PARTNER, TENANT].flatMap((side) => [
    ...makeReadRoutes(side),
    ...makeLogRoutes(side),
    ...makeSecretRoutes(side, services),
    ...makeChangeRoutes(side, services),
    ...makeSwitchRoutes(side),
    ...makeSendRoutes(side),
  ])
}
