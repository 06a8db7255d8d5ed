import { z } from 'zod'
import { commaList, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { answerBoard } from './board.ts'
import { answerDetail } from './detail.ts'
import { BoardQuery, CustomerDetail, CustomerPage, INCLUDES } from './schemas.ts'

/** The tenants of a partner as its people see them. Source: B5 endpoints 1 and 2. */
export const partnerTenantRoutes = [
  route({
    method: 'GET',
    path: '/api/v1/partner/customers',
    summary: 'Customers that the caller may work in now, with their figures',
    input: { query: BoardQuery },
    access: { permission: 'partner.tenants.list', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: CustomerPage },
    handle: ({ mandate, query }) => answerBoard(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/customers/:tenant_id',
    summary: 'One customer with the terms of the link',
    input: {
      params: z.strictObject({ tenant_id: publicId('tenant') }),
      query: z.strictObject({ include: commaList(z.enum(INCLUDES)).optional() }),
    },
    access: { permission: 'partner.tenants.read', tenant: ({ params }) => params.tenant_id },
    limit: 'detail',
    responses: { 200: CustomerDetail },
    handle: ({ mandate, query }) => answerDetail(mandate, query.include),
  }),
]
