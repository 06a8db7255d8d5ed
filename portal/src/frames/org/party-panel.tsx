import type { TenantLinkDetail } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { DateText } from '../../parts/values.tsx'
import { t } from '../../platform/words.ts'

/** The website of somebody else; a link where a browser opens it safely. */
function Site({ address }: { address: string }) {
  const url = URL.parse(address)
  if (url?.protocol !== 'https:') return address
  return (
    <a href={url.href} rel="noopener noreferrer nofollow">
      {url.host}
    </a>
  )
}

/** A support contact that its reader writes to, calls or opens. */
function Support({ contact }: { contact: string }) {
  if (contact.startsWith('+')) return <a href={`tel:${contact.replaceAll(/[^+0-9]/g, '')}`}>{contact}</a>
  return contact.includes('@') ? <a href={`mailto:${contact}`}>{contact}</a> : <Site address={contact} />
}

/** What the provider vouches for of the partner, so that whoever decides knows with whom. */
export function PartyPanel({ link }: { link: TenantLinkDetail }) {
  const {
    partner_since: since,
    website,
    legal_name: legalName,
    support_contact: support,
    agreement,
  } = link.asking
  const code = link.invitation_code
  return (
    <Panel title={t('party.title', { partner: link.partner_name })}>
      <Facts
        facts={[
          fact(t('party.legal'), legalName),
          fact(t('party.code'), code && t('party.code_line', { code: code.hint, name: code.made_by_name })),
          fact(t('party.code_note'), code?.note ?? null),
          fact(t('party.since'), <DateText iso={since} />),
          fact(t('party.support'), support !== null && <Support contact={support} />),
          fact(
            t('party.agreement'),
            agreement && t('party.agreement_line', { title: agreement.title, version: agreement.version }),
          ),
          fact(t('party.website'), website !== null && <Site address={website} />),
        ]}
      />
    </Panel>
  )
}
