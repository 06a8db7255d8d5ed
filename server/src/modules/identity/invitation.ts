import type { MemberRole } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import type { Services } from '#platform/services.ts'
import { normalizeEmail } from '#platform/email-address.ts'
import { noteInvitation } from './events.ts'
import { mailInvitation } from './mails.ts'
import { keepInvitation } from './member-store.ts'

/** Seven days, as the database function that keeps them says. */
const LIFE_MS = 7 * 86_400_000

/** An invitation into one organisation. */
export interface Invitation {
  readonly kind: 'partner' | 'tenant' | 'platform'
  /** Null for the platform itself. */
  readonly organisationId: string | null
  readonly organisationName: string
  readonly email: string
  readonly role: MemberRole
}

/**
 * Invites somebody by mail: the link works once, for seven days, for that address only. The database refuses an
 * organisation that the mandate does not work in. Records the audit event; the caller has decided the permission.
 */
export async function createInvitation(
  services: Services,
  mandate: Mandate<'platform' | 'program' | 'tenant'>,
  invitation: Invitation,
): Promise<{ readonly id: string; readonly endsAt: Date }> {
  const email = normalizeEmail(invitation.email)
  const { kind, organisationId, organisationName, role } = invitation
  const { id, token } = await keepInvitation(mandate, { kind, id: organisationId, email, role })
  noteInvitation(mandate, { email, role })
  await mailInvitation(
    mandate,
    { email },
    {
      inviter: mandate.actor.name,
      organisation: organisationName,
      link: `${services.publicOrigin()}/invite/${token}`,
    },
  )
  return { id, endsAt: new Date(mandate.origin.now.getTime() + LIFE_MS) }
}
