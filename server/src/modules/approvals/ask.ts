import type { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { noteStep } from './events.ts'
import { findWaiting, insertRequest } from './store.ts'
import type { NewRequest } from './store.ts'
import type { RequestKind } from './tables.ts'
import { toRequest } from './view.ts'
import type { RequestBody } from './view.ts'
import type { PartnerId } from '@liaison/access'

/** Asks a second person for what takes two; nothing of it happens before that. Throws SECOND_PERSON_WAITING. */
export async function askSecondPerson(
  mandate: Mandate<'platform'>,
  wanted: NewRequest,
): Promise<z.output<typeof RequestBody>> {
  const row = await insertRequest(mandate, wanted)
  noteStep(mandate, row, { name: 'ask', reason: wanted.reason })
  return toRequest(mandate, row)
}

/** What waits for a second person about this subject; null when nothing does. */
export async function readWaiting(
  mandate: Mandate<'platform'>,
  kind: RequestKind,
  partnerId: PartnerId | null = null,
): Promise<z.output<typeof RequestBody> | null> {
  const row = await findWaiting(mandate, kind, partnerId)
  return row ? toRequest(mandate, row) : null
}
