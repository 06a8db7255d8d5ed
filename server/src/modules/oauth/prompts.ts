import { interactionPolicy } from 'oidc-provider'
import type { OAuthParts } from './parts.ts'
import { hasSession } from './session.ts'

const { Check, base } = interactionPolicy

/**
 * Asks every time: first who the person is, by our own session, then for the consent. Nothing of an earlier
 * authorization in the same browser is taken over (delegation.md section 2, trap 3).
 */
export function makePolicy(parts: OAuthParts) {
  const policy = base()
  const [login, consent] = [policy.get('login'), policy.get('consent')]
  if (!login || !consent) throw new Error('The library has no prompts to set up.')
  login.checks.clear()
  login.checks.add(
    new Check('no_session', 'sign-in is needed', 'login_required', async (ctx) => {
      if (ctx.oidc.session?.accountId !== undefined) return Check.NO_NEED_TO_PROMPT
      return (await hasSession(parts, ctx)) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT
    }),
  )
  consent.checks.clear()
  consent.checks.add(
    new Check('consent_needed', 'the consent of an administrator is needed', 'consent_required', (ctx) =>
      ctx.oidc.result?.consent?.grantId === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  )
  return policy
}
