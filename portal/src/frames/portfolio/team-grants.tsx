import { Button, NativeSelect, TextInput } from '@mantine/core'
import { LINK_ROLES } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { readBody } from '@liaison/client'
import type { TeamDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { endOfDay } from '../../platform/last-day.ts'
import { readEveryAssignment } from '../shared/every.ts'
import { useGroups } from '../shared/group-pick.tsx'

type Grant = TeamDetail['grants'][number]
type WantedGrant = Pick<Grant, 'link_id' | 'group_id' | 'role' | 'ends_at'>

const nameOf = (grant: Grant): string => grant.group_name ?? grant.tenant_name ?? ''
const roleOf = (role: LinkRole | null): string =>
  role === null ? t('team.role_of_link') : tValue('role', role)
const toWanted = ({ link_id, group_id, role, ends_at }: Grant): WantedGrant => ({
  link_id,
  group_id,
  role,
  ends_at,
})

function useGrants(team: TeamDetail, etag: string | null) {
  return useWrite(
    (grants: WantedGrant[], { client }) =>
      readBody(
        client.PUT('/partner/teams/{team_id}/grants', {
          params: { path: { team_id: team.team_id } },
          headers: { 'If-Match': etag ?? '' },
          body: { grants },
        }),
      ),
    () => showToast(t('team.grants_saved', { team: team.name })),
  )
}

type Save = ReturnType<typeof useGrants>

function Grants({ team, save }: { team: TeamDetail; save: Save }) {
  const { partnerId } = useFrame()
  if (team.grants.length === 0) return <p className="muted">{t('team.grants_none')}</p>
  return (
    <ul className="can">
      {team.grants.map((grant) => (
        <li key={grant.group_id ?? grant.link_id} className="row">
          <GoLink
            className="thing"
            to={
              grant.link_id === null
                ? partnerPlaces.group(partnerId, grant.group_id ?? '')
                : partnerPlaces.link(partnerId, grant.link_id)
            }
          >
            {nameOf(grant)}
          </GoLink>
          <span className="muted">
            {roleOf(grant.role)}
            {grant.ends_at !== null && ` · ${t('team.until', { date: formatDate(grant.ends_at) })}`}
          </span>
          <button
            type="button"
            className="row-tool danger"
            disabled={save.isPending}
            aria-label={t('team.take', { name: nameOf(grant) })}
            onClick={() => save.mutate(team.grants.filter((other) => other !== grant).map(toWanted))}
          >
            {t('team.take_short')}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What a team can still be assigned to, by the value of its option. */
function useTargets(team: TeamDetail) {
  const groups = useGroups().data ?? []
  const links = useRead(['assignments', 'every'], (frame, signal) =>
    readEveryAssignment(frame.client, signal),
  )
  const held = new Set(team.grants.flatMap((grant) => [grant.link_id, grant.group_id]))
  return {
    groups: groups.filter((group) => !held.has(group.group_id)),
    links: (links.data ?? []).filter((link) => !held.has(link.link_id)),
  }
}

type SelectProps = { value: string; onValue: (value: string) => void }

function TargetSelect({
  team,
  value,
  isMissing,
  onValue,
}: SelectProps & { team: TeamDetail; isMissing: boolean }) {
  const { groups, links } = useTargets(team)
  return (
    <NativeSelect
      label={t('team.add_what')}
      required
      error={isMissing && t('team.missing')}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{t('team.choose')}</option>
      <optgroup label={t('team.groups')}>
        {groups.map((group) => (
          <option key={group.group_id} value={group.group_id}>
            {group.name}
          </option>
        ))}
      </optgroup>
      <optgroup label={t('team.tenants')}>
        {links.map((link) => (
          <option key={link.link_id} value={link.link_id}>
            {link.tenant_name}
          </option>
        ))}
      </optgroup>
    </NativeSelect>
  )
}

function RoleSelect({ value, onValue }: SelectProps) {
  return (
    <NativeSelect
      label={t('team.add_role')}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{t('team.role_of_link')}</option>
      {LINK_ROLES.map((name) => (
        <option key={name} value={name}>
          {tValue('role', name)}
        </option>
      ))}
    </NativeSelect>
  )
}

const nothing = { target: '', role: '', lastDay: '' }

function AddGrant({ team, save }: { team: TeamDetail; save: Save }) {
  const [entered, setEntered] = useState(nothing)
  const [isMissing, setMissing] = useState(false)
  const set = (change: Partial<typeof nothing>) => setEntered((before) => ({ ...before, ...change }))
  const { role, lastDay } = entered
  // A colleague may have assigned the team there meanwhile; then it is no choice any more.
  const isHeld = team.grants.some(({ link_id: link, group_id: group }) => (link ?? group) === entered.target)
  const target = isHeld ? '' : entered.target
  const add = () => {
    const isLink = target.startsWith('lnk_')
    const wanted: WantedGrant = {
      link_id: isLink ? target : null,
      group_id: isLink ? null : target,
      role: LINK_ROLES.find((name) => name === role) ?? null,
      ends_at: endOfDay(lastDay)?.toISOString() ?? null,
    }
    save.mutate([...team.grants.map(toWanted), wanted], { onSuccess: () => setEntered(nothing) })
  }
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault()
        setMissing(target === '')
        if (target !== '') add()
      }}
      noValidate
    >
      <TargetSelect
        team={team}
        value={target}
        isMissing={isMissing && target === ''}
        onValue={(next) => set({ target: next })}
      />
      <RoleSelect value={role} onValue={(next) => set({ role: next })} />
      <TextInput
        type="date"
        label={t('team.add_ends')}
        value={lastDay}
        onChange={(event) => set({ lastDay: event.currentTarget.value })}
      />
      <Button type="submit" loading={save.isPending}>
        {t('team.add')}
      </Button>
    </form>
  )
}

/** The links and groups that a team is assigned to, with the way to add one and to take one away. */
export function TeamGrants({ team, etag }: { team: TeamDetail; etag: string | null }) {
  const save = useGrants(team, etag)
  return (
    <div className="stack tight">
      <WriteProblem error={save.error} />
      <Grants team={team} save={save} />
      <AddGrant team={team} save={save} />
    </div>
  )
}
