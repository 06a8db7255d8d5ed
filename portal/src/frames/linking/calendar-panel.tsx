import { Button, CopyButton } from '@mantine/core'
import type { CalendarAddress } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type CalendarPanelProps = {
  items: readonly CalendarAddress[]
  isBusy: boolean
  error: Error | null
  onMake: () => Promise<string>
  onRevoke: (id: string) => void
}

/** Private calendar addresses: made, shown once, taken back. */
export function CalendarPanel({ items, isBusy, error, onMake, onRevoke }: CalendarPanelProps) {
  const [address, setAddress] = useState('')
  return (
    <Panel title={t('calendar.title')}>
      <div className="stack tight">
        <p className="muted">{t('calendar.about')}</p>
        <WriteProblem error={error} />
        {address !== '' && (
          <div className="stack tight" role="status">
            <p>{t('calendar.once')}</p>
            <code className="once">{address}</code>
            <div>
              <CopyButton value={address}>
                {({ copied, copy }) => (
                  <Button variant="default" size="xs" onClick={copy}>
                    {t(copied ? 'calendar.copied' : 'calendar.copy')}
                  </Button>
                )}
              </CopyButton>
            </div>
          </div>
        )}
        {items.map((item) => (
          <div key={item.calendar_id} className="row">
            <span>{t('calendar.made', { date: formatDate(item.created_at) })}</span>
            <button type="button" className="row-tool danger" onClick={() => onRevoke(item.calendar_id)}>
              {t('calendar.revoke')}
            </button>
          </div>
        ))}
        <div>
          <Button
            variant="light"
            loading={isBusy}
            onClick={() => void onMake().then(setAddress, () => setAddress(''))}
          >
            {t('calendar.make')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
