import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Team } from '@liaison/client'
import { useMemo, useState } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { formatCount } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'

const spec = { page: pageField() }

function toColumns(partnerId: string): Column<Team>[] {
  return [
    {
      id: 'name',
      header: t('teams.one'),
      cell: (team) => (
        <GoLink className="thing" to={partnerPlaces.teamOf(partnerId, team.team_id)}>
          {team.name}
        </GoLink>
      ),
    },
    {
      id: 'about',
      header: t('teams.about'),
      cell: (team) => <span className="muted">{team.description ?? '–'}</span>,
    },
    {
      id: 'people',
      header: t('teams.people'),
      numeric: true,
      cell: (team) => formatCount(team.members_count),
    },
    {
      id: 'grants',
      header: t('teams.grants'),
      numeric: true,
      cell: (team) => formatCount(team.grants_count),
    },
    {
      id: 'links',
      header: t('teams.links'),
      numeric: true,
      cell: (team) => formatCount(team.links_count),
    },
  ]
}

function MakeTeam() {
  const { partnerId } = useFrame()
  const go = useGo()
  const [name, setName] = useState('')
  const write = useWrite(
    (wanted: string, { client }) => readBody(client.POST('/partner/teams', { body: { name: wanted } })),
    (team) => {
      showToast(t('teams.made', { team: team.name }))
      go(partnerPlaces.teamOf(partnerId, team.team_id))
    },
  )
  return (
    <Panel title={t('teams.make')}>
      <form
        className="stack tight form"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate(name.trim())
        }}
      >
        <WriteProblem error={write.error} />
        <TextInput
          id="name"
          label={t('teams.name')}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('teams.make')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

/** The teams of the partner: people who are assigned together (B3). */
export function TeamsPage() {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.teams.manage')
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const teams = useRead(
    ['teams', query],
    (frame, signal) => readBody(frame.client.GET('/partner/teams', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  return (
    <Page title={t('teams.title')} lead={t('teams.lead')}>
      <div className="stack">
        <PagedTable
          query={teams}
          caption={t('teams.caption')}
          columns={columns}
          rowId={(team) => team.team_id}
          empty={<Empty title={t('teams.none')} text={t('teams.none_text')} />}
          onPage={(page) => set({ page })}
        />
        {mayManage && <MakeTeam />}
      </div>
    </Page>
  )
}
