import './registry-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { useMay } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

function ActButton({ partner, act }: { partner: PartnerDetail; act: 'suspend' | 'reactivate' }) {
  const names = {
    partner: partner.name,
    people: partner.members_count,
    links: partner.active_links,
    clients: partner.clients_count,
    consents: partner.active_consents,
  }
  return (
    <MoveButton
      reason="required"
      words={{
        act: t(`partner.${act}`),
        title: t(`partner.${act}_title`, names),
        effect: t(`partner.${act}_effect`, names),
        keep: t(`partner.${act}_keep`),
        done: t(`partner.${act}_done`, names),
      }}
      move={(reason, { client }) =>
        readBody(
          client.POST(`/admin/partners/{partner_id}/${act}`, {
            params: { path: { partner_id: partner.partner_id } },
            body: { reason },
          }),
        )
      }
    />
  )
}

/** What the provider can do to a partner in its state. */
export function PartnerActs({ partner }: { partner: PartnerDetail }) {
  const mayManage = useMay('platform.partners.manage')
  const go = useGo()
  if (!mayManage || partner.status === 'terminated') return null
  return (
    <>
      <ActButton partner={partner} act={partner.status === 'active' ? 'suspend' : 'reactivate'} />
      {partner.termination_asked === null && (
        <Button
          variant="default"
          onClick={() => go(platformPlaces.partnerPart(partner.partner_id, 'terminate'))}
        >
          {t('partner.terminate')}…
        </Button>
      )}
    </>
  )
}
