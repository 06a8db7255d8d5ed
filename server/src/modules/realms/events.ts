import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** End users are named by their id alone: the log outlives the account. */
function note(
  mandate: Mandate,
  action: string,
  about: {
    readonly id: string | null
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string
    readonly count?: number
  },
): void {
  const { id, changes, reason, count } = about
  recordEvent(mandate, {
    action,
    ...(id !== null && {
      resource: { type: 'end_user', id, label: `End user ${id.slice(-6)}` },
    }),
    ...(changes && { changes }),
    ...(reason !== undefined && { reason }),
    ...(count !== undefined && { rowCount: count }),
  })
}

/** Somebody asked for a link; the event does not say whose address it is. */
export function noteLink(mandate: Mandate, purpose: string): void {
  note(mandate, 'realms.link.send', { id: null, changes: { purpose } })
}

/** A user of the realm came to be. */
export function noteSignUp(mandate: Mandate, id: string, role: string): void {
  note(mandate, 'realms.user.sign_up', { id, changes: { role: { after: role } } })
}

/** Somebody is signed in from now on. */
export function noteSignIn(mandate: Mandate, id: string): void {
  note(mandate, 'realms.sign_in', { id })
}

/** Guesses failed; one event for each doubling of their number. */
export function noteFailedSignIn(mandate: Mandate, id: string | null, count: number): void {
  recordEvent(mandate, {
    action: 'realms.sign_in.failed',
    outcome: 'error',
    code: 'PASSWORD_WRONG',
    rowCount: count,
    ...(id !== null && { resource: { type: 'end_user', id, label: `End user ${id.slice(-6)}` } }),
  })
}

/** Sessions ended. */
export function noteSessionsEnded(
  mandate: Mandate,
  id: string,
  ended: { readonly count: number; readonly reason: string },
): void {
  note(mandate, 'realms.session.end', { id, ...ended })
}

/** The password is another one now. */
export function notePassword(mandate: Mandate, id: string, how: 'changed' | 'reset'): void {
  note(mandate, 'realms.password.change', { id, changes: { how } })
}

/** Name or address changed; neither is written down. */
export function noteProfile(mandate: Mandate, id: string, field: 'name' | 'email'): void {
  note(mandate, 'realms.profile.update', { id, changes: { field } })
}

/** The account and everything of it is gone. */
export function noteDeleted(mandate: Mandate, id: string): void {
  note(mandate, 'realms.user.delete', { id })
}

/** A token for the partner's own API was made. */
export function noteToken(mandate: Mandate, id: string): void {
  note(mandate, 'realms.token.issue', { id })
}

/** Somebody of the partner changed a user. */
export function noteUserChange(
  mandate: Mandate,
  action: 'realms.user.role' | 'realms.user.stop' | 'realms.user.restore',
  change: {
    readonly id: string
    readonly changes: Readonly<Record<string, unknown>>
    readonly reason?: string
  },
): void {
  note(mandate, action, change)
}

/** Somebody was asked into the realm. */
export function noteInvitation(mandate: Mandate, role: string): void {
  note(mandate, 'realms.user.invite', { id: null, changes: { role } })
}

/** Somebody closed the user base, opened it again, or changed its signing key. */
export function noteRealm(
  mandate: Mandate<'platform' | 'program'>,
  act: 'close' | 'reopen' | 'change_key',
  about: {
    readonly partnerId: string
    readonly reason: string
    readonly changes: Readonly<Record<string, unknown>>
  },
): void {
  recordEvent(mandate, {
    action: `realms.${act}`,
    partnerId: about.partnerId,
    resource: { type: 'realm', id: about.partnerId },
    changes: about.changes,
    reason: about.reason,
  })
}
