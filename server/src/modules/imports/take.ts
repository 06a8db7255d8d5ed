import { slugOf } from '#modules/partners/index.ts'
import type { BadRow } from '#modules/ingest/index.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { badRow } from './rows.ts'
import type { CodeLine, PartnerLine, Placed } from './rows.ts'
import { insertCodes, insertPartners, listCodeOwners, listPartnersByEmail, listSlugs } from './store.ts'
import type { KnownPartner } from './store.ts'

type Operating = Mandate<'system'>

/** What became of the lines of a file. */
export interface Counts {
  readonly created: number
  readonly unchanged: number
}

/** Gives short names that nobody has; thousands of one name are counted on, not tried from the first. */
function slugSource(taken: Set<string>): (name: string) => string {
  const newest = new Map<string, number>()
  return (name) => {
    const wanted = slugOf(name)
    let number = newest.get(wanted) ?? 1
    let slug = number === 1 ? wanted : `${wanted}-${number}`
    while (taken.has(slug)) slug = `${wanted}-${(number += 1)}`
    newest.set(wanted, number)
    taken.add(slug)
    return slug
  }
}

/** What became of a file, and every line that cannot be taken; then nothing was written. */
interface Taken {
  readonly counts: Counts
  readonly bad: readonly BadRow[]
}

const NOTHING: Counts = { created: 0, unchanged: 0 }

/** Whoever writes the address of somebody else as its own contact would be given what that one earns. */
const unproven = (line: Placed): BadRow =>
  badRow(line, {
    pointer: '/email',
    code: 'PARTNER_UNPROVEN',
    detail: 'A partner gave itself this address, and nobody of it signs in with it.',
  })

/**
 * Registers the partners that are not there yet, known by the address of their contact. Whoever is there stays as it is.
 * Nobody is invited and nothing is agreed. Answers with every line that cannot be taken; then nothing was written.
 */
export async function takePartners(mandate: Operating, lines: readonly PartnerLine[]): Promise<Taken> {
  const known = await listPartnersByEmail(mandate)
  const nextSlug = slugSource(await listSlugs(mandate))
  const fresh = lines.filter(({ email }) => !known.has(email))
  const bad = lines
    .filter(({ email }) => known.get(email)?.every((partner) => !partner.is_proven))
    .map(unproven)
  if (bad.length > 0) return { counts: NOTHING, bad }
  const made = await insertPartners(
    mandate,
    fresh.map((line) => ({ ...line, slug: nextSlug(line.name) })),
  )
  for (const { id, name } of made)
    recordEvent(mandate, {
      action: 'partners.create',
      partnerId: id,
      partnerName: name,
      resource: { type: 'partner', id, label: name },
    })
  return { counts: { created: made.length, unchanged: lines.length - fresh.length }, bad }
}

interface Owned<Line> {
  readonly line: Line
  readonly partner: KnownPartner
}

/** The partner that a line names by its address, or why that cannot be told. */
export function ownerOf<Line extends Placed & { readonly email: string }>(
  line: Line,
  known: ReadonlyMap<string, readonly KnownPartner[]>,
): Owned<Line> | BadRow {
  const named = known.get(line.email)
  if (named === undefined)
    return badRow(line, {
      pointer: '/email',
      code: 'PARTNER_UNKNOWN',
      detail: 'No partner has this address as its contact.',
    })
  const [partner, ...others] = named.filter((one) => one.is_proven)
  if (partner === undefined) return unproven(line)
  if (others.length > 0)
    return badRow(line, {
      pointer: '/email',
      code: 'PARTNER_UNCLEAR',
      detail: 'Several partners have this address as their contact.',
    })
  if (partner.status !== 'active')
    return badRow(line, {
      pointer: '/email',
      code: 'PARTNER_INACTIVE',
      detail: 'The partner does not work at present.',
    })
  return { line, partner }
}

/**
 * Makes the codes that are not there yet, as the provider makes them on a partner's behalf. Answers with every line that
 * cannot be taken; then nothing was written.
 */
export async function takeCodes(
  mandate: Operating,
  lines: readonly CodeLine[],
  byName: string,
): Promise<Taken> {
  const known = await listPartnersByEmail(mandate)
  const owners = await listCodeOwners(
    mandate,
    lines.map(({ code }) => code),
  )
  const bad: BadRow[] = []
  const fresh: Owned<CodeLine>[] = []
  for (const line of lines) {
    const owned = ownerOf(line, known)
    const owner = owners.get(line.code)
    if (!('partner' in owned)) bad.push(owned)
    else if (owner === 'reserved')
      bad.push(badRow(line, { pointer: '/code', code: 'CODE_RESERVED', detail: 'The word is kept back.' }))
    else if (owner === undefined) fresh.push(owned)
    else if (owner !== owned.partner.id)
      bad.push(
        badRow(line, { pointer: '/code', code: 'CODE_TAKEN', detail: 'Another partner has this code.' }),
      )
  }
  const counts = { created: fresh.length, unchanged: lines.length - fresh.length - bad.length }
  if (bad.length > 0) return { counts: NOTHING, bad }
  const made = await insertCodes(
    mandate,
    fresh.map(({ line, partner }) => ({ ...line, partnerId: partner.id })),
    byName,
  )
  for (const { id, code, partner_id: partnerId } of made)
    recordEvent(mandate, {
      action: 'program.code.created',
      partnerId,
      resource: { type: 'referral_code', id, label: code },
    })
  return { counts, bad }
}
