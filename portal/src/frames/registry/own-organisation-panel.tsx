import { readBody } from '@liaison/client'
import type { PartnerHome } from '@liaison/client'

import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

function AcceptButton({ home }: { home: PartnerHome }) {
  const named = { tenant: home.tenant_name }
  return (
    <MoveButton
      isApproval
      words={{
        act: t('own_org.accept', named),
        title: t('own_org.accept_title', named),
        effect: t('own_org.accept_effect', named),
        keep: t('own_org.accept_keep'),
        done: t('own_org.accepted', named),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/partner/homes/{home_id}/accept', { params: { path: { home_id: home.home_id } } }),
        )
      }
    />
  )
}

function StopButton({ home }: { home: PartnerHome }) {
  const act = home.status === 'active' ? 'end' : 'decline'
  const named = { tenant: home.tenant_name }
  const params = { path: { home_id: home.home_id } }
  return (
    <MoveButton
      reason="optional"
      isDanger={act === 'end'}
      words={{
        act: t(`own_org.${act}`, named),
        title: t(`own_org.${act}_title`, named),
        effect: t(`own_org.${act}_effect`, named),
        keep: t(`own_org.${act}_keep`),
        done: t(act === 'end' ? 'own_org.ended' : 'own_org.declined', named),
      }}
      move={(reason, { client }) =>
        readBody(client.POST(`/partner/homes/{home_id}/${act}`, { params, body: reasonBody(reason) }))
      }
    />
  )
}

function sentenceOf(home: PartnerHome): string {
  const tenant = home.tenant_name
  return home.status === 'active'
    ? t('own_org.active', { tenant, name: home.accepted_by_name ?? '', date: formatDate(home.accepted_at) })
    : t('own_org.offered', { tenant, person: home.asked_by_name, until: formatDate(home.answer_by) })
}

function One({ home }: { home: PartnerHome }) {
  const mayAccept = useMay('partner_org.links.accept')
  const mayStop = useMay('partner_org.links.manage')
  return (
    <div className="stack tight">
      <p>{sentenceOf(home)}</p>
      <div className="row">
        {home.status === 'offered' && mayAccept && <AcceptButton home={home} />}
        {mayStop && <StopButton home={home} />}
      </div>
    </div>
  )
}

/** The organisation that the partner is itself, or that says so and waits for an answer (A5). */
export function OwnOrganisationPanel({ slug }: { slug: string }) {
  const homes = useRead(['homes'], (frame, signal) =>
    readBody(frame.client.GET('/partner/homes', { params: { query: { status: 'offered,active' } }, signal })),
  )
  return (
    <Panel title={t('own_org.title')}>
      <p className="muted">{t('own_org.about')}</p>
      <Answer query={homes} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('own_org.none', { slug })}</p>
          ) : (
            items.map((home) => <One key={home.home_id} home={home} />)
          )
        }
      </Answer>
    </Panel>
  )
}
