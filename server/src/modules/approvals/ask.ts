import type { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { noteStep } from './events.ts'
import { mailSecondPeople } from './mails.ts'
import { findWaiting, insertRequest } from './store.ts'
import type { NewRequest } from './store.ts'
import type { RequestKind } from './tables.ts'
import { tellRequest } from './view.ts'
import type { RequestBody } from './view.ts'
import type { PartnerId } from '@liaison/access'

/** What somebody asks for, and the origin at which the others find it. */
export interface Asked extends NewRequest {
  readonly origin: string
}

/**
 * Asks a second person for what takes two, and tells everybody who may answer; nothing of it happens before that.
 * Throws SECOND_PERSON_WAITING.
 */
export async function askSecondPerson(
  mandate: Mandate<'platform'>,
  { origin, ...wanted }: Asked,
): Promise<z.output<typeof RequestBody>> {
  const row = await insertRequest(mandate, wanted)
  noteStep(mandate, row, { name: 'ask', reason: wanted.reason })
  await mailSecondPeople(mandate, row, origin)
  return tellRequest(mandate, row)
}

/** What waits for a second person about this subject; null when nothing does. */
export async function readWaiting(
  mandate: Mandate<'platform'>,
  kind: RequestKind,
  partnerId: PartnerId | null = null,
): Promise<z.output<typeof RequestBody> | null> {
  const row = await findWaiting(mandate, kind, partnerId)
  return row ? tellRequest(mandate, row) : null
}
