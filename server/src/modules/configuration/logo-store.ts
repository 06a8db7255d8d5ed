import { createHash } from 'node:crypto'
import type { PartnerId } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readImage } from '#platform/image.ts'
import type { ImageFacts } from '#platform/image.ts'
import type { ConfigurationMandate } from './store.ts'
import type { ConfigurationTables } from './tables.ts'

/** An image of a partner's branding. */
export interface Logo extends ImageFacts {
  readonly sha256: string
  readonly bytes: Buffer
}

/** Keeps an image, once whatever how often it is handed in. Throws IMAGE_NOT_USABLE. */
export async function keepLogo(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  bytes: Buffer,
): Promise<Logo> {
  const facts = readImage(bytes)
  if (!facts)
    throw new ProblemError(
      422,
      'IMAGE_NOT_USABLE',
      'A logo is a PNG, JPEG or WebP image of at most 64 KiB, between 16 and 1024 pixels on each side.',
    )
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await tables<ConfigurationTables>(mandate)
    .insertInto('partner_logo')
    .values({
      partner_id: partnerId,
      sha256,
      media_type: facts.mediaType,
      width: facts.width,
      height: facts.height,
      bytes,
      created_by: mandate.actor.id,
    })
    .onConflict((conflict) => conflict.columns(['partner_id', 'sha256']).doNothing())
    .execute()
  return { ...facts, sha256, bytes }
}

/** An image that was handed in. Throws IMAGE_NOT_FOUND. */
export async function getLogo(mandate: ConfigurationMandate, partnerId: PartnerId, sha256: string) {
  const row = await tables<ConfigurationTables>(mandate)
    .selectFrom('partner_logo')
    .select(['sha256', 'media_type', 'width', 'height', 'bytes'])
    .where('partner_id', '=', partnerId)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'IMAGE_NOT_FOUND', 'The partner has no image with this digest.')
  return row
}
