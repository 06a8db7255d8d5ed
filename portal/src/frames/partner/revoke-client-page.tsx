import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useClient } from './client-calls.ts'

function RevokeForm({ client }: { client: ApiClient }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const { name, client_id: id } = client
  const back = partnerPlaces.client(partnerId, id)
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/partner/clients/{client_id}/revoke', {
          params: { path: { client_id: id } },
          body: { reason },
        }),
      ),
    () => {
      showToast(t('app.revoke_done', { name }))
      go(back)
    },
  )
  return (
    <ConfirmPage
      effects={[t('app.revoke_now'), t('app.revoke_consents'), t('app.revoke_ever')]}
      typed={name}
      typedLabel={t('app.revoke_type')}
      act={t('app.revoke_act', { name })}
      keep={t('app.revoke_keep')}
      reason="required"
      isBusy={write.isPending}
      error={write.error}
      onKeep={() => go(back)}
      onAct={(reason) => write.mutate(reason)}
    />
  )
}

/** Ends an API client for ever (level 2). */
export function RevokeClientPage() {
  const { partnerId } = useFrame()
  const clientId = useParam('client')
  const client = useClient(clientId)
  const name = client.data?.body.name
  return (
    <Page
      title={name === undefined ? t('app.revoke_title_plain') : t('app.revoke_title', { name })}
      back={{ to: partnerPlaces.client(partnerId, clientId), label: name ?? t('app.title_plain') }}
    >
      <Answer query={client}>{({ body }) => <RevokeForm client={body} />}</Answer>
    </Page>
  )
}
