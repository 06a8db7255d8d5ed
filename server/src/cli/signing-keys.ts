import { makeAuditKey, rotateAuditKey } from '#modules/audit/index.ts'
import type { AuditKeyRotation } from '#modules/audit/index.ts'
import { rotateSigningKeys } from '#modules/oauth/index.ts'
import { inAdminTransaction } from '#platform/admin.ts'
import { actAsOperator } from '#platform/operator.ts'
import { CommandError, UsageError } from './command.ts'
import type { Surroundings } from './command.ts'
import { withVault } from './key-ring.ts'
import { recordOperator } from './keys-store.ts'

/** How the keys that sign access tokens are rotated. */
export interface SigningRotation {
  readonly reason: string | undefined
  /** Replaces all keys, and ends what they signed. */
  readonly isAtOnce: boolean
}

/** Rotates the keys that sign access tokens; every process follows without a restart. Source: R10, A13. */
export async function rotateSigning(surroundings: Surroundings, rotation: SigningRotation) {
  const installation = await surroundings.open()
  const request = { operator: surroundings.operator, command: 'keys rotate-signing' }
  try {
    return await withVault(installation, (vault) =>
      actAsOperator(installation.admin, request, (mandate) =>
        rotateSigningKeys(mandate, { vault, ...rotation }),
      ),
    )
  } catch (error) {
    if (error instanceof Error && error.name === 'ProblemError') throw new CommandError(error.message)
    throw error
  }
}

/** How the key that signs checkpoints of the audit log is rotated. */
export interface AuditRotation {
  readonly reason: string | undefined
  /** Somebody else may have the key before: what it alone signed proves nothing any more. */
  readonly isStolen: boolean
}

/** Rotates the key that signs checkpoints of the audit log, in one transaction with its event. Source: R10. */
export async function rotateAudit(
  surroundings: Surroundings,
  { reason, isStolen }: AuditRotation,
): Promise<AuditKeyRotation> {
  if (isStolen && (reason ?? '').trim() === '') throw new UsageError('--stolen needs a --reason.')
  const installation = await surroundings.open()
  return withVault(
    installation,
    (vault) =>
      inAdminTransaction(installation.admin, async (run) => {
        const first = makeAuditKey(vault, surroundings.config.auditOrigin)
        const rotation = await rotateAuditKey(run, first, { isStolen, reason: reason ?? null })
        await recordOperator(
          run,
          { ...surroundings.operator, command: 'keys rotate-audit' },
          {
            action: isStolen ? 'platform.keys.replace_stolen' : 'platform.keys.rotate_audit',
            resource_type: 'audit_key',
            resource_label: String(rotation.number),
            ...(reason === undefined ? {} : { reason }),
          },
        )
        return rotation
      }),
    surroundings.config,
  )
}
