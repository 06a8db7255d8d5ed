import { SegmentedControl } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'

import { t } from '../../platform/words.ts'
import { languagesOf } from './config-draft.ts'
import type { ConfigDraft, Language } from './config-draft.ts'

type PreviewProps = {
  draft: ConfigDraft
  labels: ReadonlyMap<string, string>
  /** The document of the form, on the origin of forms. */
  address: string
  asksCode: boolean
}

type FrameProps = PreviewProps & { language: Language; isNarrow: boolean }

const leastHeight = 420
const mostHeight = 4000
const isColour = (text: string) => /^#[0-9a-f]{6}$/.test(text)

/** What the frame is told: the texts of one language, the look, and what is offered. */
function messageOf({ draft, labels, language, asksCode }: FrameProps) {
  const { title, intro, rules } = draft.texts[language]
  return {
    v: 'pap-preview/1',
    lang: language,
    form: {
      texts: { title, intro_text: intro, rules_list: rules.map(({ text }) => text) },
      theme: { ...draft.theme, accent: isColour(draft.theme.accent) ? draft.theme.accent : '#5c5f66' },
      voucher_types: draft.types.map((code) => ({ code, label: labels.get(code) ?? code })),
      asks_code: asksCode,
      asks_puzzle: false,
    },
  }
}

/** What the frame says of itself: that it is there, and how high it is. */
function heightOf(data: unknown): number | null {
  if (typeof data !== 'object' || data === null || !('v' in data) || data.v !== 'pap-embed/1') return null
  const height = 'height' in data && typeof data.height === 'number' ? Math.ceil(data.height) : 0
  return Math.min(Math.max(height, leastHeight), mostHeight)
}

/**
 * The real document of the form in a frame without an origin: it has no token and no ticket, may connect to nothing, and
 * draws what it is told here. Every text is a text node there, so markup in it shows as text (E6).
 */
function PreviewFrame(props: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(leastHeight)
  const [ready, setReady] = useState(0)
  const message = JSON.stringify(messageOf(props))
  useEffect(() => {
    const listen = ({ source, data }: MessageEvent) => {
      const told = source === frame.current?.contentWindow ? heightOf(data) : null
      if (told === null) return
      setHeight(told)
      if (data.type === 'ready') setReady((count) => count + 1)
    }
    window.addEventListener('message', listen)
    return () => window.removeEventListener('message', listen)
  }, [])
  useEffect(() => {
    // A frame without an origin has no name to send to; nothing that is sent is anybody's secret.
    if (ready > 0) frame.current?.contentWindow?.postMessage(JSON.parse(message), '*')
  }, [message, ready])
  // Without `allow-forms` a press of the button would not reach the frame's own script; its policy lets no form go anywhere.
  return (
    <iframe
      ref={frame}
      className="preview-frame form-preview"
      data-narrow={props.isNarrow ? 'true' : undefined}
      title={t('form.preview')}
      src={props.address}
      sandbox="allow-scripts allow-forms"
      referrerPolicy="no-referrer"
      height={height}
    />
  )
}

/** What the form will look like, as it is edited: on a wide screen and on a phone. */
export function FormPreview(props: PreviewProps) {
  const { draft } = props
  const [width, setWidth] = useState('wide')
  const [chosen, setChosen] = useState<string>(draft.defaultLanguage)
  const offered = languagesOf(draft)
  const language = offered.find((one) => one === chosen) ?? draft.defaultLanguage
  return (
    <section className="stack" aria-label={t('form.preview')}>
      <div className="row">
        <SegmentedControl
          transitionDuration={0}
          size="xs"
          aria-label={t('form.preview')}
          value={width}
          onChange={setWidth}
          data={[
            { value: 'wide', label: t('form.preview_wide') },
            { value: 'narrow', label: t('form.preview_narrow') },
          ]}
        />
        {offered.length > 1 && (
          <SegmentedControl
            transitionDuration={0}
            size="xs"
            aria-label={t('form.field_languages')}
            value={language}
            onChange={setChosen}
            data={offered.map((one) => ({ value: one, label: t(`form.language_${one}`) }))}
          />
        )}
      </div>
      <PreviewFrame {...props} language={language} isNarrow={width === 'narrow'} />
      <p className="small muted">{t('form.preview_note')}</p>
    </section>
  )
}
