import type { Mandate } from './mandate.ts'
import { factsOf } from './mandate.ts'
import { ProblemError, registerProblems } from './problem.ts'
import type { Route } from './route.ts'
import type { Statement } from './statement.ts'

registerProblems({
  ACCESS_REASON_REQUIRED: {
    status: 403,
    title: 'Reason required',
    cause: 'The tenant asks everybody who comes in to say why, and the request says nothing.',
    remedy: 'Send the reason as `X-Access-Reason`, percent-encoded UTF-8; the tenant reads it.',
  },
})

const LONGEST = 500

/**
 * Why somebody acts in a tenant, from `X-Access-Reason`: percent-encoded UTF-8, because header values carry no more than
 * ASCII safely (RFC 9110 section 5.5), 1 to 500 characters. Throws VALIDATION_ERROR for anything else; null when not sent.
 */
export function readAccessReason(header: string | string[] | undefined): string | null {
  if (header === undefined) return null
  let reason = ''
  try {
    reason = typeof header === 'string' ? decodeURIComponent(header).trim() : ''
  } catch {
    // Not decodable: refused below like an empty one.
  }
  if (reason !== '' && reason.length <= LONGEST && !/\p{Cc}/u.test(reason)) return reason
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'One part of the input cannot be taken; nothing was changed.',
    {
      errors: [
        {
          pointer: '/headers/x-access-reason',
          code: 'INVALID_REASON',
          detail: `must be percent-encoded text of 1 to ${LONGEST} characters`,
        },
      ],
    },
  )
}

function asksForReason(mandate: Mandate): boolean {
  if (mandate.kind === 'acting') return factsOf(mandate).link?.conditions.read_reason_required ?? false
  return (
    mandate.kind === 'portfolio' && (mandate.narrowedTo?.facts.link?.conditions.read_reason_required ?? false)
  )
}

/** Asking how a tenant can be entered needs no reason; entering does. */
function isQuestionAboutEntry({ access, method, readsOnly }: Route): boolean {
  return (
    'permission' in access &&
    access.permission === 'partner.tenants.switch_context' &&
    (method === 'GET' || readsOnly !== undefined)
  )
}

/** Refuses whoever works in a tenant that asks for a reason (`read_reason_required`) and gives none. */
export function requireAccessReason(route: Route, mandate: Mandate, reason: string | null): void {
  if (reason !== null || isQuestionAboutEntry(route) || !asksForReason(mandate)) return
  throw new ProblemError(
    403,
    'ACCESS_REASON_REQUIRED',
    'This organisation asks for a reason from everybody who comes in.',
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The events of a request with the reason that came with it, where both sides read it. */
export function tellAccessReason(events: readonly Statement[], reason: string | null): readonly Statement[] {
  if (reason === null) return events
  return events.map(({ text, values: [event, ...rest] }) => {
    const told = isRecord(event) ? event : {}
    const changes = isRecord(told['changes']) ? told['changes'] : {}
    return { text, values: [{ ...told, changes: { ...changes, access_reason: { after: reason } } }, ...rest] }
  })
}
