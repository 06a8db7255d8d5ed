import type { Permission } from '@liaison/access'
import type { TablerIcon } from '@tabler/icons-react'

import { mayIn } from './frame.ts'
import type { Frame } from './frame.ts'

export type NavEntry = {
  to: string
  label: string
  icon: TablerIcon
  letter?: string
  /** The entry is shown only to roles with this permission. */
  needs?: Permission
}

export type NavGroup = { title?: string; entries: readonly NavEntry[] }

/** The entries that the person of this frame may open; groups that have none left are dropped. */
export function openTo(groups: readonly NavGroup[], frame: Frame): NavGroup[] {
  return groups
    .map((group) => ({
      ...group,
      entries: group.entries.filter(({ needs }) => needs === undefined || mayIn(frame, needs)),
    }))
    .filter((group) => group.entries.length > 0)
}
