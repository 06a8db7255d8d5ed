import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { toBase64 } from '../shared/base64.ts'
import { LogoImage } from '../shared/logo-image.tsx'

function useLogo({ client_id: id }: ApiClient) {
  const params = { path: { client_id: id } }
  const handIn = useWrite(
    async (file: File, frame) =>
      readBody(
        frame.client.PUT('/partner/clients/{client_id}/logo', {
          params,
          body: { data: toBase64(await file.arrayBuffer()) },
        }),
      ),
    () => showToast(t('logo.handed_in')),
  )
  const takeAway = useWrite(
    (_: null, frame) => readBody(frame.client.DELETE('/partner/clients/{client_id}/logo', { params })),
    () => showToast(t('logo.taken_away')),
  )
  return { handIn, takeAway }
}

function LogoTools({ client }: { client: ApiClient }) {
  const { handIn, takeAway } = useLogo(client)
  const { in_use: shown, waiting } = client.logos
  return (
    <>
      <WriteProblem error={handIn.error ?? takeAway.error} />
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
          if (file) handIn.mutate(file)
        }}
      />
      {(shown !== null || waiting !== null) && (
        <div>
          <Button variant="default" loading={takeAway.isPending} onClick={() => takeAway.mutate(null)}>
            {t('logo.take_away')}
          </Button>
        </div>
      )}
    </>
  )
}

/** What customers see beside the name, what waits for the provider to look at it, and why the last one was refused. */
export function ClientLogo({ client, mayChange }: { client: ApiClient; mayChange: boolean }) {
  const { in_use: shown, waiting, refused } = client.logos
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
