import { Button, Checkbox, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'

import { Note, Page } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'

export type Secret = { name: string; text: string }

function keepOpen(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

/** A secret that is shown once, on a page of its own, which cannot be lost by a stray key; leaving asks first. */
export function SecretPage({ secret, onStored }: { secret: Secret; onStored: () => void }) {
  const [isStored, setStored] = useState(false)
  const [isAsked, setAsked] = useState(false)
  useEffect(() => {
    window.addEventListener('beforeunload', keepOpen)
    return () => window.removeEventListener('beforeunload', keepOpen)
  }, [])
  return (
    <Page title={t('gateways.secret_title')}>
      <div className="stack form">
        <Note tone="attention">
          <p>{t('gateways.secret_text')}</p>
        </Note>
        <TextInput
          id="credential"
          label={t('gateways.secret_of', { gateway: secret.name })}
          value={secret.text}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
        <div>
          <Button variant="default" onClick={() => void navigator.clipboard.writeText(secret.text)}>
            {t('id.copy')}
          </Button>
        </div>
        <Checkbox
          label={t('gateways.secret_stored')}
          checked={isStored}
          error={isAsked && !isStored ? t('gateways.secret_missing') : undefined}
          onChange={(event) => setStored(event.currentTarget.checked)}
        />
        <div>
          <Button
            onClick={() => {
              setAsked(true)
              if (isStored) onStored()
            }}
          >
            {t('gateways.secret_done')}
          </Button>
        </div>
      </div>
    </Page>
  )
}
