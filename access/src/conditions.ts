import type { Conditions } from './facts.ts'
import { findWindowFaults, isTimeZone } from './hours.ts'
import { isCidr } from './network.ts'
import type { Fault } from './overrides.ts'

/** Conditions that ask for nothing. */
export const NO_CONDITIONS: Conditions = Object.freeze({
  ip_allow: [],
  ip_mode: 'off',
  mfa_max_age_s: null,
  phishing_resistant: false,
  hours: null,
  read_reason_required: false,
  tenant_elevation_approval: false,
  elevation_required: false,
})

function findIpFaults(conditions: Conditions): Fault[] {
  const faults: Fault[] = conditions.ip_allow.flatMap((text, index) =>
    isCidr(text)
      ? []
      : [
          {
            pointer: `/ip_allow/${index}`,
            code: 'CIDR_MALFORMED',
            detail:
              'An entry is an IPv4 or IPv6 address or CIDR range without bits set behind the prefix, ' +
              'such as 192.0.2.0/24.',
          },
        ],
  )
  if (conditions.ip_mode === 'enforce' && conditions.ip_allow.length === 0) {
    const detail = 'An enforced allow-list names at least one range; an empty one would let nobody in.'
    faults.push({ pointer: '/ip_allow', code: 'ALLOW_LIST_EMPTY', detail })
  }
  return faults
}

function findHoursFaults({ hours }: Conditions): Fault[] {
  if (!hours) return []
  const faults: Fault[] = hours.windows.flatMap((window, index) =>
    findWindowFaults(window).map((detail) => ({
      pointer: `/hours/windows/${index}`,
      code: 'WINDOW_MALFORMED',
      detail,
    })),
  )
  if (!isTimeZone(hours.tz)) {
    const detail = 'A time zone is an IANA name, such as Europe/Rome.'
    faults.push({ pointer: '/hours/tz', code: 'TIME_ZONE_UNKNOWN', detail })
  }
  if (hours.windows.length === 0) {
    const detail = 'Hours name at least one window; without one nobody would get in.'
    faults.push({ pointer: '/hours/windows', code: 'WINDOWS_EMPTY', detail })
  }
  return faults
}

/** The longest age of a second factor that a condition may ask for, in seconds: one day. */
const MFA_MAX_AGE_LIMIT_S = 86_400

function findAgeFaults({ mfa_max_age_s: age }: Conditions): Fault[] {
  if (age === null || (Number.isInteger(age) && age >= 60 && age <= MFA_MAX_AGE_LIMIT_S)) return []
  const detail = `An age is a whole number of seconds from 60 to ${MFA_MAX_AGE_LIMIT_S}, or null.`
  return [{ pointer: '/mfa_max_age_s', code: 'AGE_OUT_OF_RANGE', detail }]
}

/** Every fault of well-typed conditions; conditions are written only when there is none. */
export function findConditionFaults(conditions: Conditions): Fault[] {
  return [...findIpFaults(conditions), ...findHoursFaults(conditions), ...findAgeFaults(conditions)]
}
