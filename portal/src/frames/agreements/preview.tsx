import './agreements-words.ts'
import { readBody } from '@liaison/client'
import { useDebouncedValue } from '@mantine/hooks'

import { Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Document } from './document.tsx'
import { parseTerms } from './draft.ts'

/** What the partner will read, filled by the server from the terms as they are typed. */
export function Preview({ partner, source, terms }: { partner: string; source: string; terms: string }) {
  const [asked] = useDebouncedValue({ partner, source, terms }, 400)
  const parsed = parseTerms(asked.terms)
  const preview = useRead(
    ['agreement-preview', asked],
    (frame, signal) =>
      parsed === null
        ? Promise.reject(new Error(t('agreement_draft.terms_wrong')))
        : readBody(
            frame.client.POST('/admin/agreements/preview', {
              body: {
                partner_name: asked.partner === '' ? t('agreements.partner') : asked.partner,
                source: asked.source,
                terms: parsed,
              },
              signal,
            }),
          ),
    { keep: true },
  )
  return (
    <Panel title={t('agreement_draft.preview')}>
      <Answer query={preview}>
        {({ body, faults }) => (
          <>
            {faults.map((fault) => (
              <Note key={`${String(fault.line)} ${String(fault.column)}`} tone="bad">
                {fault.detail}
              </Note>
            ))}
            <Document body={body} />
          </>
        )}
      </Answer>
    </Panel>
  )
}
