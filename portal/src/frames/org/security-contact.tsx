import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { SecurityContact } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const languages = ['en', 'es', 'fr'] as const

type Language = SecurityContact['language']

function LanguageField({
  language,
  onLanguage,
}: {
  language: Language
  onLanguage: (language: Language) => void
}) {
  return (
    <NativeSelect
      id="language"
      label={t('security_contact.language')}
      value={language}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        onLanguage(languages.find((one) => one === chosen) ?? 'en')
      }}
    >
      {languages.map((one) => (
        <option key={one} value={one} lang={one}>
          {t(`security_contact.language_${one}`)}
        </option>
      ))}
    </NativeSelect>
  )
}

function ContactForm({ contact, etag }: { contact: SecurityContact; etag: string | null }) {
  const [email, setEmail] = useState(contact.email ?? '')
  const [language, setLanguage] = useState(contact.language)
  const write = useWrite(
    (body: Omit<SecurityContact, 'version'>, frame) =>
      readBody(
        frame.client.PUT('/tenant/partner-access/security-contact', {
          headers: { 'If-Match': etag ?? '' },
          body,
        }),
      ),
    (saved) => showToast(t(saved.email === null ? 'security_contact.removed' : 'security_contact.saved')),
  )
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        const address = email.trim()
        write.mutate({ email: address === '' ? null : address, language })
      }}
    >
      <WriteProblem error={write.error} />
      <TextInput
        id="email"
        type="email"
        maxLength={254}
        autoComplete="off"
        label={t('security_contact.email')}
        description={t('security_contact.about')}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <LanguageField language={language} onLanguage={setLanguage} />
      <div>
        <Button type="submit" variant="default" loading={write.isPending}>
          {t('security_contact.save')}
        </Button>
      </div>
    </form>
  )
}

/** One address that hears of what lets partners in, beside the administrators (A10). */
export function SecurityContactPanel() {
  const contact = useRead(['security-contact'], (frame, signal) =>
    readTagged(frame.client.GET('/tenant/partner-access/security-contact', { signal })),
  )
  return (
    <Panel title={t('security_contact.title')}>
      <Answer query={contact} lines={3}>
        {(found) => (
          <KeptForm value={found} version={found.etag}>
            {({ body, etag }) => <ContactForm contact={body} etag={etag} />}
          </KeptForm>
        )}
      </Answer>
    </Panel>
  )
}
