import { NativeSelect, TextInput } from '@mantine/core'
import type { SlaTerms } from '@liaison/client'
import { useEffect, useState } from 'react'

import { Panel } from '../../parts/page.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { useSlaCalls } from './calls.ts'
import { priorities } from './terms.ts'
import type { Priority } from './terms.ts'
import { formatIn, instantIn, nextFriday } from './zone-time.ts'

const typingPauseMs = 400

/** The terms as they were when typing last paused, so that not every letter asks the server. */
function useSettled(terms: SlaTerms): SlaTerms {
  const [settled, setSettled] = useState(terms)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(terms), typingPauseMs)
    return () => clearTimeout(timer)
  }, [terms])
  return settled
}

type PreviewProps = { terms: SlaTerms; now: Date; isDraft?: boolean }

/** What terms mean for one ticket, in a sentence; saved, or a draft of them. */
export function Preview({ terms, now, isDraft = false }: PreviewProps) {
  const [priority, setPriority] = useState<Priority>('high')
  const [opened, setOpened] = useState(() => nextFriday(now))
  const settled = useSettled(terms)
  const zone = settled.business_hours.time_zone
  const openedAt = instantIn(opened, zone)
  const { preview } = useSlaCalls()
  const answer = useRead(
    ['sla-preview', JSON.stringify(settled), priority, openedAt],
    () => preview({ terms: settled, tickets: [{ priority, opened_at: openedAt ?? '' }] }),
    { enabled: openedAt !== null, keep: true },
  )
  const [item] = answer.data?.items ?? []
  return (
    <Panel title={t('promise.preview')}>
      <div className="stack tight">
        <div className="row">
          <NativeSelect
            label={t('promise.preview_priority')}
            value={priority}
            data={priorities.map((name) => ({ value: name, label: tValue('status.priority', name) }))}
            onChange={(event) =>
              setPriority(priorities.find((name) => name === event.currentTarget.value) ?? 'high')
            }
          />
          <TextInput
            type="datetime-local"
            label={t('promise.preview_opened')}
            value={opened}
            onChange={(event) => setOpened(event.currentTarget.value)}
          />
        </div>
        <p className="strong" role="status">
          {answer.isError || item === undefined
            ? answer.isError && t('promise.preview_faulty')
            : t('promise.preview_says', {
                priority: tValue('status.priority', item.priority).toLowerCase(),
                opened: formatIn(item.opened_at, zone),
                response: formatIn(item.first_response_due_at, zone),
                resolution: formatIn(item.resolution_due_at, zone),
              })}
        </p>
        <p className="muted small">
          {t('promise.preview_zone', { zone })}
          {isDraft && ` · ${t('promise.preview_about')}`}
        </p>
      </div>
    </Panel>
  )
}
