import { readBody } from '@liaison/client'
import type { PartnerConsent } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'

/** Gives an access back that a customer allowed; nothing where it does not run or the person may not. */
export function GiveBack({ consent, isInRow = false }: { consent: PartnerConsent; isInRow?: boolean }) {
  const mayEnd = useMay('partner_org.consents.manage')
  if (!mayEnd || (consent.status !== 'active' && consent.status !== 'suspended')) return null
  const names = { tenant: consent.tenant_name, client: consent.client.name }
  const words = {
    act: t('granted.give_back'),
    title: t('granted.give_back_title', names),
    effect: t('granted.give_back_effect', names),
    keep: t('granted.give_back_keep'),
    done: t('granted.give_back_done', names),
  }
  return (
    <MoveButton
      isInRow={isInRow}
      isDanger
      words={words}
      reason="optional"
      move={(reason, { client }) =>
        readBody(
          client.POST('/partner/consents/{consent_id}/end', {
            params: { path: { consent_id: consent.consent_id } },
            body: reason === '' ? {} : { reason },
          }),
        )
      }
    />
  )
}
