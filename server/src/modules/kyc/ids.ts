import { encodeId, idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'

export type EndUserId = IdOf<'end_user'>
export type IdentityCheckId = IdOf<'identity_check'>

/** The public form of the id of a check. */
export const showCheckId = (uuid: string): string =>
  encodeId('identity_check', idFromUuid('identity_check', uuid))

/** The public form of the id of an end user. */
export const showUserId = (uuid: string): string => encodeId('end_user', idFromUuid('end_user', uuid))
