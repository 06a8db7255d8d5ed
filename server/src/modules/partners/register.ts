import { idFromUuid } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { createInvitation } from '#modules/identity/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Services } from '#platform/services.ts'
import { noteCreation } from './events.ts'
import { addPartner } from './store.ts'
import type { NewEntry } from './store.ts'

/** A code for a partner, from its name: lower-case letters, digits and hyphens, at most 50. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '')
  return plain.length >= 2 ? plain : `partner${plain === '' ? '' : `-${plain}`}`
}

/** A partner to be, with the codes it may have in the order in which they are tried. */
export type NewPartner = NewEntry & {
  readonly slugs: readonly string[]
  /** Who is invited as the first owner. */
  readonly ownerEmail?: string | undefined
}

/**
 * Registers a partner, active at once, and invites its first owner, in the mandate's transaction. Null when each of its
 * codes is taken. The caller has decided the permission.
 */
export async function registerPartner(
  services: Services,
  mandate: Mandate<'platform'>,
  { slugs, ownerEmail, ...entry }: NewPartner,
): Promise<PartnerId | null> {
  let made: string | null = null
  for (const slug of slugs) made ??= await addPartner(mandate, { ...entry, slug })
  if (made === null) return null
  const id = idFromUuid('partner', made)
  noteCreation(mandate, { id, name: entry.name })
  if (ownerEmail !== undefined)
    await createInvitation(services, mandate, {
      kind: 'partner',
      role: 'PARTNER_OWNER',
      email: ownerEmail,
      organisationId: id,
      organisationName: entry.name,
    })
  return id
}
