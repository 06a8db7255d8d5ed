import { readBody } from '@liaison/client'
import type { Freeze } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryLink, readEveryMember } from '../shared/every.ts'
import type { LiftBody } from '../shared/freeze-words.ts'
import { FreezeList, StopForm } from './freeze-parts.tsx'
import type { Stop, Stoppable } from './freeze-parts.tsx'

function setFreeze({ client }: Frame, { scope, id, reason }: Stop): Promise<Freeze> {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() }
  const body =
    scope === 'person'
      ? { scope: 'person' as const, person_id: id, ...why }
      : scope === 'delegation'
        ? { scope: 'delegation' as const, link_id: id, ...why }
        : { scope: 'partner' as const, ...why }
  return readBody(client.POST('/partner/freezes', { body }))
}

function liftFreeze({ client }: Frame, freezeId: string, body: LiftBody): Promise<Freeze> {
  return readBody(
    client.DELETE('/partner/freezes/{freeze_id}', {
      params: { path: { freeze_id: freezeId } },
      body,
    }),
  )
}

type Choice = { readonly id: string; readonly name: string }

function useChoices(): { people: readonly Choice[]; links: readonly Choice[] } {
  const people = useRead(['members', 'every'], (frame, signal) => readEveryMember(frame.client, signal))
  const links = useRead(['links', 'every', 'living'], (frame, signal) =>
    readEveryLink(frame.client, 'active,suspended', signal),
  )
  return {
    people: (people.data ?? []).map(({ person_id: id, name }) => ({ id, name })),
    links: (links.data ?? []).map(({ link_id: id, tenant_name: name }) => ({ id, name: name ?? id })),
  }
}

const nameIn = (choices: readonly Choice[], id: string): string =>
  choices.find((choice) => choice.id === id)?.name ?? ''

/** What is said before a pause, of whomever it is about. */
const toldOf = (who: (id: string) => string) => ({
  who,
  effect: (id: string) => t('ownfreeze.effect', { who: who(id) }),
})

/** The own people's access, paused at once: all of it, one link, or one person. */
export function PartnerFreezesPage() {
  const { name } = useFrame()
  const { people, links } = useChoices()
  const freezes = useRead(['freezes'], (frame, signal) =>
    readBody(frame.client.GET('/partner/freezes', { signal })),
  )
  const stoppables: readonly Stoppable[] = [
    {
      scope: 'person',
      label: t('ownfreeze.person'),
      ...toldOf((id) => nameIn(people, id)),
      which: { label: t('ownfreeze.which_person'), choices: people },
    },
    {
      scope: 'delegation',
      label: t('ownfreeze.link'),
      ...toldOf((id) => `${t('ownfreeze.which_link')} ${nameIn(links, id)}`),
      which: { label: t('ownfreeze.which_link'), choices: links },
    },
    {
      scope: 'partner',
      label: t('ownfreeze.all_partner'),
      ...toldOf(() => t('ownfreeze.everybody', { org: name })),
    },
  ]
  const nameOf = (freeze: Freeze): string => {
    if (freeze.scope === 'person') return freeze.person_name ?? ''
    if (freeze.scope === 'partner') return t('ownfreeze.everybody', { org: name })
    const link = links.find(({ id }) => id === freeze.link_id)
    return `${t('ownfreeze.which_link')} ${freeze.tenant_name ?? link?.name ?? ''}`
  }
  return (
    <Page title={t('nav.freezes')} lead={t('ownfreeze.lead_partner')}>
      <div className="stack">
        <Answer query={freezes}>
          {({ items }) => <FreezeList freezes={items} nameOf={nameOf} onLift={liftFreeze} />}
        </Answer>
        <div className="form">
          <StopForm stoppables={stoppables} onSet={setFreeze} />
        </div>
      </div>
    </Page>
  )
}
