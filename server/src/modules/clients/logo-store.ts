import { createHash } from 'node:crypto'
import type { ClientId } from '@liaison/access'
import { readImage } from '#platform/image.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { ClientTables } from './tables.ts'

const SMALLEST_SIDE = 64
/** How much longer one side may be: logos stand in a square. */
const MOST_STRETCH = 1.1

/** Holds the client, so that what is handed in and decided about its logos comes one after the other. */
async function hold(mandate: Mandate<'program'> | Mandate<'platform'>, clientId: ClientId): Promise<void> {
  await tables<ClientTables>(mandate)
    .selectFrom('api_client')
    .select('id')
    .where('id', '=', clientId)
    .forUpdate()
    .execute()
}

/** Keeps an image that waits for the provider, in place of one that waited. Throws LOGO_NOT_USABLE. Returns its digest. */
export async function handInLogo(
  mandate: Mandate<'program'>,
  clientId: ClientId,
  bytes: Buffer,
): Promise<string> {
  const facts = readImage(bytes)
  const [short = 0, long = 0] = facts ? [facts.width, facts.height].toSorted((a, b) => a - b) : []
  if (!facts || short < SMALLEST_SIDE || long > short * MOST_STRETCH)
    throw new ProblemError(
      422,
      'LOGO_NOT_USABLE',
      'A logo is a square PNG, JPEG or WebP image of at most 64 KiB, between 64 and 1024 pixels on each side.',
    )
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await hold(mandate, clientId)
  await withdraw(mandate, clientId, ['waiting'])
  await tables<ClientTables>(mandate)
    .insertInto('api_client_logo')
    .values({
      client_id: clientId,
      partner_id: mandate.partner.id,
      sha256,
      media_type: facts.mediaType,
      width: facts.width,
      height: facts.height,
      bytes,
      created_by: mandate.actor.id,
      created_by_name: mandate.actor.name,
    })
    .execute()
  return sha256
}

async function withdraw(
  mandate: Mandate<'program'>,
  clientId: ClientId,
  states: readonly ('waiting' | 'approved')[],
): Promise<bigint> {
  const changed = await tables<ClientTables>(mandate)
    .updateTable('api_client_logo')
    .set({ status: 'withdrawn' })
    .where('client_id', '=', clientId)
    .where('status', 'in', [...states])
    .executeTakeFirst()
  return changed.numUpdatedRows
}

const NOT_FOUND = () => new ProblemError(404, 'LOGO_NOT_FOUND', 'The API client has no such logo.')

/** Takes away what is shown and what waits. Throws LOGO_NOT_FOUND where there is neither. */
export async function takeLogoAway(mandate: Mandate<'program'>, clientId: ClientId): Promise<void> {
  await hold(mandate, clientId)
  if ((await withdraw(mandate, clientId, ['waiting', 'approved'])) === 0n) throw NOT_FOUND()
}

/** The bytes of a logo that waits or is shown, for its owner and the provider. Throws LOGO_NOT_FOUND. */
export async function getLogo(
  mandate: Mandate<'program'> | Mandate<'platform'>,
  clientId: ClientId,
  sha256: string,
) {
  const row = await tables<ClientTables>(mandate)
    .selectFrom('api_client_logo')
    .select(['media_type', 'bytes'])
    .where('client_id', '=', clientId)
    .where('sha256', '=', sha256)
    .where('status', 'in', ['waiting', 'approved'])
    .executeTakeFirst()
  if (!row) throw NOT_FOUND()
  return row
}

/**
 * What the provider says of a logo: one that waits is approved, in place of the one before, or refused; one that customers
 * see can still be refused. Throws LOGO_NOT_FOUND.
 */
export async function decideLogo(
  mandate: Mandate<'platform'>,
  logo: { readonly clientId: ClientId; readonly sha256: string },
  decision: { readonly status: 'approved' } | { readonly status: 'refused'; readonly reason: string },
): Promise<void> {
  await hold(mandate, logo.clientId)
  const decided = {
    decided_by: mandate.actor.id,
    decided_by_name: mandate.actor.name,
    decided_at: mandate.origin.now,
  }
  const db = tables<ClientTables>(mandate)
  const open = await db
    .selectFrom('api_client_logo')
    .select('id')
    .where('client_id', '=', logo.clientId)
    .where('sha256', '=', logo.sha256)
    .where('status', 'in', decision.status === 'refused' ? ['waiting', 'approved'] : ['waiting'])
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (!open) throw NOT_FOUND()
  if (decision.status === 'approved')
    await db
      .updateTable('api_client_logo')
      .set({ status: 'replaced', ...decided })
      .where('client_id', '=', logo.clientId)
      .where('status', '=', 'approved')
      .execute()
  await db
    .updateTable('api_client_logo')
    .set({ ...decision, ...decided })
    .where('id', '=', open.id)
    .execute()
}
