import type { IdOf, RealmRole } from '@liaison/access'
import { databaseCodeOf } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'
import { noteUserChange } from './events.ts'
import { changeUser, getUser } from './user-store.ts'
import type { EndUserRow, UserMandate } from './user-store.ts'

/** One change that somebody makes to a user of the realm. */
export interface WantedChange {
  readonly id: IdOf<'end_user'>
  /** The version that the caller read. */
  readonly version: number
  readonly reason: string
}

async function read(mandate: UserMandate, { id, version }: WantedChange): Promise<EndUserRow> {
  if (mandate.kind === 'realm' && mandate.user.id === id)
    throw new ProblemError(409, 'OWN_END_USER', 'Nobody changes the own role or state.')
  const before = await getUser(mandate, id)
  if (before.version !== version)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The user changed after it was read.')
  return before
}

function refused(
  error: unknown,
  code: 'END_USER_ROLE_REFUSED' | 'END_USER_STATE_REFUSED',
  detail: string,
): unknown {
  return databaseCodeOf(error) === '23514' ? new ProblemError(409, code, detail, { cause: error }) : error
}

/** Gives a user another role, within the moves that are legal. Throws END_USER_ROLE_REFUSED for every other. */
export async function changeRole(
  mandate: UserMandate,
  wanted: WantedChange & { readonly role: RealmRole },
): Promise<EndUserRow> {
  const before = await read(mandate, wanted)
  const { role, reason } = wanted
  const after = await changeUser(mandate, before, { role }).catch((error: unknown) => {
    throw refused(
      error,
      'END_USER_ROLE_REFUSED',
      `A user of the role ${before.role} cannot become ${role} now.`,
    )
  })
  noteUserChange(mandate, 'realms.user.role', {
    id: before.id,
    changes: { role: { before: before.role, after: role } },
    reason,
  })
  return after
}

/** Stops a user: its next request is refused, whatever session it has. */
export async function stopUser(mandate: UserMandate, wanted: WantedChange): Promise<EndUserRow> {
  return move(mandate, wanted, { status: 'inactive', action: 'realms.user.stop' })
}

/** Lets a stopped user in again. */
export async function restoreUser(mandate: UserMandate, wanted: WantedChange): Promise<EndUserRow> {
  return move(mandate, wanted, { status: 'active', action: 'realms.user.restore' })
}

async function move(
  mandate: UserMandate,
  wanted: WantedChange,
  to: { readonly status: 'active' | 'inactive'; readonly action: 'realms.user.stop' | 'realms.user.restore' },
): Promise<EndUserRow> {
  const before = await read(mandate, wanted)
  const isPossible = to.status === 'inactive' ? before.status !== 'inactive' : before.status === 'inactive'
  if (!isPossible)
    throw new ProblemError(
      409,
      'END_USER_STATE_REFUSED',
      'The user is in this state already, or cannot come to it.',
    )
  const reason = to.status === 'inactive' ? wanted.reason : null
  const after = await changeUser(mandate, before, { status: to.status, status_reason: reason }).catch(
    (error: unknown) => {
      throw refused(error, 'END_USER_STATE_REFUSED', 'The user is in a state from which this does not lead.')
    },
  )
  noteUserChange(mandate, to.action, {
    id: before.id,
    changes: { status: { before: before.status, after: to.status } },
    reason: wanted.reason,
  })
  return after
}
