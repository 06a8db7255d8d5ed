import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { networkOf } from '#platform/networks.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { z } from 'zod'
import { browserWords } from './words.ts'

/** So much of an address is one network: what providers hand out moves within it (IPv4 and IPv6). */
const NETWORK_BITS = { v4: 16, v6: 32 } as const

/** Sign-ins that are looked back at; those that ended go after ninety days. */
const MOST_LOOKED_AT = 500

const Place = z.object({ user_agent: z.string().nullable(), is_same_network: z.boolean() })

/**
 * Whether a person has not signed in from this network yet, or not with this kind of browser; never at the very first
 * sign-in, which nobody can compare. Asked before the new session begins (ASVS 6.3.5).
 */
export async function isNewPlace(
  mandate: Mandate<'identity'>,
  personId: string,
  { ip, userAgent }: Pick<RequestTrace, 'ip' | 'userAgent'>,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `select user_agent, bool_or(coalesce(
          network(set_masklen(ip, case family(ip) when 4 then $3::integer else $4::integer end)) >>= $2::inet, $2::inet is null)) as is_same_network
        from (select ip, user_agent from session where person_id = $1 order by id desc limit ${MOST_LOOKED_AT}) past
        group by user_agent`,
      values: [personId, ip, NETWORK_BITS.v4, NETWORK_BITS.v6],
    },
  ])
  const places = z.array(Place).parse(result?.rows ?? [])
  if (places.length === 0) return false
  const browser = browserWords(userAgent)
  return (
    !places.some(({ is_same_network: isSame }) => isSame) ||
    !places.some(({ user_agent: agent }) => browserWords(agent) === browser)
  )
}

/**
 * Whether a person has signed in from this very network: guesses that others make at the account from elsewhere keep nobody
 * waiting there, however many they are and however long they go on (access.md section 5). False for nobody, with the same work.
 */
export async function isOwnNetwork(
  mandate: Mandate<'identity'>,
  personId: string | null,
  ip: string,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select exists (select from session where person_id = $1 and ip <<= $2::inet) as is_own',
      values: [personId, networkOf(ip)],
    },
  ])
  return result?.rows[0]?.['is_own'] === true
}
