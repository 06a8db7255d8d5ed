import { Button } from '@mantine/core'
import { readTagged } from '@liaison/client'
import type { LinkDetail, LinkMember, PartnerMember } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { joinNames, t, tValue } from '../../platform/words.ts'
import { useDraft } from '../shared/draft.ts'
import { readEveryMember } from '../shared/every.ts'
import { PeopleTicks } from '../shared/people-ticks.tsx'

type Place = Pick<LinkDetail, 'link_id' | 'tenant_name'>
type OnLink = { members: readonly LinkMember[] }
type Tagged = { body: OnLink; etag: string | null }
type PeopleFormProps = {
  link: Place
  read: Tagged
  refetch: () => Promise<{ data: Tagged | undefined }>
  people: readonly PartnerMember[]
}

/** Who is kept keeps the own role and end; who is new gets the link's. */
function toMembers(members: readonly LinkMember[], ids: Iterable<string>) {
  return [...ids].map((id) => {
    const known = members.find((member) => member.member_id === id)
    return {
      member_id: id,
      ...(known?.role ? { role: known.role } : {}),
      ...(known?.ends_at ? { ends_at: known.ends_at } : {}),
    }
  })
}

function useMembers(link: Place) {
  return useWrite(
    ({ etag, members }: { etag: string | null; members: ReturnType<typeof toMembers> }, frame) =>
      readTagged(
        frame.client.PUT('/partner/links/{link_id}/members', {
          params: { path: { link_id: link.link_id } },
          headers: { 'If-Match': etag ?? '' },
          body: { members },
        }),
      ),
    () => showToast(t('people.saved', { tenant: link.tenant_name })),
  )
}

const keyOf = (linkId: string) => ['link-people', linkId]

const directOf = ({ members }: OnLink) => members.filter(({ via_team: team }) => team === null)

const chosenOf = (body: OnLink): ReadonlySet<string> => new Set(directOf(body).map(({ member_id: id }) => id))

/** Who is in by now, where somebody else changed it after the person began to tick. */
function InNow({ body }: { body: OnLink }) {
  const names = directOf(body).map(({ name }) => name)
  return (
    <Note tone="attention">
      <p>{t('people.now', { names: names.length === 0 ? t('people.now_nobody') : joinNames(names) })}</p>
    </Note>
  )
}

type LinkTeam = LinkMember['via_team']

/** Somebody whom a team brings is in without a tick; a tick assigns the person besides, and then counts. */
function describe(member: PartnerMember, team: LinkTeam): string {
  const role = tValue('member_role', member.role)
  return team === null ? role : `${role} · ${t('people.via', { team: team.name })}`
}

function PeopleForm({ link, read, refetch, people }: PeopleFormProps) {
  const { members } = read.body
  const assigned = chosenOf(read.body)
  const teamOf = (id: string) => members.find((member) => member.member_id === id)?.via_team ?? null
  const draft = useDraft({ key: keyOf(link.link_id), read, refetch, toValue: chosenOf })
  const write = useMembers(link)
  const isChanged = draft.value.size !== assigned.size || [...assigned].some((id) => !draft.value.has(id))
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate({ etag: draft.etag, members: toMembers(members, draft.value) }, draft.outcome)
      }}
    >
      <WriteProblem error={write.error} />
      {draft.isOvertaken && <InNow body={read.body} />}
      <PeopleTicks
        people={people.filter(({ status, member_id: id }) => status === 'active' || draft.value.has(id))}
        describe={(member) => describe(member, teamOf(member.member_id))}
        chosen={draft.value}
        onChosen={draft.change}
      />
      {isChanged && (
        <div className="row">
          <Button type="submit" loading={write.isPending}>
            {t('people.save', { tenant: link.tenant_name })}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              draft.drop()
              write.reset()
            }}
          >
            {t('people.undo')}
          </Button>
        </div>
      )}
    </form>
  )
}

/** Who of the partner may use this link. Without assignment there is no access, for owners neither (B3). */
export function LinkPeople({ link }: { link: Place }) {
  const people = useRead(['members', 'every'], ({ client }, signal) => readEveryMember(client, signal))
  const read = useRead(keyOf(link.link_id), (frame, signal) =>
    readTagged(
      frame.client.GET('/partner/links/{link_id}/members', {
        params: { path: { link_id: link.link_id } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('people.title')}>
      <p className="muted">{t('people.text')}</p>
      <Answer query={people} lines={3}>
        {(everybody) => (
          <Answer query={read} lines={3}>
            {(found) => <PeopleForm link={link} read={found} refetch={read.refetch} people={everybody} />}
          </Answer>
        )}
      </Answer>
    </Panel>
  )
}
