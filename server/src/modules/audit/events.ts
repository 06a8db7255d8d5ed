import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Viewer } from './rules.ts'

const NAMESPACES = {
  partner: 'partner_org.audit',
  tenant: 'tenant.partner_access.audit',
  platform: 'platform.audit',
} as const satisfies Record<Viewer, string>

/** Reading the log is an event of its own (reliability.md section 1). */
export function noteActivityRead(mandate: Mandate, viewer: Viewer, rowCount: number): void {
  noteRead(mandate, { action: `${NAMESPACES[viewer]}.read`, rowCount })
}

/** So is taking a copy of it away. */
export function noteActivityExport(mandate: Mandate, viewer: Viewer, rowCount: number): void {
  noteRead(mandate, { action: `${NAMESPACES[viewer]}.export`, rowCount })
}

/** And looking at its checkpoints. */
export function noteCheckpointsRead(mandate: Mandate<'platform'>, rowCount: number): void {
  noteRead(mandate, { action: 'platform.audit.checkpoints.read', rowCount })
}
