import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LinkDetail, PartnerMember } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { PeopleTicks } from '../shared/people-ticks.tsx'

type PeopleFormProps = { link: LinkDetail; etag: string | null; people: readonly PartnerMember[] }

/** Who is kept keeps the own role and end; who is new gets the link's. */
function toMembers(link: LinkDetail, ids: readonly string[]) {
  return ids.map((id) => {
    const known = link.members.find((member) => member.member_id === id)
    return {
      member_id: id,
      ...(known?.role ? { role: known.role } : {}),
      ...(known?.ends_at ? { ends_at: known.ends_at } : {}),
    }
  })
}

function useMembers(link: LinkDetail, etag: string | null) {
  return useWrite(
    (ids: readonly string[], frame) =>
      readBody(
        frame.client.PUT('/partner/links/{link_id}/members', {
          params: { path: { link_id: link.link_id } },
          headers: { 'If-Match': etag ?? '' },
          body: { members: toMembers(link, ids) },
        }),
      ),
    () => showToast(t('people.saved', { tenant: link.tenant_name })),
  )
}

type LinkTeam = LinkDetail['members'][number]['via_team']

/** Somebody whom a team brings is in without a tick; a tick assigns the person besides, and then counts. */
function describe(member: PartnerMember, team: LinkTeam): string {
  const role = tValue('member_role', member.role)
  return team === null ? role : `${role} · ${t('people.via', { team: team.name })}`
}

function PeopleForm({ link, etag, people }: PeopleFormProps) {
  const assigned = link.members
    .filter(({ via_team: team }) => team === null)
    .map((member) => member.member_id)
  const teamOf = (id: string) => link.members.find((member) => member.member_id === id)?.via_team ?? null
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(assigned))
  const isChanged = chosen.size !== assigned.length || assigned.some((id) => !chosen.has(id))
  const write = useMembers(link, etag)
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
        people={people}
        describe={(member) => describe(member, teamOf(member.member_id))}
        chosen={chosen}
        onChosen={setChosen}
      />
      {isChanged && (
        <div className="row">
          <Button type="submit" loading={write.isPending}>
            {t('people.save', { tenant: link.tenant_name })}
          </Button>
          <Button variant="default" onClick={() => setChosen(new Set(assigned))}>
            {t('people.undo')}
          </Button>
        </div>
      )}
    </form>
  )
}

/** Who of the partner may use this link. Without assignment there is no access, for owners neither (B3). */
export function LinkPeople({ link, etag }: { link: LinkDetail; etag: string | null }) {
  const people = useRead(['members'], (frame, signal) =>
    readBody(frame.client.GET('/partner/members', { signal })),
  )
  const key = link.members
    .map((member) => `${member.member_id} ${String(member.via_team?.team_id)}`)
    .join(' ')
  return (
    <Panel title={t('people.title')}>
      <p className="muted">{t('people.text')}</p>
      <Answer query={people} lines={3}>
        {({ items }) => <PeopleForm key={key} link={link} etag={etag} people={items} />}
      </Answer>
    </Panel>
  )
}
