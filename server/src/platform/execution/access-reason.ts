import { inputRefused } from '../problem.ts'
import type { Route } from '../route.ts'
import type { Statement } from '../statement.ts'

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
  throw inputRefused([
    {
      pointer: '/headers/x-access-reason',
      code: 'INVALID_REASON',
      detail: `must be percent-encoded text of 1 to ${LONGEST} characters`,
    },
  ])
}

/** Asking how a tenant can be entered needs no reason; entering does. */
function isQuestionAboutEntry({ access, method, readsOnly }: Route): boolean {
  return (
    'permission' in access &&
    access.permission === 'partner.tenants.switch_context' &&
    (method === 'GET' || readsOnly !== undefined)
  )
}

/**
 * What a decision has to know of the reason (`read_reason_required`): whether one came along; undefined where none is
 * asked for. A reason that cannot be read counts as given, and is refused as bad input once the access is decided.
 */
export function stateOfReason(
  route: Route,
  header: string | string[] | undefined,
): 'given' | 'missing' | undefined {
  if (isQuestionAboutEntry(route)) return undefined
  return header === undefined ? 'missing' : 'given'
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
