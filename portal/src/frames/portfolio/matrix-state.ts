import type { AssignedCell } from '@liaison/client'

/** What a mark of the matrix says before anything is saved. */
export type Mark = 'none' | 'direct' | 'team' | 'add' | 'take'

/** The changes that wait to be saved: whether a person is to be in a link. */
export type Changes = ReadonlyMap<string, boolean>

/** The place of one person in one link. */
export function cellKey(memberId: string, linkId: string): string {
  return `${memberId} ${linkId}`
}

/** The assignments by their place. */
export function indexCells(cells: readonly AssignedCell[]): ReadonlyMap<string, AssignedCell> {
  return new Map(cells.map((cell) => [cellKey(cell.member_id, cell.link_id), cell]))
}

/** The mark of a place: what is there, and what is to become of it. */
export function markOf(cell: AssignedCell | undefined, change: boolean | undefined): Mark {
  if (change === true) return 'add'
  if (change === false) return 'take'
  if (cell === undefined) return 'none'
  return cell.via_team === null ? 'direct' : 'team'
}

/** What a press changes: a direct assignment is taken or kept, an empty place is filled or left; a team's is the team's. */
export function toggle(changes: Changes, key: string, cell: AssignedCell | undefined): Changes {
  const next = new Map(changes)
  if (cell !== undefined && cell.via_team !== null) return changes
  if (!next.delete(key)) next.set(key, cell === undefined)
  return next
}

/** Fills every empty one of these places; when none is empty, takes those marks back. */
export function toggleAll(
  changes: Changes,
  keys: readonly string[],
  cells: ReadonlyMap<string, AssignedCell>,
): Changes {
  const next = new Map(changes)
  const empty = keys.filter((key) => !cells.has(key) && !next.has(key))
  for (const key of empty) next.set(key, true)
  if (empty.length === 0) for (const key of keys) if (next.get(key) === true) next.delete(key)
  return next
}

/** How many of the changes are marked at places that are not shown: the filter or the page has moved on since. */
export function countUnseen(
  changes: Changes,
  shown: { members: readonly { member_id: string }[]; items: readonly { link_id: string }[] },
): number {
  const members = new Set(shown.members.map((member) => member.member_id))
  const links = new Set(shown.items.map((link) => link.link_id))
  return [...changes.keys()].filter((key) => {
    const [memberId = '', linkId = ''] = key.split(' ')
    return !members.has(memberId) || !links.has(linkId)
  }).length
}

/** The changes as the two orders that make them. */
export function toOrders(changes: Changes) {
  const items = [...changes].map(([key, wanted]) => {
    const [memberId = '', linkId = ''] = key.split(' ')
    return { wanted, item: { member_id: memberId, link_id: linkId } }
  })
  return {
    added: items.filter(({ wanted }) => wanted).map(({ item }) => item),
    taken: items.filter(({ wanted }) => !wanted).map(({ item }) => item),
  }
}
