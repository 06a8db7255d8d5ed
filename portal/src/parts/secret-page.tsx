import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'

import { useShownOnce } from '../platform/unsaved.ts'
import { t } from '../platform/words.ts'
import { Note, Page } from './page.tsx'

export type SecretWords = {
  title: string
  /** That it is not shown again, and what to do when it gets lost. */
  text: string
  label: string
  stored: string
  missing: string
  done: string
}
type SecretPageProps = { secret: string; words: SecretWords; onStored: () => void }

/** A secret that is shown once, on a page of its own, which cannot be lost by a stray key; leaving asks first. */
export function SecretPage({ secret, words, onStored }: SecretPageProps) {
  const [isStored, setStored] = useState(false)
  const [isAsked, setAsked] = useState(false)
  useShownOnce(isStored)
  return (
    <Page title={words.title}>
      <div className="stack form">
        <Note tone="attention">
          <p>{words.text}</p>
        </Note>
        <TextInput
          id="secret"
          label={words.label}
          value={secret}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
        <div>
          <Button variant="default" onClick={() => void navigator.clipboard.writeText(secret)}>
            {t('id.copy')}
          </Button>
        </div>
        <Checkbox
          label={words.stored}
          checked={isStored}
          error={isAsked && !isStored ? words.missing : undefined}
          onChange={(event) => setStored(event.currentTarget.checked)}
        />
        <div>
          <Button
            onClick={() => {
              setAsked(true)
              if (isStored) onStored()
            }}
          >
            {words.done}
          </Button>
        </div>
      </div>
    </Page>
  )
}
