import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** What is kept of a click: no address, no browser, only keyed digests of them. */
export interface ClickFacts {
  readonly referrer_host: string | null
  readonly utm: Readonly<Record<string, string>>
  readonly visitor_hash: string | null
  readonly ip_prefix_hash: string | null
  readonly user_agent_hash: string | null
  readonly is_bot: boolean
}

const Followed = z.object({ leads_to: z.string().nullable(), click_id: z.string().nullable() })

/** Where a code leads, and the click that was kept; both null when it leads nowhere and no page is configured. */
export async function followCode(
  mandate: Mandate<'system'>,
  code: string,
  click: ClickFacts,
): Promise<z.output<typeof Followed>> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.follow_code($1, $2) as followed', values: [code, click] },
  ])
  return Followed.parse(result?.rows[0]?.['followed'])
}

/** Removes clicks that can count no more; answers how many. */
export async function pruneClicks(mandate: Mandate<'system'>): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'delete from referral_click where expires_at < statement_timestamp()', values: [] },
  ])
  return result?.rowCount ?? 0
}

/** Forgets the contacts of some sign-ups whose time is over; answers of how many. */
export async function forgetContacts(mandate: Mandate<'system'>, most: number): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.forget_contacts($1) as forgotten', values: [most] },
  ])
  return z.int().parse(result?.rows[0]?.['forgotten'])
}
