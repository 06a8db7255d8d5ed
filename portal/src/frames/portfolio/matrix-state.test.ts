import type { AssignedCell } from '@liaison/client'
import { expect, test } from 'vitest'

import { cellKey, indexCells, markOf, toggle, toggleAll, toOrders } from './matrix-state.ts'

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
