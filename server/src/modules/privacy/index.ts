/**
 * What is kept of a person (reliability.md section 8): read by that person, kept for a time only, and erased on demand
 * without breaking the seal of the audit log, which covers salted digests of whatever names a person. It has no table;
 * data-classes.ts says of every table of the product what is personal in it, who may erase it and when it goes. No
 * other module is called.
 */

import type { Route } from '#platform/route.ts'
import { ownRecordRoute } from './own-record.ts'

export { erasePerson, LastInCharge, PersonUnknown, readRecordOf } from './erase.ts'
export { forgetPersonalData } from './forget.ts'

/** The routes of the own record. */
export const privacyRoutes: readonly Route[] = [ownRecordRoute]
