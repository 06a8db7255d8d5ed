import { Button, NativeSelect } from '@mantine/core'
import { LINK_ROLES } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { readBody } from '@liaison/client'
import type { Assignments } from '@liaison/client'
import { useCallback, useMemo, useState } from 'react'

import { PageFoot } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { FilterBar, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { textField } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { optional, pageField } from '../shared/list-fields.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { countUnseen, indexCells, toggle, toggleAll, toOrders } from './matrix-state.ts'
import type { Changes } from './matrix-state.ts'
import { MatrixLists, MatrixTable, roleLetters, Sign } from './matrix-table.tsx'
import { useNarrow } from './narrow.ts'
import { OperationResult, orderBulk } from './operation.tsx'

const columnsPerPage = 50
const mostItems = 200
const spec = { person: textField(), tenant: textField(), group: textField(), page: pageField() }

const noChanges: Changes = new Map<string, boolean>()

/** What the marks mean: the shapes always, the letters as far as they are shown. */
function Key({ page }: { page: Assignments }) {
  const linkRoles = new Map(page.items.map((link) => [link.link_id, link.access_role]))
  const shown = new Set(page.assignments.map((cell) => cell.role ?? linkRoles.get(cell.link_id)))
  const letters = LINK_ROLES.filter((role) => shown.has(role))
  return (
    <p className="small muted matrix-key">
      {letters.map((role) => (
        <span key={role}>
          <span className="strong">{roleLetters[role]}</span> {tValue('role', role)}
        </span>
      ))}
      <span>
        <Sign mark="direct" letterOf="msp_full" /> {t('matrix.key_direct')}
      </span>
      <span>
        <Sign mark="team" letterOf="msp_full" /> {t('matrix.key_team')}
      </span>
      <span>
        <Sign mark="add" letterOf="msp_full" /> {t('matrix.key_add')}
      </span>
      <span>
        <Sign mark="take" letterOf="msp_full" /> {t('matrix.key_take')}
      </span>
      <span className="wide-only">{t('matrix.keys')}</span>
    </p>
  )
}

/** Orders what was marked: those to assign first, then those to take out. Resolves to the operations. */
function useSave(onDone: (operations: string[]) => void) {
  return useWrite(
    async ({ changes, role }: { changes: Changes; role: LinkRole | null }, { client }) => {
      const { added, taken } = toOrders(changes)
      const operations: string[] = []
      if (added.length > 0) {
        const items = added.map((item) => ({ ...item, role, ends_at: null }))
        operations.push((await orderBulk(client, { action: 'assign', items })).operation_id)
      }
      if (taken.length > 0)
        operations.push((await orderBulk(client, { action: 'unassign', items: taken })).operation_id)
      return operations
    },
    (operations) => onDone(operations),
  )
}

type SaveBarProps = {
  changes: Changes
  unseen: number
  onUndo: () => void
  onDone: (operations: string[]) => void
}

function SaveBar({ changes, unseen, onUndo, onDone }: SaveBarProps) {
  const [role, setRole] = useState('')
  const write = useSave(onDone)
  const { added, taken } = toOrders(changes)
  const isTooMany = added.length > mostItems || taken.length > mostItems
  if (changes.size === 0) return null
  return (
    <div className="save-bar" role="region" aria-label={t('matrix.save', { count: changes.size })}>
      <WriteProblem error={write.error} />
      <span className="strong" role="status">
        {t('matrix.changes', {
          added: added.length,
          taken: taken.length,
          both: added.length > 0 && taken.length > 0 ? 1 : 0,
        })}
        {unseen > 0 && ` · ${t('matrix.unseen', { count: unseen })}`}
      </span>
      {added.length > 0 && (
        <NativeSelect
          aria-label={t('matrix.role')}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value)}
        >
          <option value="">{t('matrix.link_role')}</option>
          {LINK_ROLES.map((name) => (
            <option key={name} value={name}>
              {tValue('role', name)}
            </option>
          ))}
        </NativeSelect>
      )}
      <Button
        loading={write.isPending}
        onClick={() => {
          if (!isTooMany) write.mutate({ changes, role: LINK_ROLES.find((name) => name === role) ?? null })
        }}
      >
        {t('matrix.save', { count: changes.size })}
      </Button>
      <Button variant="default" onClick={onUndo}>
        {t('matrix.undo')}
      </Button>
      {isTooMany && <Note tone="attention">{t('matrix.too_many')}</Note>}
    </div>
  )
}

