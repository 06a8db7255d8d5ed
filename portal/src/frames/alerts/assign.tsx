import { NativeSelect } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import type { ShownAlert } from './calls.ts'

/** The people who may use a link; the server refuses one who may not work on the alert. */
function usePeople(linkId: string) {
  return useRead(['link-members', linkId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/links/{link_id}/members', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
}

type PersonPickProps = { linkId: string; value: string; onValue: (personId: string) => void }

function PersonPick({ linkId, value, onValue }: PersonPickProps) {
  const { me } = useFrame()
  const people = usePeople(linkId)
  return (
    <Answer query={people} lines={2}>
      {({ members }) => {
        // A person can be in directly and by a team.
        const names = new Map(members.map((member) => [member.person_id, member.name]))
        return (
          <NativeSelect
            label={t('alerts.assign_to')}
            value={value}
            onChange={(event) => onValue(event.currentTarget.value)}
          >
            <option value="">{t('alerts.assign_nobody')}</option>
            {[...names].map(([id, name]) => (
              <option key={id} value={id}>
                {id === me.person.id ? t('alerts.assign_me', { name }) : name}
              </option>
            ))}
          </NativeSelect>
        )
      }}
    </Answer>
  )
}

type GiveProps = { alert: ShownAlert; linkId: string; onClose: () => void }

/** Gives an alert of a tenant to a colleague who may use its link, or to nobody. */
export function Give({ alert, linkId, onClose }: GiveProps) {
  const [person, setPerson] = useState(alert.assigned_to ?? '')
  const write = useWrite(
    (to: string, { client }) =>
      readBody(
        client.POST('/partner/alerts/{alert_id}/assign', {
          params: { path: { alert_id: alert.alert_id } },
          body: { assigned_to: to === '' ? null : to },
        }),
      ),
    (answer) => {
      onClose()
      showToast(
        answer.assigned_to_name === null
          ? t('alerts.assigned_nobody', { alert: alert.title })
          : t('alerts.assigned', { alert: alert.title, name: answer.assigned_to_name }),
      )
    },
  )
  return (
    <Ask
      opened
      title={t('alerts.assign_title')}
      act={t('alerts.assign')}
      keep={t('alerts.assign_keep')}
      isBusy={write.isPending}
      error={write.error}
      onKeep={onClose}
      onAct={() => write.mutate(person)}
    >
      <p className="strong">{alert.title}</p>
      <PersonPick linkId={linkId} value={person} onValue={setPerson} />
    </Ask>
  )
}
