import './registry-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerDetail } from '@liaison/client'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { usePartner } from './partner-tab.tsx'

function effectsOf(partner: PartnerDetail): string[] {
  return [
    t('terminate.people', { count: partner.members_count }),
    t('terminate.links', { count: partner.active_links }),
    t('terminate.clients', { clients: partner.clients_count, consents: partner.active_consents }),
    t('terminate.final', { partner: partner.name }),
    t('terminate.kept'),
    t('terminate.two', { partner: partner.name }),
  ]
}

function TerminateForm({ partner }: { partner: PartnerDetail }) {
  const go = useGo()
  const back = () => go(platformPlaces.partner(partner.partner_id))
  const write = useWrite(
    ({ reason, name }: { reason: string; name: string }, { client }) =>
      readBody(
        client.POST('/admin/partners/{partner_id}/terminate', {
          params: { path: { partner_id: partner.partner_id } },
          body: { reason, name },
        }),
      ),
    () => {
      showToast(t('terminate.done', { partner: partner.name }))
      back()
    },
  )
  return (
    <ConfirmPage
      effects={effectsOf(partner)}
      typed={partner.name}
      typedLabel={t('terminate.type')}
      act={t('terminate.act', { partner: partner.name })}
      keep={t('terminate.keep')}
      reason="required"
      isBusy={write.isPending}
      error={write.error}
      onKeep={back}
      onAct={(reason, name) => write.mutate({ reason, name })}
    />
  )
}

/** Ends the work with a partner for good (level 2). */
export function TerminatePage() {
  const partner = usePartner()
  const id = useParam('par')
  const name = partner.data?.body.name
  return (
    <Page
      title={name === undefined ? t('partner.terminate') : t('terminate.title', { partner: name })}
      back={{ to: platformPlaces.partner(id), label: name ?? t('column.partner') }}
    >
      <Answer query={partner}>{({ body }) => <TerminateForm partner={body} />}</Answer>
    </Page>
  )
}
