import { makeToken } from '#platform/credentials/secret-token.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { digestRealmSecret } from '#platform/credentials/realm-evidence.ts'
import type { Services } from '#platform/services.ts'
import { noteInvitation } from './events.ts'
import { mailInvitation } from './mails.ts'

const LIFE_SECONDS = 7 * 86_400

/**
 * Sends an invitation into the caller's own realm; an open one to the same address stops working. The same answer whether or not the address has an account: the link
 * of a known address leads to nothing new. Throws REALM_MISSING without a user base.
 */
export async function inviteUser(
  services: Services,
  mandate: Mandate<'program'>,
  invitation: { readonly email: string; readonly role: 'guest' | 'realm_admin' },
): Promise<Date> {
  const [found] = await runStatements(mandate, [
    {
      text: 'select p.slug from partner p join realm r on r.partner_id = p.id where p.id = $1',
      values: [mandate.partner.id],
    },
  ])
  const slug = found?.rows[0]?.['slug']
  if (typeof slug !== 'string')
    throw new ProblemError(404, 'REALM_MISSING', 'Your organisation has no user base of its own.')
  const token = makeToken()
  const endsAt = new Date(mandate.origin.now.getTime() + LIFE_SECONDS * 1000)
  await runStatements(mandate, [
    {
      text: `update end_user_token set used_at = statement_timestamp() where partner_id = $1 and purpose = 'invitation' and email = $2 and used_at is null`,
      values: [mandate.partner.id, invitation.email],
    },
    {
      text: `insert into end_user_token (partner_id, purpose, token_hash, email, role, ends_at) values ($1, 'invitation', $2, $3, $4, $5)`,
      values: [mandate.partner.id, digestRealmSecret(slug, token), invitation.email, invitation.role, endsAt],
    },
  ])
  await mailInvitation(mandate, invitation.email, `${services.publicOrigin()}/p/${slug}/verify/${token}`)
  noteInvitation(mandate, invitation.role)
  return endsAt
}
