import { encodeId, idFromUuid } from '@liaison/access'
import type { IdKind } from '@liaison/access'

/** The public form of a UUID that the database produced. */
export const publicIdOf = (kind: IdKind, uuid: string): string => encodeId(kind, idFromUuid(kind, uuid))
