import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { useState } from 'react'

import { ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { toBase64 } from '../shared/base64.ts'
import { logosOf } from '../shared/client-logos.ts'
import { LogoImage } from '../shared/logo-image.tsx'

const mostBytes = 65_536

function useHandIn({ client_id: id }: ApiClient) {
  const params = { path: { client_id: id } }
  return useWrite(
    async (file: File, frame) =>
      readBody(
        frame.client.PUT('/partner/clients/{client_id}/logo', {
          params,
          body: { data: toBase64(await file.arrayBuffer()) },
        }),
      ),
    () => showToast(t('logo.handed_in')),
  )
}

/** Takes away what customers see and what waits; the question names which of them there is. */
function TakeAway({ client }: { client: ApiClient }) {
  const { in_use: shown, waiting } = logosOf(client)
  const only = shown === null ? 'waiting' : 'shown'
  const params = { path: { client_id: client.client_id } }
  return (
    <div>
      <MoveButton
        words={{
          act: t('logo.take_away'),
          title: t('logo.take_away_title', { client: client.name }),
          effect: t('logo.take_away_effect', { what: shown !== null && waiting !== null ? 'both' : only }),
          keep: t('logo.take_away_keep'),
          done: t('logo.taken_away'),
        }}
        move={(_, frame) => readBody(frame.client.DELETE('/partner/clients/{client_id}/logo', { params }))}
      />
    </div>
  )
}

function LogoTools({ client }: { client: ApiClient }) {
  const handIn = useHandIn(client)
  const [errors, setErrors] = useState<FormError[]>([])
  const { in_use: shown, waiting } = logosOf(client)
  return (
    <>
      <ErrorSummary errors={errors} />
      <WriteProblem error={handIn.error} />
      <label htmlFor="logo" className="strong">
        {t(shown === null && waiting === null ? 'logo.add' : 'logo.exchange')}
      </label>
      <p className="small muted" id="logo-about">
        {t('logo.about')}
      </p>
      <input
        id="logo"
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-describedby="logo-about"
        disabled={handIn.isPending}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          // Whoever chooses the same file once more, after it was changed, hands it in once more.
          event.currentTarget.value = ''
          if (!file) return
          const isTooLarge = file.size > mostBytes
          setErrors(isTooLarge ? [{ field: 'logo', text: t('logo.too_large') }] : [])
          if (!isTooLarge) handIn.mutate(file)
        }}
      />
      {(shown !== null || waiting !== null) && <TakeAway client={client} />}
    </>
  )
}

/** What customers see beside the name, what waits for the provider to look at it, and why the last one was refused. */
export function ClientLogo({ client, mayChange }: { client: ApiClient; mayChange: boolean }) {
  const { in_use: shown, waiting, refused } = logosOf(client)
  const at = (sha256: string) => `/api/v1/partner/clients/${client.client_id}/logos/${sha256}`
  return (
    <Panel title={t('logo.title')}>
      <div className="stack tight">
        {refused !== null && (
          <Note tone="bad">
            <p>{t('logo.refused', { date: formatDate(refused.decided_at), reason: refused.reason })}</p>
          </Note>
        )}
        {shown === null && waiting === null && <p>{t('logo.none')}</p>}
        {shown !== null && <LogoImage src={at(shown.sha256)} text={t('logo.in_use')} />}
        {waiting !== null && (
          <LogoImage
            src={at(waiting.sha256)}
            text={t('logo.waits', { date: formatDate(waiting.handed_in_at) })}
          />
        )}
        {mayChange && <LogoTools client={client} />}
      </div>
    </Panel>
  )
}
