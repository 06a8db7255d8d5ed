import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'

/** Whether an API client may ask customers to approve something without a browser, and the way to change that. */
export function ClientAsking({
  client,
  etag,
  mayChange,
}: {
  client: ApiClient
  etag: string | null
  mayChange: boolean
}) {
  const { client_id: id, name, asks_without_browser: asks } = client
  const way = asks ? 'off' : 'on'
  const words = {
    act: t(`app.ask_${way}`),
    title: t(`app.ask_${way}_title`, { name }),
    effect: t(`app.ask_${way}_effect`),
    keep: t('app.bind_keep'),
    done: t(`app.ask_${way}_done`),
  }
  return (
    <Panel title={t('app.asking')}>
      <div className="stack tight">
        <p>{t(asks ? 'app.asking_on' : 'app.asking_off')}</p>
        {mayChange && (
          <div>
            <MoveButton
              key={way}
              words={words}
              move={(_reason, frame) =>
                readBody(
                  frame.client.PATCH('/partner/clients/{client_id}', {
                    params: { path: { client_id: id } },
                    headers: { 'If-Match': etag ?? '' },
                    body: { asks_without_browser: !asks },
                  }),
                )
              }
            />
          </div>
        )}
      </div>
    </Panel>
  )
}
