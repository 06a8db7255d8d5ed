import { Button } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { LinkDetail } from '@liaison/client'
import { lazy, Suspense, useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { Answer } from '../../parts/states.tsx'
import { Coming } from '../../parts/settled.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { tenantNameOf } from '../shared/link-names.ts'
import { ChangeList, HistoryList, LinkFacts } from '../shared/link-parts.tsx'
import { usePartnerCheck } from '../linking/calls.ts'
import { CheckPanel } from '../linking/check-panel.tsx'
import { PartnerSettings } from '../linking/notes-panel.tsx'
import { PartnerReviewNote } from '../linking/review-note.tsx'
import { WaitNote } from '../linking/wait-note.tsx'
import { ExtendForm } from './extend-form.tsx'
import { LinkPeople } from './link-people.tsx'
import { payersOf } from './payers.ts'

// Few links have this part, so it is fetched when one does.
const AccountsOnlyPanel = lazy(() =>
  import('../accounts/accounts-only.tsx').then((loaded) => ({ default: loaded.AccountsOnlyPanel })),
)

type Act = 'suspend' | 'resume' | 'withdraw' | 'accept' | 'decline'

/** The present state of a link with the tag that a change of it must present. */
export function useLink(linkId: string) {
  return useRead(['link', linkId], (frame, signal) =>
    readTagged(
      frame.client.GET('/partner/links/{link_id}', { params: { path: { link_id: linkId } }, signal }),
    ),
  )
}

/** What the state allows; only the side that suspended resumes. */
function actsOf({ status, initiated_by: asker, status_changed_by: by }: LinkDetail): Act[] {
  if (status === 'requested') return asker === 'tenant' ? ['accept', 'decline'] : ['withdraw']
  if (status === 'active') return ['suspend']
  return status === 'suspended' && by === 'partner' ? ['resume'] : []
}

type ActButtonProps = { act: Act; link: LinkDetail; etag: string | null }

function ActButton({ act, link, etag }: ActButtonProps) {
  const [isOpen, setOpen] = useState(false)
  const names = { tenant: tenantNameOf(link) }
  const write = useWrite(
    (reason: string, frame) => {
      const init = {
        params: { path: { link_id: link.link_id } },
        headers: { 'If-Match': etag ?? '' },
        body: reason === '' ? {} : { reason },
      }
      return readBody(frame.client.POST(`/partner/links/{link_id}/${act}`, init))
    },
    () => {
      setOpen(false)
      showToast(t(`link.${act}_done`, names))
    },
  )
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t(`link.${act}`)}…
      </Button>
      <Ask
        opened={isOpen}
        title={t(`link.${act}_title`, names)}
        act={t(`link.${act}`)}
        keep={t(`link.${act}_keep`)}
        isBusy={write.isPending}
        error={write.error}
        {...(act === 'resume' || act === 'accept' ? {} : { reason: 'optional' as const })}
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        {t(`link.${act}_effect`, names)}
      </Ask>
    </>
  )
}

function Tools({ link, etag }: { link: LinkDetail; etag: string | null }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const mayManage = useMay('partner_org.links.manage')
  const mayEnd = mayManage && ['active', 'suspended', 'approved'].includes(link.status)
  return (
    <>
      {(mayManage ? actsOf(link) : []).map((act) => (
        <ActButton key={act} act={act} link={link} etag={etag} />
      ))}
      {mayEnd && (
        <Button variant="default" onClick={() => go(partnerPlaces.endLink(partnerId, link.link_id))}>
          {t('link.end')}…
        </Button>
      )}
      {link.status === 'active' && link.tenant_id !== null && (
        <Button onClick={() => go(actingPlaces.summary(partnerId, link.tenant_id ?? ''))}>
          {t('act_in', { tenant: tenantNameOf(link) })}
        </Button>
      )}
    </>
  )
}

function Check({ linkId }: { linkId: string }) {
  return <CheckPanel query={usePartnerCheck(linkId)} />
}

/** Own accounts are the matter of those who resell; every other link shows them only where it is restricted. */
function sells({ relationship_type: type }: LinkDetail): boolean {
  return type === 'reseller_channel'
}

/** One link: what it opens, who uses it, what changed, and the acts its state allows. */
export function LinkPage() {
  const { partnerId, name } = useFrame()
  const linkId = useParam('link')
  const maySeePeople = useMay('partner_org.members.read')
  const mayManage = useMay('partner_org.links.manage')
  const link = useLink(linkId)
  const found = link.data?.body
  return (
    <Page
      title={found ? t('link.title', { tenant: tenantNameOf(found) }) : t('link.title_plain')}
      back={{ to: partnerPlaces.links(partnerId), label: t('nav.links') }}
      tools={link.data && <Tools link={link.data.body} etag={link.data.etag} />}
    >
      <Answer query={link} lines={12}>
        {({ body, etag }) => (
          <div className="columns">
            <div className="stack">
              <PartnerReviewNote link={body} />
              <WaitNote link={body} who={name} />
              <Panel title={t('link.opens')}>
                <PermissionList can={body.can} cannot={body.cannot} who={name} />
              </Panel>
              {maySeePeople && <LinkPeople key={body.link_id} link={body} />}
              <ChangeList changes={body.changes} />
            </div>
            <div className="stack">
              <LinkFacts title={t('link.state')} link={body} whoPays={payersOf(body.billing_parties)} />
              {mayManage && body.status === 'active' && <ExtendForm link={body} etag={etag} />}
              {mayManage && body.status === 'active' && (body.own_accounts_only || sells(body)) && (
                <Suspense fallback={<Coming />}>
                  <KeptForm value={{ link: body, etag }} version={body.version}>
                    {(held) => <AccountsOnlyPanel {...held} />}
                  </KeptForm>
                </Suspense>
              )}
              {['active', 'approved', 'suspended'].includes(body.status) && <Check linkId={body.link_id} />}
              {mayManage && body.tenant_id !== null && <PartnerSettings linkId={body.link_id} />}
              <HistoryList history={body.history} />
            </div>
          </div>
        )}
      </Answer>
    </Page>
  )
}
