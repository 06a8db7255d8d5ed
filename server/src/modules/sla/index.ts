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
