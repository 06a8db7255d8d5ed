import { readBody } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { factorColumn, nameColumn } from '../shared/person-columns.tsx'

const spec = { search: textField(), page: pageField() }
const shortestSearch = 2

function readPersons({ client }: Frame, search: string, page: number) {
  return readBody(client.GET('/admin/persons', { params: { query: { search, ...pagingQuery(page) } } }))
}

type Person = Awaited<ReturnType<typeof readPersons>>['items'][number]

/** Removes what a person lost. Nobody does it for themselves. */
function ResetButton({ person }: { person: Person }) {
  const { me } = useFrame()
  const names = { person: person.name }
  if (!person.has_second_factor || person.person_id === me.person.id) return null
  return (
    <MoveButton
      isInRow
      isDanger
      reason="required"
      words={{
        open: t('persons.reset'),
        act: t('persons.reset_act'),
        title: t('persons.reset_title', names),
        effect: t('persons.reset_effect', names),
        keep: t('persons.reset_keep'),
        done: t('persons.reset_done', names),
      }}
      move={(reason, { client }) =>
        readBody(
          client.POST('/admin/persons/{person_id}/factors/reset', {
            params: { path: { person_id: person.person_id } },
            body: { reason },
          }),
        )
      }
    />
  )
}

const columns: Column<Person>[] = [
  nameColumn(),
  { id: 'places', header: t('persons.places'), cell: (row) => row.places.join(', ') || t('value.none') },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  factorColumn(),
  { id: 'acts', header: '', cell: (row) => <ResetButton person={row} /> },
]

function PersonList({
  search,
  page,
  onPage,
}: {
  search: string
  page: number
  onPage: (page: number) => void
}) {
  const persons = useRead(['persons', search, page], (frame) => readPersons(frame, search, page), {
    keep: true,
  })
  return (
    <PagedTable
      query={persons}
      caption={t('persons.title')}
      columns={columns}
      rowId={(row) => row.person_id}
      empty={<Empty title={t('state.no_match')} text={t('persons.none_text')} />}
      onPage={onPage}
    />
  )
}

/** Persons by name or address, and the way to remove a lost second factor. */
export function PersonsPage() {
  const { values, set, clear, active } = useFilters(spec)
  const search = values.search.trim()
  return (
    <Page title={t('persons.title')} lead={t('persons.lead')}>
      <FilterBar active={active} onClear={clear}>
        <SearchBox
          label={t('persons.find')}
          value={values.search}
          onValue={(text) => set({ search: text })}
        />
      </FilterBar>
      {search.length < shortestSearch ? (
        <div className="list">
          <Empty title={t('persons.start')} text={t('persons.start_text')} />
        </div>
      ) : (
        <PersonList search={search} page={values.page} onPage={(page) => set({ page })} />
      )}
    </Page>
  )
}
