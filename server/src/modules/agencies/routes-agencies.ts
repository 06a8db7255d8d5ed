import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { searchText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { addAgency, changeAgency, switchAgency } from './acts.ts'
import { getAgency, listAgencies } from './agency-store.ts'
import type { AgencyRow } from './agency-store.ts'
import { FiguresBody, figuresOf } from './figures.ts'
import { AgencyParams, ChangeAgency, CreateAgency, MoveInput } from './schemas.ts'
import { AGENCY_STATUSES } from './tables.ts'
import { AgencyBody, toAgency } from './view.ts'

export const BASE = '/api/v1/tenant/agencies'
const MANAGE = { permission: 'tenant.agencies.manage' } as const
const READ = { permission: 'tenant.agencies.read' } as const

const answer = (row: AgencyRow) => sentAt(toAgency(row), row.version)

const ListedAgency = AgencyBody.extend(FiguresBody.shape)

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'The agencies of the organisation, with what they did in the last 30 days',
    input: {
      query: z.strictObject({
        status: z.enum(AGENCY_STATUSES).optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: READ,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(ListedAgency)).meta({ id: 'AgencyPage' }) },
    async handle({ mandate, query }) {
      const { rows, total } = await listAgencies(mandate, query, query)
      const figures = await figuresOf(mandate, rows)
      const items = rows.map((row) => ({ ...toAgency(row), ...figures(row.id) }))
      return toPage(items, query, total)
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:agency_id`,
    summary: 'One agency, with what it did in the last 30 days',
    input: { params: AgencyParams },
    access: READ,
    limit: 'detail',
    problems: ['AGENCY_NOT_FOUND'],
    responses: { 200: ListedAgency },
    async handle({ mandate, params }) {
      const row = await getAgency(mandate, params.agency_id)
      const figures = await figuresOf(mandate, [row])
      return sentAt({ ...toAgency(row), ...figures(row.id) }, row.version)
    },
  }),
]

const switchRoutes: readonly Route[] = (
  [
    { name: 'activate', status: 'active', summary: 'Let the forms and server keys of an agency work again' },
    {
      name: 'deactivate',
      status: 'inactive',
      summary: 'Stop an agency: the next request of each of its forms and server keys is refused',
    },
  ] as const
).map(({ name, status, summary }) =>
  route({
    method: 'POST',
    path: `${BASE}/:agency_id/${name}`,
    summary,
    input: { params: AgencyParams, body: MoveInput },
    access: MANAGE,
    limit: 'write',
    problems: ['AGENCY_NOT_FOUND', 'AGENCY_STATE_CONFLICT'],
    responses: { 200: AgencyBody },
    handle: async ({ mandate, params, body }) =>
      answer(await switchAgency(mandate, params.agency_id, { status, reason: body.reason })),
  }),
)

/** The routes of agencies themselves (E11). */
export const agencyRecordRoutes: readonly Route[] = [
  ...readRoutes,
  route({
    method: 'POST',
    path: BASE,
    summary: 'Add an agency',
    input: { body: CreateAgency },
    access: MANAGE,
    limit: 'write',
    problems: ['AGENCY_NAME_TAKEN', 'AGENCY_LIMIT_REACHED'],
    responses: { 201: AgencyBody },
    async handle({ mandate, body }) {
      const row = await addAgency(mandate, body)
      return sentAt(toAgency(row), row.version, { Location: `${BASE}/${publicIdOf('agency', row.id)}` })
    },
  }),
  route({
    method: 'PATCH',
    path: `${BASE}/:agency_id`,
    summary: 'Change the name, contacts or daily limit of an agency',
    input: { params: AgencyParams, body: ChangeAgency },
    access: MANAGE,
    limit: 'write',
    ifMatch: true,
    problems: ['AGENCY_NOT_FOUND', 'AGENCY_NAME_TAKEN'],
    responses: { 200: AgencyBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await changeAgency(mandate, { id: params.agency_id, expectedVersion }, body)),
  }),
  ...switchRoutes,
]
