import { createHash } from 'node:crypto'
import type { ClientId } from '@liaison/access'
import { readImage } from '#platform/image.ts'
import type { ImageFacts } from '#platform/image.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { ClientTables, LogoStatus } from './tables.ts'

const SMALLEST_SIDE = 64
/** How much longer one side may be: logos stand in a square. */
const MOST_STRETCH = 1.1

/** The states of an image about which something can still be said. */
const OPEN = ['waiting', 'approved'] as const

/** One image of one client. */
interface LogoKey {
  readonly clientId: ClientId
  readonly sha256: string
}

/** Holds the client, so that what is handed in and decided about its logos comes one after the other. */
async function hold(mandate: Mandate<'program'> | Mandate<'platform'>, clientId: ClientId): Promise<void> {
  await tables<ClientTables>(mandate)
    .selectFrom('api_client')
    .select('id')
    .where('id', '=', clientId)
    .forUpdate()
    .execute()
}

/** What an image that is handed in says of itself. Throws LOGO_NOT_USABLE. */
function readLogo(bytes: Buffer): ImageFacts {
  const facts = readImage(bytes)
  const [short = 0, long = 0] = facts ? [facts.width, facts.height].toSorted((a, b) => a - b) : []
  if (!facts || short < SMALLEST_SIDE || long > short * MOST_STRETCH)
    throw new ProblemError(
      422,
      'LOGO_NOT_USABLE',
      'A logo is a square PNG, JPEG or WebP image of at most 64 KiB, between 64 and 1024 pixels on each side.',
    )
  return facts
}

/** In which states the same image waits or is shown already. */
async function statesOf(
  mandate: Mandate<'program'> | Mandate<'platform'>,
  { clientId, sha256 }: LogoKey,
): Promise<ReadonlySet<LogoStatus>> {
  const rows = await tables<ClientTables>(mandate)
    .selectFrom('api_client_logo')
    .select('status')
    .where('client_id', '=', clientId)
    .where('sha256', '=', sha256)
    .where('status', 'in', OPEN)
    .execute()
  return new Set(rows.map(({ status }) => status))
}

/**
 * Keeps an image that waits for the provider, in place of one that waited. What customers see already is not looked at
 * again, and what waits keeps its place. Throws LOGO_NOT_USABLE. Returns its digest.
 */
export async function handInLogo(
  mandate: Mandate<'program'>,
  clientId: ClientId,
  bytes: Buffer,
): Promise<string> {
  const facts = readLogo(bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await hold(mandate, clientId)
  const states = await statesOf(mandate, { clientId, sha256 })
  if (states.has('waiting')) return sha256
  await withdraw(mandate, clientId, ['waiting'])
  if (states.has('approved')) return sha256
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
  if ((await withdraw(mandate, clientId, OPEN)) === 0n) throw NOT_FOUND()
}

/** The bytes of a logo that waits or is shown, for its owner and the provider. Throws LOGO_NOT_FOUND. */
export async function getLogo(
  mandate: Mandate<'program'> | Mandate<'platform'>,
  { clientId, sha256 }: LogoKey,
) {
  const row = await tables<ClientTables>(mandate)
    .selectFrom('api_client_logo')
    .select(['media_type', 'bytes'])
    .where('client_id', '=', clientId)
    .where('sha256', '=', sha256)
    .where('status', 'in', OPEN)
    .executeTakeFirst()
  if (!row?.bytes) throw NOT_FOUND()
  return { media_type: row.media_type, bytes: row.bytes }
}

/** Who decided, and when. */
function decidedBy({ actor, origin }: Mandate<'platform'>) {
  return { decided_by: actor.id, decided_by_name: actor.name, decided_at: origin.now }
}

/** Lets customers see an image that waits, in place of the one before. Throws LOGO_NOT_FOUND. */
export async function approveLogo(mandate: Mandate<'platform'>, logo: LogoKey): Promise<void> {
  await hold(mandate, logo.clientId)
  if (!(await statesOf(mandate, logo)).has('waiting')) throw NOT_FOUND()
  const update = tables<ClientTables>(mandate)
    .updateTable('api_client_logo')
    .where('client_id', '=', logo.clientId)
  await update
    .set({ status: 'replaced', ...decidedBy(mandate) })
    .where('status', '=', 'approved')
    .execute()
  await update
    .set({ status: 'approved', ...decidedBy(mandate) })
    .where('sha256', '=', logo.sha256)
    .where('status', '=', 'waiting')
    .execute()
}

/**
 * Refuses an image wherever it stands: while it waits, and where customers see it. Throws LOGO_NOT_FOUND. Returns what it
 * was before.
 */
export async function refuseLogo(
  mandate: Mandate<'platform'>,
  logo: LogoKey,
  reason: string,
): Promise<'waiting' | 'approved'> {
  await hold(mandate, logo.clientId)
  const states = await statesOf(mandate, logo)
  if (states.size === 0) throw NOT_FOUND()
  await tables<ClientTables>(mandate)
    .updateTable('api_client_logo')
    .set({ status: 'refused', reason, ...decidedBy(mandate) })
    .where('client_id', '=', logo.clientId)
    .where('sha256', '=', logo.sha256)
    .where('status', 'in', OPEN)
    .execute()
  return states.has('approved') ? 'approved' : 'waiting'
}

/**
 * Lets the provider look once more at what customers see, since a name that changed stands beside it: it waits again, or,
 * where another one waits, is taken away. Returns whether there was one.
 */
export async function lookAgain(mandate: Mandate<'program'>, clientId: ClientId): Promise<boolean> {
  await hold(mandate, clientId)
  const db = tables<ClientTables>(mandate)
  const waiting = await db
    .selectFrom('api_client_logo')
    .select('id')
    .where('client_id', '=', clientId)
    .where('status', '=', 'waiting')
    .executeTakeFirst()
  const changed = await db
    .updateTable('api_client_logo')
    .set({ status: waiting ? 'withdrawn' : 'waiting' })
    .where('client_id', '=', clientId)
    .where('status', '=', 'approved')
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}
