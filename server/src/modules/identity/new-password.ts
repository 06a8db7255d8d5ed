import type { Language } from '#platform/words/language.ts'
import type { Services } from '#platform/services.ts'
import { findPasswordFault } from './password-rules.ts'
import type { PasswordContext } from './password-rules.ts'
import { IDENTITY_WORDS } from './words/index.ts'

/**
 * Why a new password cannot be taken, in words for its owner; null when it can. One that is long and unexpected enough is
 * looked for among the stolen ones, where the operator names a service that knows them (ASVS 6.2.12).
 */
export async function findNewPasswordFault(
  { breachedPasswords }: Pick<Services, 'breachedPasswords'>,
  password: string,
  context: PasswordContext & { readonly language?: Language },
): Promise<string | null> {
  const words = IDENTITY_WORDS[context.language ?? 'en']
  const fault = findPasswordFault(password, context, words)
  if (fault !== null) return fault
  return (await breachedPasswords.isKnown(password)) ? words.newPassword.breached : null
}
