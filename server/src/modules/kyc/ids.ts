import type { IdOf } from '@liaison/access'
import { publicIdOf } from '#platform/public-id.ts'

export type EndUserId = IdOf<'end_user'>
export type IdentityCheckId = IdOf<'identity_check'>

/** The public form of the id of a check. */
export const showCheckId = (uuid: string): string => publicIdOf('identity_check', uuid)

/** The public form of the id of an end user. */
export const showUserId = (uuid: string): string => publicIdOf('end_user', uuid)
