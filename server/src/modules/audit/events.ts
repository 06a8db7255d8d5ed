import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { ReadingMandate } from './activity.ts'
import type { FollowingMandate } from './feed-store.ts'

const NAMESPACES = {
  program: 'partner_org.audit',
  acting: 'audit',
  tenant: 'tenant.partner_access.audit',
  platform: 'platform.audit',
} as const satisfies Record<ReadingMandate['kind'], string>

/** Reading the log is an event of its own (reliability.md section 1). */
export function noteActivityRead(mandate: ReadingMandate, rowCount: number): void {
  noteRead(mandate, { action: `${NAMESPACES[mandate.kind]}.read`, rowCount })
}

/** So is taking a copy of it away. */
export function noteActivityExport(mandate: ReadingMandate, rowCount: number): void {
  noteRead(mandate, { action: `${NAMESPACES[mandate.kind]}.export`, rowCount })
}

/** And following it: a collector that asks again and again is counted as any reader is, once a minute. */
export function noteFeedRead(mandate: FollowingMandate, rowCount: number): void {
  const action = mandate.kind === 'api' ? 'api.audit.read' : `${NAMESPACES[mandate.kind]}.feed.read`
  noteRead(mandate, { action, rowCount })
}

/** And looking at its checkpoints. */
export function noteCheckpointsRead(mandate: Mandate<'platform'>, rowCount: number): void {
  noteRead(mandate, { action: 'platform.audit.checkpoints.read', rowCount })
}

/** And, for those whose log it is too, at the newest. */
export function noteNewestCheckpointRead(mandate: Mandate<'program'> | Mandate<'tenant'>): void {
  noteRead(mandate, { action: `${NAMESPACES[mandate.kind]}.checkpoint.read` })
}

/** And taking the proof of one event away. */
export function noteEventProved(mandate: Mandate<'program'> | Mandate<'tenant'>, eventId: string): void {
  noteRead(mandate, {
    action: `${NAMESPACES[mandate.kind]}.prove`,
    resource: { type: 'audit_event', id: eventId },
  })
}

/** And the proof that the log only grew. */
export function noteConsistencyProved(mandate: Mandate<'program'> | Mandate<'tenant'>): void {
  noteRead(mandate, { action: `${NAMESPACES[mandate.kind]}.consistency.read` })
}

/** And looking at what the own API clients did. */
export function noteCallsRead(mandate: Mandate<'program'>, rowCount: number): void {
  noteRead(mandate, { action: 'clients.calls.read', rowCount })
}
