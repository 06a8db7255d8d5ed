import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { normalizeEmail } from '#platform/email-address.ts'
import { keepInvitation } from './member-store.ts'

const ROLE = 'SUPER_ADMIN'

/**
 * Invites somebody to administer the platform, for the operator at the machine: the first administrator of an
 * installation can come in no other way. Returns the token of a link that works once, for seven days and that address
 * alone; it is stored nowhere. Records the audit event.
 */
export async function inviteAdministrator(
  mandate: Mandate<'system'>,
  invited: { readonly email: string; readonly reason: string },
): Promise<string> {
  const email = normalizeEmail(invited.email)
  const { token } = await keepInvitation(mandate, { kind: 'platform', id: null, email, role: ROLE })
  recordEvent(mandate, {
    action: 'identity.member.invite',
    resource: { type: 'invitation', label: email },
    changes: { role: ROLE },
    reason: invited.reason,
  })
  return token
}
