import { encodeId } from '@liaison/access'
import { enqueue, recordEvent, runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Language } from '#platform/words/language.ts'
import type { LinkTables } from './tables.ts'
import { CONTACT_WORDS } from './words/index.ts'
import type { ContactNews } from './words/index.ts'

/** Where a tenant hears of what concerns its safety, beside its administrators. */
export interface SecurityContact {
  readonly email: string | null
  /** In which language whoever reads there is written to. */
  readonly language: Language
}

/** The security contact of the mandate's tenant with its version; none until the tenant names one. */
export async function readSecurityContact(
  mandate: Mandate<'tenant'>,
): Promise<SecurityContact & { readonly version: number }> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('tenant_security_contact')
    .select(['email', 'language', 'version'])
    .where('tenant_id', '=', mandate.tenant.id)
    .executeTakeFirst()
  return row ?? { email: null, language: 'en', version: 1 }
}

async function saveContact(
  mandate: Mandate<'tenant'>,
  { email, language }: SecurityContact,
  expectedVersion: number,
): Promise<void> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into tenant_security_contact (tenant_id, email, language, version)
        select $1, $2, $3, 2 where $4 = 1 or exists (select from tenant_security_contact where tenant_id = $1)
        on conflict (tenant_id) do update set email = excluded.email, language = excluded.language, version = tenant_security_contact.version + 1
        where tenant_security_contact.version = $4
        returning version`,
      values: [mandate.tenant.id, email, language, expectedVersion],
    },
  ])
  if (result?.rows.length !== 1)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The security contact changed after it was read.')
}

interface ContactMail {
  readonly contact: SecurityContact
  readonly news: ContactNews
  readonly origin: string
}

async function tellAddress(
  mandate: Mandate<'tenant'>,
  { contact, news, origin }: ContactMail,
): Promise<void> {
  if (contact.email === null) return
  const words = CONTACT_WORDS[contact.language]
  const about = [mandate.actor.name, mandate.tenant.name] as const
  const page = `${origin}/org/${encodeId('tenant', mandate.tenant.id)}/access/rules`
  await enqueue(mandate, 'mail', {
    to: contact.email,
    subject: words[`${news}_subject`](...about),
    text: [words[news](...about), page].join('\n\n'),
  })
}

/** What the audit keeps of an address: whose mailbox it is stays out of what nobody can erase. */
const domainOf = (email: string | null): string | null => email && email.slice(email.lastIndexOf('@') + 1)

/**
 * Sets, changes or takes away the security contact of the mandate's tenant over the version that was read. The address that
 * was the contact and the one that is are both told, so that nobody moves it in silence. Throws PRECONDITION_FAILED.
 */
export async function changeSecurityContact(
  mandate: Mandate<'tenant'>,
  wanted: SecurityContact,
  { expectedVersion, origin }: { readonly expectedVersion: number; readonly origin: string },
): Promise<void> {
  const before = await readSecurityContact(mandate)
  await saveContact(mandate, wanted, expectedVersion)
  recordEvent(mandate, {
    action: 'tenant.partner_access.security_contact.write',
    resource: { type: 'security_contact', label: 'the security contact' },
    changes: {
      is_set: { before: before.email !== null, after: wanted.email !== null },
      address_domain: { before: domainOf(before.email), after: domainOf(wanted.email) },
      language: { before: before.language, after: wanted.language },
    },
  })
  if (before.email === wanted.email) return
  await tellAddress(mandate, { contact: before, news: 'dismissed', origin })
  await tellAddress(mandate, { contact: wanted, news: 'appointed', origin })
}
