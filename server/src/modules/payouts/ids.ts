import { encodeId, idFromUuid } from '@liaison/access'
import type { IdKind } from '@liaison/access'

/** The public form of a UUID of our own. */
export const toId = (kind: IdKind, uuid: string): string => encodeId(kind, idFromUuid(kind, uuid))
/** An instant for an answer. */
export const toInstant = (at: Date | null): string | null => at?.toISOString() ?? null
