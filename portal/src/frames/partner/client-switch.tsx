import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'

/** Settings of an API client that are on or off, each with the beginning of its words. */
const SWITCHES = { asks_without_browser: 'ask', pins_proof_key: 'pin' } as const

type Switch = keyof typeof SWITCHES

/** Whether a setting of an API client is on, what that means, and the way to change it. */
export function ClientSwitch({
  client,
  etag,
  mayChange,
  of,
}: {
  client: ApiClient
  etag: string | null
  mayChange: boolean
  of: Switch
}) {
  const { client_id: id, name } = client
  const isOn = client[of]
  const stem = SWITCHES[of]
  const way = isOn ? 'off' : 'on'
  const words = {
    act: t(`app.${stem}_${way}`),
    title: t(`app.${stem}_${way}_title`, { name }),
    effect: t(`app.${stem}_${way}_effect`),
    keep: t('app.bind_keep'),
    done: t(`app.${stem}_${way}_done`),
  }
  return (
    <Panel title={t(`app.${stem}_panel`)}>
      <div className="stack tight">
        <p>{t(isOn ? `app.${stem}_is_on` : `app.${stem}_is_off`)}</p>
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
                    body: { [of]: !isOn },
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
