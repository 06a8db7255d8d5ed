import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { Services } from '#platform/services.ts'
import { adapterOf } from './adapters.ts'
import { findLatest, findVerifiedUntil, handOver, insertCheck, moveOwn } from './applicant-store.ts'
import type { OwnCheck, Statement } from './applicant-store.ts'
import { announceCheck, recordCheck } from './news.ts'
import { OPEN_STATES, targetFor } from './rules.ts'
import type { CheckState, TargetRole } from './rules.ts'
import { findRules } from './store.ts'
import type { Provider } from './tables.ts'

type Applicant = Mandate<'realm'>

const DAY_MS = 86_400_000
/** How long before its end a verification can be renewed. */
const RENEWED_BEFORE_MS = 60 * DAY_MS
const YOUNGEST_YEARS = 0
const OLDEST_YEARS = 120

/** How the identity of the applicant stands, and what can be done about it. */
export interface Standing {
  readonly check: OwnCheck | null
  readonly verifiedUntil: Date | null
  /** The role that a new check would lead to; null while none can begin. */
  readonly next: TargetRole | null
  readonly provider: Provider
}

export const isOpen = (state: CheckState): boolean => OPEN_STATES.some((open) => open === state)

/** How the applicant's identity stands now. */
export async function readStanding(mandate: Applicant): Promise<Standing> {
  const check = await findLatest(mandate)
  const verifiedUntil = await findVerifiedUntil(mandate)
  const { provider } = await findRules(mandate, mandate.partner.id)
  const { now } = mandate.origin
  const isUnderWay = check !== null && isOpen(check.state)
  const lastsLong = verifiedUntil !== null && verifiedUntil.getTime() - now.getTime() > RENEWED_BEFORE_MS
  const next = isUnderWay || lastsLong ? null : targetFor(mandate.user.role)
  return { check, verifiedUntil, next, provider }
}

async function requireOwn(mandate: Applicant): Promise<OwnCheck> {
  const check = await findLatest(mandate)
  if (check) return check
  throw new ProblemError(404, 'IDENTITY_CHECK_NOT_FOUND', 'You have no identity check yet.')
}

/** Begins a check. Throws IDENTITY_CHECK_OPEN, IDENTITY_CHECK_NOT_NEEDED, IDENTITY_VENDOR_UNAVAILABLE. */
export async function startCheck(
  mandate: Applicant,
  { isDemo }: Pick<Services, 'isDemo'>,
): Promise<OwnCheck> {
  const { check, next, provider } = await readStanding(mandate)
  if (check && isOpen(check.state))
    throw new ProblemError(409, 'IDENTITY_CHECK_OPEN', 'An identity check of yours is under way.')
  if (next === null)
    throw new ProblemError(409, 'IDENTITY_CHECK_NOT_NEEDED', 'There is nothing to check now.')
  if (adapterOf(provider).decidedBy === 'vendor' && !isDemo)
    throw new ProblemError(
      409,
      'IDENTITY_VENDOR_UNAVAILABLE',
      'Identities cannot be checked here now. Ask the support.',
    )
  await insertCheck(mandate, { target: next, provider })
  const made = await requireOwn(mandate)
  recordCheck(mandate, made, { action: 'identity_checks.start', changes: { status: { after: 'draft' } } })
  return made
}

/** What is wrong with a date of birth on this day; null when it can be one. */
export function faultOfBirthDate(birthDate: string, now: Date): string | null {
  const born = new Date(`${birthDate}T00:00:00Z`)
  const years = (now.getTime() - born.getTime()) / (365.25 * DAY_MS)
  if (years < YOUNGEST_YEARS) return 'must be in the past'
  return years > OLDEST_YEARS ? 'must be the date of birth of somebody who lives' : null
}

/** Sends the check in with what is stated, for the first time or corrected. Throws IDENTITY_CHECK_STATE_CONFLICT. */
export async function submitCheck(
  { mandate, origin }: { readonly mandate: Applicant; readonly origin: string },
  stated: Statement,
): Promise<OwnCheck> {
  const row = await requireOwn(mandate)
  if (row.state !== 'draft' && row.state !== 'resubmit')
    throw new ProblemError(409, 'IDENTITY_CHECK_STATE_CONFLICT', 'There is nothing to send in now.', {
      details: { status: row.state_now, allowed_from: ['draft', 'resubmit'] },
    })
  const fault = faultOfBirthDate(stated.birth_date, mandate.origin.now)
  if (fault !== null)
    throw inputRefused([{ pointer: '/body/birth_date', code: 'OUT_OF_RANGE', detail: fault }])
  await moveOwn(mandate, row, { to: 'submitted', stated })
  const after = await requireOwn(mandate)
  recordCheck(mandate, after, {
    action: 'identity_checks.submit',
    changes: { status: { before: row.state, after: 'submitted' }, attempt: { after: after.attempt } },
  })
  await announceCheck(mandate, after, { to: 'submitted', origin })
  if (adapterOf(after.provider).decidedBy === 'vendor') await handOver(mandate, after)
  return after
}

/** Takes an open check back. Throws IDENTITY_CHECK_STATE_CONFLICT. */
export async function cancelCheck(mandate: Applicant): Promise<OwnCheck> {
  const row = await requireOwn(mandate)
  if (!isOpen(row.state))
    throw new ProblemError(409, 'IDENTITY_CHECK_STATE_CONFLICT', 'There is nothing to take back now.', {
      details: { status: row.state_now, allowed_from: [...OPEN_STATES] },
    })
  await moveOwn(mandate, row, { to: 'cancelled' })
  recordCheck(mandate, row, {
    action: 'identity_checks.cancel',
    changes: { status: { before: row.state, after: 'cancelled' } },
  })
  await announceCheck(mandate, row, { to: 'cancelled', origin: null })
  return requireOwn(mandate)
}
