import type { FormAction, FormFacts } from '../decide-form.ts'

/**
 * Whether embedded.md section 2 lets a token do this, written as one sentence of its own and not as the kernel's table:
 * everything has to be there and on, at this instant, and nothing may be frozen.
 */
export function mayToken(facts: FormFacts, action: FormAction): boolean {
  const { now, token, form, agency, tenant, delegation, freezes } = facts
  if (!token || !agency || !tenant || !delegation) return false
  const ownForm = form !== null && form.is_named && form.status === 'active'
  const formFits = token.kind === 'form_token' ? ownForm : form === null
  const modeFits =
    token.kind === 'form_token'
      ? (token.mode === 'test') === tenant.is_sandbox && token.mode !== null
      : token.mode === null
  const isCovered = freezes.filter(({ scope }) => scope !== 'person').length > 0
  const ends = [token.valid_until, delegation.ends_at].flatMap((end) => (end ? [end.getTime()] : []))
  return [
    formFits,
    modeFits,
    !isCovered,
    token.status === 'active',
    token.actions.includes(action),
    agency.status === 'active',
    ['active', 'trial'].includes(tenant.status),
    delegation.status === 'active',
    delegation.starts_at <= now,
    ends.every((end) => now.getTime() < end),
  ].every(Boolean)
}
