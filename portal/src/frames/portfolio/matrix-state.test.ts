import type { AssignedCell } from '@liaison/client'
import { expect, test } from 'vitest'

import { cellKey, countUnseen, indexCells, markOf, toggle, toggleAll, toOrders } from './matrix-state.ts'

const cell = (member: string, link: string, team: string | null = null): AssignedCell => ({
  member_id: member,
  link_id: link,
  role: null,
  ends_at: null,
  via_team: team === null ? null : { team_id: 'tea_1', name: team },
})
const cells = indexCells([cell('lee', 'acme'), cell('lee', 'beta', 'Field')])
const at = (link: string) => cellKey('lee', link)

test('a press takes a direct assignment out, fills an empty place, and pressed again changes nothing', () => {
  const once = toggle(toggle(new Map(), at('acme'), cells.get(at('acme'))), at('gamma'), undefined)
  expect(toOrders(once)).toEqual({
    added: [{ member_id: 'lee', link_id: 'gamma' }],
    taken: [{ member_id: 'lee', link_id: 'acme' }],
  })
  const twice = toggle(toggle(once, at('acme'), cells.get(at('acme'))), at('gamma'), undefined)
  expect(twice.size).toBe(0)
})

test('what a team brings is changed at the team, never here', () => {
  expect(toggle(new Map(), at('beta'), cells.get(at('beta'))).size).toBe(0)
  expect(markOf(cells.get(at('beta')), undefined)).toBe('team')
})

test('a whole row is filled where it is empty; when it is full its new marks are taken back', () => {
  const keys = ['acme', 'beta', 'gamma', 'delta'].map(at)
  const filled = toggleAll(new Map(), keys, cells)
  expect([...filled.keys()]).toEqual([at('gamma'), at('delta')])
  expect(toggleAll(filled, keys, cells).size).toBe(0)
})

test('changes of people or tenants that are not shown are counted as unseen (U4)', () => {
  const changes = new Map([
    [cellKey('lee', 'acme'), true],
    [cellKey('lee', 'beta'), false],
    [cellKey('marc', 'acme'), true],
  ])
  const people = (...ids: string[]) => ids.map((id) => ({ member_id: id }))
  const links = (...ids: string[]) => ids.map((id) => ({ link_id: id }))
  expect(countUnseen(changes, { members: people('lee', 'marc'), items: links('acme', 'beta') })).toBe(0)
  expect(countUnseen(changes, { members: people('lee'), items: links('acme', 'beta') })).toBe(1)
  expect(countUnseen(changes, { members: people('lee'), items: links('beta') })).toBe(2)
  expect(countUnseen(changes, { members: [], items: links('acme') })).toBe(3)
})
