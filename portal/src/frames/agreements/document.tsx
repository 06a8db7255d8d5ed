import './agreements-words.ts'
import type { AgreementDetail } from '@liaison/client'
import type { ReactNode } from 'react'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'

function inline(text: string): ReactNode {
  const parts = text.split('**')
  // The places of the parts never change: the text is frozen.
  // oxlint-disable-next-line react/no-array-index-key
  return parts.map((part, index) => (index % 2 === 1 ? <b key={index}>{part}</b> : part))
}

function Block({ text }: { text: string }) {
  const heading = /^(#{1,3})\s+(.*)$/.exec(text)
  if (heading) return <h3>{inline(heading[2] ?? '')}</h3>
  const lines = text.split('\n')
  if (lines.every((line) => /^[-*] /.test(line)))
    return (
      <ul>
        {lines.map((line) => (
          <li key={line}>{inline(line.slice(2))}</li>
        ))}
      </ul>
    )
  return <p>{inline(lines.join(' '))}</p>
}

/** The text of an agreement: headings, paragraphs, lists and bold. */
export function Document({ body }: { body: string }) {
  const blocks = body.trim().split(/\n{2,}/)
  return (
    <article className="prose">
      {blocks.map((text, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Block key={`${String(index)} ${text.slice(0, 20)}`} text={text} />
      ))}
    </article>
  )
}

type Changes = NonNullable<AgreementDetail['changes']>

function TermChanges({ changes }: { changes: Changes }) {
  const version = changes.since_version
  return (
    <Facts
      facts={changes.terms.map(({ label, before, after }) =>
        fact(
          label,
          <>
            <span className="muted">
              {t('agreement.before', { version })}: {before ?? t('agreement.nothing')}
            </span>
            <br />
            {t('agreement.now')}: {after ?? t('agreement.nothing')}
          </>,
        ),
      )}
    />
  )
}

/** What differs from the last version that was in force. */
export function ChangesPanel({ changes }: { changes: Changes | null }) {
  if (changes === null) return null
  const lines = changes.text.filter(({ kind, text }) => kind !== 'same' && text.trim() !== '')
  return (
    <Panel title={t('agreement.changes', { version: changes.since_version })}>
      {changes.terms.length === 0 ? <p>{t('agreement.changes_none')}</p> : <TermChanges changes={changes} />}
      {lines.length > 0 && (
        <details>
          <summary>{t('agreement.words_changed')}</summary>
          {lines.map(({ kind, text }, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <p key={index}>{kind === 'added' ? <ins>{text}</ins> : <del>{text}</del>}</p>
          ))}
        </details>
      )}
    </Panel>
  )
}
