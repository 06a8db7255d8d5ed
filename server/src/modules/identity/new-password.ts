import type { Services } from '#platform/services.ts'
import { findPasswordFault } from './password-rules.ts'
import type { PasswordContext } from './password-rules.ts'

const BREACHED =
  'This password is on a list of passwords that were stolen elsewhere. Whoever has the list tries it first. Choose another.'

/**
 * Why a new password cannot be taken, in words for its owner; null when it can. One that is long and unexpected enough is
 * looked for among the stolen ones, where the operator names a service that knows them (ASVS 6.2.12).
 */
export async function findNewPasswordFault(
  { breachedPasswords }: Pick<Services, 'breachedPasswords'>,
  password: string,
  context: PasswordContext,
): Promise<string | null> {
  const fault = findPasswordFault(password, context)
  if (fault !== null) return fault
  return (await breachedPasswords.isKnown(password)) ? BREACHED : null
}
