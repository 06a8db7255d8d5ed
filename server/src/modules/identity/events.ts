import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

interface Subject {
  readonly id: string
  readonly name: string
}

const personResource = ({ id, name }: Subject) => ({ type: 'person', id, label: name })

/** Somebody is signed in from now on. */
export function noteSignIn(mandate: Mandate, person: Subject, method: string): void {
  recordEvent(mandate, { action: 'identity.sign_in', resource: personResource(person), changes: { method } })
}

/** Guesses failed; one event for each doubling of their number. */
export function noteFailedSignIn(
  mandate: Mandate,
  person: Subject | null,
  failed: { readonly count: number; readonly code: string },
): void {
  recordEvent(mandate, {
    action: 'identity.sign_in.failed',
    outcome: 'error',
    code: failed.code,
    rowCount: failed.count,
    ...(person && { resource: personResource(person) }),
  })
}

/** The person showed again who they are. */
export function noteStepUp(mandate: Mandate, person: Subject, method: string): void {
  recordEvent(mandate, { action: 'identity.step_up', resource: personResource(person), changes: { method } })
}

/** One session or several ended. */
export function noteSessionsEnded(
  mandate: Mandate,
  person: Subject,
  ended: { readonly count: number; readonly reason: string },
): void {
  recordEvent(mandate, {
    action: 'identity.session.end',
    resource: personResource(person),
    rowCount: ended.count,
    reason: ended.reason,
  })
}

/** The password is another one now. */
export function notePasswordChange(
  mandate: Mandate,
  person: Subject,
  how: 'changed' | 'reset' | 'first',
): void {
  recordEvent(mandate, {
    action: 'identity.password.change',
    resource: personResource(person),
    changes: { how },
  })
}

/** Somebody asked for a new password for an address; the event does not say whether the address is known. */
export function noteResetRequest(mandate: Mandate, person: Subject | null): void {
  recordEvent(mandate, {
    action: 'identity.password.reset_request',
    ...(person && { resource: personResource(person) }),
  })
}

/** A second factor came or went. */
export function noteFactorChange(
  mandate: Mandate,
  person: Subject,
  change: {
    readonly factor: 'totp' | 'passkey' | 'recovery_codes'
    readonly how: 'add' | 'remove' | 'renew'
  },
): void {
  recordEvent(mandate, {
    action: `identity.factor.${change.how}`,
    resource: personResource(person),
    changes: { factor: change.factor },
  })
}

/** The provider's people removed all second factors of a person and ended the sign-ins. */
export function noteFactorsReset(
  mandate: Mandate<'platform'>,
  person: Subject,
  reset: {
    readonly apps: number
    readonly passkeys: number
    readonly sessions: number
    readonly reason: string
  },
): void {
  recordEvent(mandate, {
    action: 'identity.factor.reset',
    resource: personResource(person),
    changes: { authenticator_apps: reset.apps, passkeys: reset.passkeys, sessions_ended: reset.sessions },
    reason: reset.reason,
  })
}

/** Name or settings of the person are others now. */
export function noteProfileChange(
  mandate: Mandate,
  person: Subject,
  changes: Readonly<Record<string, unknown>>,
): void {
  recordEvent(mandate, { action: 'identity.profile.update', resource: personResource(person), changes })
}

/** Somebody was asked to join an organisation. */
export function noteInvitation(
  mandate: Mandate,
  invitation: { readonly email: string; readonly role: string },
): void {
  recordEvent(mandate, {
    action: 'identity.member.invite',
    resource: { type: 'invitation', label: invitation.email },
    changes: { role: invitation.role },
  })
}

/** An invitation works no more. */
export function noteInvitationWithdrawn(
  mandate: Mandate,
  invitation: { readonly email: string; readonly role: string },
): void {
  recordEvent(mandate, {
    action: 'identity.member.withdraw_invitation',
    resource: { type: 'invitation', label: invitation.email },
    changes: { role: invitation.role },
  })
}

/** Somebody no longer administers the platform. */
export function noteStaffRemoved(mandate: Mandate, person: Subject, reason: string): void {
  recordEvent(mandate, { action: 'platform.staff.remove', resource: personResource(person), reason })
}

/** An invitation to administer the platform works no more. */
export function noteStaffInvitationWithdrawn(mandate: Mandate, email: string): void {
  recordEvent(mandate, {
    action: 'platform.staff.withdraw_invitation',
    resource: { type: 'invitation', label: email },
  })
}

/** Somebody joined an organisation by an invitation. */
export function noteJoined(
  mandate: Mandate,
  person: Subject,
  place: {
    readonly kind: 'partner' | 'tenant' | 'platform'
    readonly id: string | null
    readonly name: string
    readonly role: string
  },
): void {
  recordEvent(mandate, {
    action: 'identity.member.join',
    resource: personResource(person),
    role: place.role,
    ...(place.kind === 'partner' && place.id !== null && { partnerId: place.id, partnerName: place.name }),
    ...(place.kind === 'tenant' && place.id !== null && { tenantId: place.id, tenantName: place.name }),
  })
}
