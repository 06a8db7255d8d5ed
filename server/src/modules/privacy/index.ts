/**
 * What is kept of a person: read by that person, kept for a time only, and erased on demand without breaking the seal
 * of the audit log (reliability.md section 8).
 */
import type { Route } from '#platform/route.ts'
import { ownRecordRoute } from './own-record.ts'

export { erasePerson, LastOwner, PersonUnknown, readRecordOf } from './erase.ts'
export { forgetPersonalData } from './forget.ts'

/** The routes of the own record. */
export const privacyRoutes: readonly Route[] = [ownRecordRoute]
