import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { CSSProperties } from 'react'

import { t } from '../../platform/words.ts'
import { languagesOf } from './config-draft.ts'
import type { ConfigDraft, Language } from './config-draft.ts'

type PreviewProps = { draft: ConfigDraft; labels: ReadonlyMap<string, string> }

type DrawingProps = PreviewProps & { language: Language; isNarrow: boolean }

const radii = { none: '0', small: '6px', large: '14px' } as const

type DrawingStyle = CSSProperties & { '--form-accent': string; '--form-radius': string }

/** The form as the visitor sees it. Every text is a text node, so markup in it shows as text (E6). */
function Drawing({ draft, labels, language, isNarrow }: DrawingProps) {
  const { title, intro, rules } = draft.texts[language]
  const { accent, radius, appearance, density } = draft.theme
  const style: DrawingStyle = {
    '--form-accent': /^#[0-9a-f]{6}$/.test(accent) ? accent : '#5c5f66',
    '--form-radius': radii[radius],
  }
  return (
    <div
      className="form-drawing"
      data-look={appearance}
      data-density={density}
      data-narrow={isNarrow ? 'true' : undefined}
      lang={language}
      style={style}
    >
      {title !== '' && <strong className="form-drawing-title">{title}</strong>}
      {intro !== '' && <p>{intro}</p>}
      {rules.length > 0 && (
        <ul>
          {rules.map(({ key, text }) => (
            <li key={key}>{text}</li>
          ))}
        </ul>
      )}
      <div className="form-drawing-fields" aria-hidden="true">
        <span className="form-drawing-wide">{t('form.preview_type')}</span>
        <i className="form-drawing-wide">{draft.types.map((code) => labels.get(code) ?? code).join(' · ')}</i>
        {(['form.preview_first', 'form.preview_last', 'form.preview_birth'] as const).map((label) => (
          <div key={label}>
            <span>{t(label)}</span>
            <i />
          </div>
        ))}
      </div>
      <span className="form-drawing-button">{t('form.preview_issue')}</span>
    </div>
  )
}

/** What the form will look like, as it is edited: on a wide screen and on a phone. */
export function FormPreview({ draft, labels }: PreviewProps) {
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
      <Drawing draft={draft} labels={labels} language={language} isNarrow={width === 'narrow'} />
      <p className="small muted">{t('form.preview_note')}</p>
    </section>
  )
}
