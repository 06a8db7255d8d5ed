/**
 * What is promised for tickets (B7, B8): `sla_policy_version` holds a tenant's default, the agreement with one link,
 * and the floor of a headquarters under which no promise may fall; the newest version counts. Working time, calendars
 * and pauses are arithmetic without a database, and whoever runs a clock takes it from here. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import { partnerSlaRoutes } from './routes-partner.ts'
import { tenantSlaRoutes } from './routes-tenant.ts'

export { addWorkingTime, workingTimeBetween } from './business-time.ts'
export type { Calendar, WorkingHours } from './business-time.ts'
export { calendarOf, nothingAgreed, pauseStatesOf, promiseOf } from './promise.ts'
export type { Agreed, Basis, Promised } from './promise.ts'
export { findBasis, findTerms } from './store.ts'
export { defaultHours, demoTerms, PRIORITIES, SIGNAL_LEVELS, SLA_METRICS } from './terms.ts'
export type { Priority, SignalLevel, SlaMetric, TermsValues } from './terms.ts'

/** Policies: what is promised for tickets, agreed by tenants with their partners, and floors of headquarters. */
export const slaRoutes: readonly Route[] = [...partnerSlaRoutes, ...tenantSlaRoutes]
