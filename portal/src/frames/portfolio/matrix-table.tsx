import type { LinkRole } from '@liaison/access'
import type { AssignedCell, Assignments } from '@liaison/client'
import { memo } from 'react'
import type { KeyboardEvent } from 'react'

import { GoLink } from '../../platform/navigate.tsx'
import { useFrame } from '../../platform/frame.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { cellKey, markOf } from './matrix-state.ts'
import type { Changes, Mark } from './matrix-state.ts'

type Member = Assignments['members'][number]
type Column = Assignments['items'][number]

/** What a place says to somebody who does not see its mark. */
function describe(person: Member, column: Column, seen: { cell: AssignedCell | undefined; mark: Mark }) {
  const role = tValue('role', seen.cell?.role ?? column.access_role)
  const names = { person: person.name, tenant: column.tenant_name }
  switch (seen.mark) {
    case 'none':
      return t('matrix.no', names)
    case 'add':
      return t('matrix.will_add', names)
    case 'take':
      return t('matrix.will_take', names)
    case 'direct':
      return t('matrix.direct', { ...names, role })
    case 'team':
      return t('matrix.via', { ...names, role, team: seen.cell?.via_team?.name ?? '' })
  }
}

/** One letter for each role, as the key says. */
export const roleLetters: Readonly<Record<LinkRole, string>> = {
  msp_full: 'F',
  msp_billing: 'B',
  msp_support: 'S',
  enterprise_hq: 'H',
  auditor: 'A',
  reseller: 'R',
  delegate: 'D',
}

/** The sign of a mark: the letter of the role, or what is to happen. Its meaning is said in words beside or behind it. */
export function Sign({ mark, letterOf }: { mark: Mark; letterOf: LinkRole }) {
  const text = mark === 'none' ? '' : mark === 'add' ? '+' : mark === 'take' ? '–' : roleLetters[letterOf]
  return (
    <span className="mark" data-mark={mark} aria-hidden="true">
      {text}
    </span>
  )
}

type CellProps = {
  label: string
  mark: Mark
  letterOf: LinkRole
  place: string
  isFirst: boolean
  onPress: (place: string) => void
  onKey: (event: KeyboardEvent<HTMLButtonElement>) => void
}

const Cell = memo(function Cell({ label, mark, letterOf, place, isFirst, onPress, onKey }: CellProps) {
  return (
    <td>
      <button
        type="button"
        className="cell"
        tabIndex={isFirst ? 0 : -1}
        aria-label={label}
        aria-pressed={mark === 'direct' || mark === 'team' || mark === 'add'}
        aria-disabled={mark === 'team' ? true : undefined}
        title={label}
        onClick={() => onPress(place)}
        onKeyDown={onKey}
      >
        <Sign mark={mark} letterOf={letterOf} />
      </button>
    </td>
  )
})

const steps: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Moves between the places with the arrow keys; only one of them is in the order of the Tab key. */
function moveByArrow(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = steps[event.key]
  const body = event.currentTarget.closest('tbody')
  if (step === undefined || body === null) return
  const rows = [...body.rows].map((row) => [...row.querySelectorAll<HTMLButtonElement>('button.cell')])
  const row = rows.findIndex((buttons) => buttons.includes(event.currentTarget))
  const column = rows[row]?.indexOf(event.currentTarget) ?? 0
  const next = rows[row + step[0]]?.[column + step[1]]
  if (next === undefined) return
  event.preventDefault()
  for (const button of rows.flat()) button.tabIndex = button === next ? 0 : -1
  next.focus()
}

type MatrixTableProps = {
  page: Pick<Assignments, 'items' | 'members'>
  cells: ReadonlyMap<string, AssignedCell>
  changes: Changes
  onPress: (place: string) => void
  onPressAll: (places: readonly string[]) => void
}

function Heads({ page, onPressAll }: Pick<MatrixTableProps, 'page' | 'onPressAll'>) {
  return (
    <tr>
      <th scope="col">{t('matrix.person')}</th>
      {page.items.map((column) => (
        <th scope="col" key={column.link_id}>
          <button
            type="button"
            className="head"
            title={t('matrix.choose_tenant', { tenant: column.tenant_name })}
            aria-label={t('matrix.choose_tenant', { tenant: column.tenant_name })}
            onClick={() =>
              onPressAll(page.members.map((person) => cellKey(person.member_id, column.link_id)))
            }
          >
            <span>{column.tenant_name}</span>
          </button>
        </th>
      ))}
    </tr>
  )
}

type RowProps = MatrixTableProps & { person: Member; isFirst: boolean }

function PersonRow({ page, cells, changes, onPress, onPressAll, person, isFirst }: RowProps) {
  const choose = t('matrix.choose_person', { person: person.name })
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className="thing"
          title={choose}
          aria-label={choose}
          onClick={() => onPressAll(page.items.map((column) => cellKey(person.member_id, column.link_id)))}
        >
          {person.name}
        </button>
        <div className="small muted">
          {tValue('member_role', person.role)} · {t('matrix.count', { count: person.links_count })}
        </div>
      </th>
      {page.items.map((column, index) => {
        const place = cellKey(person.member_id, column.link_id)
        const cell = cells.get(place)
        const mark = markOf(cell, changes.get(place))
        return (
          <Cell
            key={column.link_id}
            place={place}
            mark={mark}
            letterOf={cell?.role ?? column.access_role}
            label={describe(person, column, { cell, mark })}
            isFirst={isFirst && index === 0}
            onPress={onPress}
            onKey={moveByArrow}
          />
        )
      })}
    </tr>
  )
}

/** People as rows, tenants as columns, a mark where somebody is assigned. */
export function MatrixTable(props: MatrixTableProps) {
  const { page, onPressAll } = props
  return (
    <div className="list-scroll matrix" role="region" aria-label={t('matrix.caption')} tabIndex={0}>
      <table className="table">
        <caption className="unseen">{t('matrix.caption')}</caption>
        <thead>
          <Heads page={page} onPressAll={onPressAll} />
        </thead>
        <tbody>
          {page.members.map((person, index) => (
            <PersonRow key={person.member_id} {...props} person={person} isFirst={index === 0} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The same for narrow screens: each person opens to a list of tenants. */
export function MatrixLists({ page, cells, changes, onPress }: Omit<MatrixTableProps, 'onPressAll'>) {
  const { partnerId } = useFrame()
  return (
    <ul className="matrix-lists">
      {page.members.map((person) => (
        <li key={person.member_id}>
          <details>
            <summary>{t('matrix.of_person', { person: person.name, count: person.links_count })}</summary>
            <ul>
              {page.items.map((column) => {
                const place = cellKey(person.member_id, column.link_id)
                const cell = cells.get(place)
                const mark = markOf(cell, changes.get(place))
                return (
                  <li key={column.link_id}>
                    <label className="check">
                      <input
                        type="checkbox"
                        disabled={mark === 'team'}
                        checked={mark === 'direct' || mark === 'team' || mark === 'add'}
                        onChange={() => onPress(place)}
                      />
                      <span>
                        {column.tenant_name}
                        {cell?.via_team && <span className="small muted"> · {cell.via_team.name}</span>}
                      </span>
                    </label>
                    <GoLink className="row-tool" to={partnerPlaces.link(partnerId, column.link_id)}>
                      {t('column.link')}
                    </GoLink>
                  </li>
                )
              })}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  )
}
