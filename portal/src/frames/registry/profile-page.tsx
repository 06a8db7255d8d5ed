import './registry-words.ts'
import { TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { PartnerProfile } from '@liaison/client'
import { useState } from 'react'

import { KeptForm } from '../../parts/kept-form.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { InvitationsPanel } from '../shared/invitations-panel.tsx'
import { InvitePanel } from '../shared/invite-panel.tsx'
import { OwnOrganisationPanel } from './own-organisation-panel.tsx'
import { isWaiting, typedText } from './typed-text.ts'
import type { ApprovedField } from './typed-text.ts'
import { TeamPanel } from './team-panel.tsx'

function Entry({ profile }: { profile: PartnerProfile }) {
  return (
    <Panel title={t('partner.entry')}>
      <Facts
        facts={[
          fact(t('newpartner.name'), profile.name),
          fact(t('entry.legal_name'), profile.legal_name),
          fact(t('column.kinds'), profile.kinds.map((kind) => tValue('kind', kind)).join(', ')),
          fact(t('entry.country'), profile.country),
          fact(t('entry.registration_no'), profile.registration_no),
          fact(t('entry.tier'), tValue('tier', profile.tier)),
          fact(t('entry.region'), profile.region),
          fact(t('entry.accounts'), t(profile.uses_account_refs ? 'entry.told_refs' : 'entry.told_numbers')),
          fact(t('entry.onboarded'), <DateText iso={profile.onboarding_date} />),
          fact(t('profile.code'), <IdText id={profile.slug} />),
        ]}
      />
      <p className="muted">{t('profile.code_about')}</p>
      <p className="muted">{t('profile.kept')}</p>
    </Panel>
  )
}

type ContactProps = { profile: PartnerProfile; etag: string | null }

type TypedProps = {
  profile: PartnerProfile
  field: ApprovedField
  value: string
  onValue: (value: string) => void
}

/** What customers see once the provider has approved it; what they see meanwhile, where another one waits for that. */
function TypedField({ profile, field, value, onValue }: TypedProps) {
  return (
    <>
      <TextInput
        id={field}
        label={t(`entry.${field}`)}
        description={t(`profile.${field}_about`)}
        value={value}
        maxLength={200}
        onChange={(event) => onValue(event.currentTarget.value)}
      />
      {isWaiting(profile, field) && <p className="muted">{typedText(profile, field)}</p>}
    </>
  )
}

function ContactForm({ profile, etag }: ContactProps) {
  const [email, setEmail] = useState(profile.contact_email ?? '')
  const [website, setWebsite] = useState(profile.website ?? '')
  const [support, setSupport] = useState(profile.support_contact ?? '')
  const write = useWrite(
    (
      body: { contact_email: string | null; website: string | null; support_contact: string | null },
      { client },
    ) => readBody(client.PUT('/partner/profile/contact', { headers: { 'If-Match': etag ?? '' }, body })),
    () => showToast(t('profile.saved')),
  )
  return (
    <WriteForm
      write={write}
      act={t('profile.save')}
      className="stack tight form"
      onSend={() => {
        write.mutate({
          contact_email: email.trim() || null,
          website: website.trim() || null,
          support_contact: support.trim() || null,
        })
      }}
    >
      <TextInput
        id="contact_email"
        type="email"
        label={t('entry.contact_email')}
        value={email}
        maxLength={254}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TypedField profile={profile} field="website" value={website} onValue={setWebsite} />
      <TypedField profile={profile} field="support_contact" value={support} onValue={setSupport} />
    </WriteForm>
  )
}

function Contact({ profile, etag }: ContactProps) {
  const mayUpdate = useMay('partner_org.profile.update')
  return (
    <Panel title={t('profile.contact')}>
      {mayUpdate ? (
        <KeptForm value={{ profile, etag }} version={profile.version}>
          {(held) => <ContactForm {...held} />}
        </KeptForm>
      ) : (
        <Facts
          facts={[
            fact(t('entry.contact_email'), profile.contact_email),
            fact(t('entry.website'), typedText(profile, 'website')),
            fact(t('entry.support_contact'), typedText(profile, 'support_contact')),
          ]}
        />
      )}
    </Panel>
  )
}

/** The entry of one's own organisation in the registry of partners. */
export function ProfilePage() {
  const profile = useRead(['profile'], (frame, signal) =>
    readTagged(frame.client.GET('/partner/profile', { signal })),
  )
  return (
    <Page title={t('profile.title')} lead={t('profile.lead')}>
      <Answer query={profile}>
        {({ body, etag }) => (
          <div className="stack">
            <Entry profile={body} />
            <Contact profile={body} etag={etag} />
            <OwnOrganisationPanel slug={body.slug} />
            <TeamPanel />
            <InvitePanel />
            <InvitationsPanel />
          </div>
        )}
      </Answer>
    </Page>
  )
}