/** The changes that are marked on a page, and how presses mark them. */
function useMarks(page: Assignments) {
  const mayAssign = useMay('partner_org.assignments.manage')
  const [changes, setChanges] = useState<Changes>(noChanges)
  const cells = useMemo(() => indexCells(page.assignments), [page.assignments])
  const press = useCallback(
    (place: string) => {
      if (mayAssign) setChanges((before) => toggle(before, place, cells.get(place)))
    },
    [cells, mayAssign],
  )
  const pressAll = (places: readonly string[]) => {
    if (mayAssign) setChanges((before) => toggleAll(before, places, cells))
  }
  return { changes, cells, press, pressAll, clear: () => setChanges(noChanges) }
}

function Results({ ids, onClose }: { ids: readonly string[]; onClose: (id: string) => void }) {
  return ids.map((id) => <OperationResult key={id} id={id} onClose={() => onClose(id)} />)
}

function Board({ page, onPage }: { page: Assignments; onPage: (index: number) => void }) {
  const isNarrow = useNarrow()
  const { changes, cells, press, pressAll, clear } = useMarks(page)
  const [operations, setOperations] = useState<readonly string[]>([])
  const shown = { page, cells, changes, onPress: press }
  const { offset, limit, total } = page
  const paging = {
    offset,
    limit,
    total,
    onOffset: (next: number) => onPage(Math.floor(next / columnsPerPage)),
  }
  const finish = (ids: string[]) => {
    setOperations(ids)
    clear()
  }
  return (
    <div className="stack">
      <Results
        ids={operations}
        onClose={(id) => setOperations((before) => before.filter((other) => other !== id))}
      />
      {page.items.length === 0 || page.members.length === 0 ? (
        <Empty title={t('matrix.none')} text={t('matrix.none_text')} />
      ) : (
        <>
          <Key page={page} />
          <div className="list">
            {isNarrow ? <MatrixLists {...shown} /> : <MatrixTable {...shown} onPressAll={pressAll} />}
            <div className="list-foot">
              <PageFoot paging={paging} />
            </div>
          </div>
        </>
      )}
      <SaveBar changes={changes} unseen={countUnseen(changes, page)} onUndo={clear} onDone={finish} />
    </div>
  )
}

/** Who may work where, and changing it for many at once: people against tenants (B3). */
export function MatrixPage() {
  const { partnerId } = useFrame()
  const mayInvite = useMay('partner_org.members.manage')
  const { values, set, clear, active } = useFilters(spec)
  const query = {
    limit: columnsPerPage,
    offset: values.page * columnsPerPage,
    ...optional('person', values.person),
    ...optional('tenant', values.tenant),
    ...optional('group', values.group),
  }
  const matrix = useRead(
    ['assignments', query],
    (frame, signal) => readBody(frame.client.GET('/partner/assignments', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('matrix.title')}
      lead={t('matrix.lead')}
      tools={mayInvite && <GoLink to={partnerPlaces.inviteColleague(partnerId)}>{t('matrix.invite')}</GoLink>}
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={matrix} />}>
        <SearchBox
          label={t('matrix.find_person')}
          value={values.person}
          onValue={(person) => set({ person })}
        />
        <SearchBox
          label={t('matrix.find_tenant')}
          value={values.tenant}
          onValue={(tenant) => set({ tenant })}
        />
        <GroupPick value={values.group} onValue={(group) => set({ group })} />
      </FilterBar>
      <Answer query={matrix} lines={12}>
        {(page) => <Board page={page} onPage={(index) => set({ page: index })} />}
      </Answer>
    </Page>
  )
}
