import { Button } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { PartnerMember, TeamDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { readEveryMember } from '../shared/every.ts'
import { formKey } from '../shared/form-key.ts'
import { PeopleTicks } from '../shared/people-ticks.tsx'
import { TeamGrants } from './team-grants.tsx'

type Tagged = { team: TeamDetail; etag: string | null }

function usePeople({ team, etag }: Tagged) {
  return useWrite(
    (ids: readonly string[], { client }) =>
      readBody(
        client.PUT('/partner/teams/{team_id}/members', {
          params: { path: { team_id: team.team_id } },
          headers: { 'If-Match': etag ?? '' },
          body: { member_ids: [...ids] },
        }),
      ),
    () => showToast(t('team.people_saved', { team: team.name })),
  )
}

function PeopleForm({ team, etag, people }: Tagged & { people: readonly PartnerMember[] }) {
  const held = team.members.map((member) => member.member_id)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(held))
  const isChanged = chosen.size !== held.length || held.some((id) => !chosen.has(id))
  const write = usePeople({ team, etag })
  const shown = people.filter((person) => person.status === 'active' || chosen.has(person.member_id))
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate([...chosen])
      }}
    >
      <WriteProblem error={write.error} />
      <PeopleTicks
        people={shown}
        describe={(person) => tValue('member_role', person.role)}
        chosen={chosen}
        onChosen={setChosen}
      />
      {isChanged && (
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('team.save_people')}
          </Button>
        </div>
      )}
    </form>
  )
}

function DeleteTeam({ team }: { team: TeamDetail }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const names = { team: team.name }
  return (
    <MoveButton
      isDanger
      words={{
        act: t('team.delete'),
        title: t('team.delete_title', names),
        effect: t('team.delete_effect', { count: team.links_count }),
        keep: t('team.delete_keep'),
        done: t('team.delete_done', names),
      }}
      move={async (_reason, { client }) => {
        await readBody(
          client.DELETE('/partner/teams/{team_id}', { params: { path: { team_id: team.team_id } } }),
        )
        go(partnerPlaces.teams(partnerId))
      }}
    />
  )
}

function Parts({ team, etag }: Tagged) {
  const people = useRead(['members', 'every'], (frame, signal) => readEveryMember(frame.client, signal))
  return (
    <div className="stack">
      <Panel title={t('team.people_title')}>
        <Answer query={people} lines={3}>
          {(items) => (
            <KeptForm value={{ team, etag }} version={formKey(team.members)}>
              {(held) => <PeopleForm {...held} people={items} />}
            </KeptForm>
          )}
        </Answer>
      </Panel>
      <Panel title={t('team.grants_title')}>
        <TeamGrants team={team} etag={etag} />
      </Panel>
    </div>
  )
}

/** One team: its people, and the links and groups that they are assigned to together (B3). */
export function TeamPage() {
  const { partnerId } = useFrame()
  const id = useParam('team')
  const mayManage = useMay('partner_org.teams.manage')
  const team = useRead(['teams', 'one', id], (frame, signal) =>
    readTagged(frame.client.GET('/partner/teams/{team_id}', { params: { path: { team_id: id } }, signal })),
  )
  return (
    <Page
      title={team.data?.body.name ?? t('teams.title')}
      lead={team.data?.body.description}
      back={{ to: partnerPlaces.teams(partnerId), label: t('team.back') }}
      tools={mayManage && team.data && <DeleteTeam team={team.data.body} />}
    >
      <Answer query={team} lines={8}>
        {({ body, etag }) => <Parts team={body} etag={etag} />}
      </Answer>
    </Page>
  )
}
