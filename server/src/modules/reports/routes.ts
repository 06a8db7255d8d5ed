import { z } from 'zod'
import { Scope } from '#platform/reach.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { answerComparison } from './compare.ts'
import { answerRevenue } from './revenue.ts'
import { comparisonFields, revenueReportFields } from './schemas-money.ts'
import { answerSla } from './sla.ts'
import {
  CompareQuery,
  OwnSlaQuery,
  OwnUsageQuery,
  RevenueQuery,
  slaReportFields,
  SlaQuery,
  usageReportFields,
  UsageQuery,
} from './schemas.ts'
import { answerUsage } from './usage.ts'

const UsageReport = z.strictObject({ ...usageReportFields, scope: Scope }).meta({ id: 'UsageReport' })
const RevenueReport = z.strictObject({ ...revenueReportFields, scope: Scope }).meta({ id: 'RevenueReport' })
const Comparison = z.strictObject({ ...comparisonFields, scope: Scope }).meta({ id: 'TenantComparison' })
const SlaReport = z.strictObject({ ...slaReportFields, scope: Scope }).meta({ id: 'SlaReport' })

/** How services stood and were used, across tenants and of a tenant itself. Source: B8. */
export const reportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/reports/usage',
    summary: 'Usage of all customers, with the time before to compare',
    input: { query: UsageQuery },
    access: { permission: 'partner.reports.usage.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: UsageReport },
    handle: ({ mandate, query }) => answerUsage(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/reports/sla',
    summary: 'Uptime and kept promises of all customers',
    input: { query: SlaQuery },
    access: { permission: 'partner.reports.sla.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: SlaReport },
    handle: ({ mandate, query }) => answerSla(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/reports/revenue',
    summary: 'Revenue of all customers by month, per currency',
    input: { query: RevenueQuery },
    access: { permission: 'partner.reports.revenue.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: RevenueReport },
    handle: ({ mandate, query }) => answerRevenue(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/reports/compare',
    summary: 'Customers side by side in one month, and who is worst at what',
    input: { query: CompareQuery },
    access: { permission: 'partner.tenants.list', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: Comparison },
    handle: ({ mandate, query }) => answerComparison(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/reports/usage',
    summary: 'Usage of your own service',
    input: { query: OwnUsageQuery },
    access: { permission: 'tenant.profile.read' },
    limit: 'list',
    responses: { 200: UsageReport },
    handle: ({ mandate, query }) => answerUsage(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/reports/sla',
    summary: 'Uptime of your own service, and how promises to you were kept',
    input: { query: OwnSlaQuery },
    access: { permission: 'tenant.profile.read' },
    limit: 'list',
    responses: { 200: SlaReport },
    handle: ({ mandate, query }) => answerSla(mandate, query),
  }),
]
