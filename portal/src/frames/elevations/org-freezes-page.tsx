import '../org/stopping-words.ts'
import { readBody } from '@liaison/client'
import type { Freeze } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { useFreezes } from '../org/calls.ts'
import { useStoppingAccess } from '../org/stopping.ts'
import type { Stopping } from '../org/stopping.ts'
import type { LiftBody } from '../shared/freeze-words.ts'
import { FreezeList, StopForm } from './freeze-parts.tsx'
import type { Stop, Stoppable } from './freeze-parts.tsx'

function setFreeze({ client }: Frame, { scope, id, reason }: Stop): Promise<Freeze> {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() }
  const body =
    scope === 'tenant'
      ? { scope: 'tenant' as const, ...why }
      : { scope: 'partner' as const, partner_id: id, ...why }
  return readBody(client.POST('/tenant/partner-access/freeze', { body }))
}

function liftFreeze({ client }: Frame, freezeId: string, body: LiftBody): Promise<Freeze> {
  return readBody(
    client.DELETE('/tenant/partner-access/freeze/{freeze_id}', {
      params: { path: { freeze_id: freezeId } },
      body,
    }),
  )
}

/** The partners that were let in, whichever way, by their ids. */
function partnersIn(access: readonly Stopping[]): ReadonlyMap<string, string> {
  const partners = new Map<string, string>()
  for (const { kind, partnerId, who } of access)
    if (partnerId !== null && kind !== 'request') partners.set(partnerId, who)
  return partners
}

/** How many people and apps a pause of these accesses stops, in words. */
function effectOf(access: readonly Stopping[], who: string): string {
  const people = access.reduce((sum, one) => sum + (one.kind === 'link' ? (one.people ?? 0) : 0), 0)
  const apps = access.filter(({ kind }) => kind === 'consent' || kind === 'resale' || kind === 'home').length
  return t('ownfreeze.effect_org', { people, apps, who })
}

/** Partners paused at once, one or all. */
export function OrgFreezesPage() {
  const { name } = useFrame()
  const maySet = useMay('tenant.partner_access.revoke')
  const access = useStoppingAccess()
  const freezes = useFreezes()
  const partners = partnersIn(access.data ?? [])
  const nameOfId = (id: string) => partners.get(id) ?? ''
  const stoppables: readonly Stoppable[] = [
    {
      scope: 'partner',
      label: t('ownfreeze.one_partner'),
      who: nameOfId,
      effect: (id) =>
        effectOf(
          (access.data ?? []).filter((one) => one.partnerId === id),
          nameOfId(id),
        ),
      which: {
        label: t('ownfreeze.which_partner'),
        choices: [...partners].map(([id, partner]) => ({ id, name: partner })),
      },
    },
    {
      scope: 'tenant',
      label: t('ownfreeze.all_org'),
      note: t('ownfreeze.two'),
      who: () => t('ownfreeze.all_who'),
      effect: () => effectOf(access.data ?? [], t('ownfreeze.all_who')),
    },
  ]
  const nameOf = (freeze: Freeze): string =>
    freeze.scope === 'tenant' ? t('freeze.everybody') : (freeze.partner_name ?? name)
  return (
    <Page title={t('nav.freezes')} lead={t('ownfreeze.lead_org')}>
      <div className="stack">
        <Answer query={freezes}>
          {({ items }) => <FreezeList freezes={items} nameOf={nameOf} onLift={liftFreeze} />}
        </Answer>
        {maySet && (
          <div className="form">
            <StopForm stoppables={stoppables} onSet={setFreeze} />
          </div>
        )}
      </div>
    </Page>
  )
}
