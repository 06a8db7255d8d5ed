import { rotateSigningKeys } from '#modules/oauth/index.ts'
import { openDatabase } from '#platform/database.ts'
import { startKeyRing } from '#platform/key-ring.ts'
import { actAsOperator } from '#platform/operator.ts'
import { makeVault } from '#platform/vault.ts'
import { CommandError } from './command.ts'
import type { Surroundings } from './command.ts'

/** How the keys that sign access tokens are rotated. */
export interface SigningRotation {
  readonly reason: string | undefined
  /** Signs with the next key even when it was published just now. */
  readonly isAtOnce: boolean
}

/** Rotates the keys that sign access tokens; every process follows without a restart. Source: R10, A13. */
export async function rotateSigning(surroundings: Surroundings, rotation: SigningRotation) {
  const { admin, roleSecret, secretKey } = await surroundings.open()
  const database = openDatabase({ connection: admin, roleSecret, poolSize: 1 })
  const ring = await startKeyRing({
    database,
    secretKey,
    onError: (error) => surroundings.err(`${String(error)}\n`),
  })
  try {
    const vault = makeVault(secretKey, ring)
    const request = { operator: surroundings.operator, command: 'keys rotate-signing' }
    return await actAsOperator(admin, request, (mandate) =>
      rotateSigningKeys(mandate, { vault, ...rotation }),
    )
  } catch (error) {
    if (error instanceof Error && error.name === 'ProblemError') throw new CommandError(error.message)
    throw error
  } finally {
    ring.stop()
    await database.close()
  }
}
