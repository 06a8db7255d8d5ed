import '../../parts/beside.css'
import { NativeSelect } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { toSettings } from './client-fields.tsx'
import type { ClientDraft } from './client-fields.tsx'

const typingPauseMs = 400
const languages = ['en', 'es', 'fr'] as const
type Language = (typeof languages)[number]

/** What the server makes of a client as it is typed: the page that customers will read, and what is wrong with its return addresses. */
export function useConsentPreview(draft: ClientDraft, clientId?: string) {
  const [language, onLanguage] = useState<Language>('en')
  const { ip_allow: _, ...typed } = toSettings(draft)
  const [settled] = useDebouncedValue(
    JSON.stringify({ ...typed, name: typed.name || t('newapp.preview_name'), client_id: clientId, language }),
    typingPauseMs,
  )
  const preview = useRead(
    ['consent-preview', settled],
    (frame, signal) =>
      readBody(frame.client.POST('/partner/clients/preview', { body: JSON.parse(settled), signal })),
    { keep: true },
  )
  return { preview, language, onLanguage }
}

type HtmlPolicy = { createHTML: (text: string) => string }
type Makes = { createPolicy: (name: string, rules: HtmlPolicy) => HtmlPolicy }

let policy: HtmlPolicy | undefined

/** The one text that becomes a document here: the server's own page, for a frame that runs nothing. */
function trusted(html: string): string {
  // What the library's types leave out; an older browser has none.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { trustedTypes } = globalThis as { trustedTypes?: Makes }
  policy ??= trustedTypes?.createPolicy('liaison-preview', { createHTML: (text) => text })
  return policy?.createHTML(html) ?? html
}

function PreviewFrame({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  // React writes an attribute as text, which the policy of the portal refuses.
  useEffect(() => frame.current?.setAttribute('srcdoc', trusted(html)), [html])
  return (
    <iframe
      ref={frame}
      className="preview-frame"
      title={t('newapp.preview')}
      // Its style sheet is of the same origin; without `allow-scripts`, `allow-forms` and `allow-top-navigation` it does nothing.
      sandbox="allow-same-origin"
      height={720}
    />
  )
}

/**
 * The page on which customers decide, in a frame: the server's own, which holds no script, so that nothing here can say
 * other than they will read. Links and buttons lead nowhere in it.
 */
export function ConsentPreview({ preview, language, onLanguage }: ReturnType<typeof useConsentPreview>) {
  return (
    <div className="stack">
      <NativeSelect
        label={t('newapp.preview_language')}
        value={language}
        data={languages.map((value) => ({ value, label: t(`newapp.preview_${value}`) }))}
        onChange={(event) =>
          onLanguage(languages.find((one) => one === event.currentTarget.value) ?? language)
        }
      />
      <Answer query={preview}>
        {({ html }) => <PreviewFrame html={html.replace('<head>', '<head><base target="_blank">')} />}
      </Answer>
      <p className="small muted">{t('newapp.preview_note')}</p>
    </div>
  )
}
