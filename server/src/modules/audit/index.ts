/**
 * The one log that both sides read (access.md section 6): `audit_event` in the transaction of the action, `audit_scope`
 * for whom it concerns, repeats of reads counted in `audit_read_window` (decision 007). The sealer takes committed
 * events into a Merkle tree beside the write path (`audit_leaf`, `audit_checkpoint`; decision 008), and the commands
 * here verify and prove it, also offline. Every kind of event has its sentence in the folder phrases. No other module is
 * called: they all write through the mandate.
 */

import './problems.ts'

export { auditCommands, exportLog } from './commands.ts'
export { readNamedNotes } from './checkpoint-file.ts'
export { AuditCommandError, AuditUsageError, checkpointFileIn } from './command.ts'
export type { TakenOut } from './command.ts'
export { verifyDatabase } from './verify-database.ts'
export { addComingMonths } from './months.ts'
export { activityExport } from './export-source.ts'
export { makeAuditRoutes } from './routes.ts'
export { tellNewestCheckpoint } from './newest-checkpoint.ts'
export { makeAuditKey, readAuditKeys, rotateAuditKey } from './keys.ts'
export type { AuditKeyRotation } from './keys.ts'
export { startSealer } from './sealer.ts'
export type { Sealer, SealerLag } from './sealer.ts'
