import { ceilingOf, newestRoleTemplate, roleTemplate } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { sentencesOf } from './rules.ts'
import type { LinkRow } from './tables.ts'

type Pinned = Pick<LinkRow, 'access_role' | 'role_version' | 'relationship_type'>

function givenBy(link: Pinned, version: number) {
  const defaults = roleTemplate(link.access_role, version)?.defaults ?? 0n
  return defaults & ceilingOf(link.access_role, version, link.relationship_type)
}
import { LINK_WORDS } from './words/index.ts'
import type { LinkWords } from './words/index.ts'

/** The sentences of what the newest version of a link's role gives beyond the version that the link is on. */
export function addedBy(link: Pinned, words: Pick<LinkWords, 'permissions'> = LINK_WORDS.en): string[] {
  const { version } = newestRoleTemplate(link.access_role)
  return sentencesOf(givenBy(link, version) & ~givenBy(link, link.role_version), words).can
}

/** The sentences of what the newest version of a link's role no longer gives. */
export function droppedBy(link: Pinned): string[] {
  const { version } = newestRoleTemplate(link.access_role)
  return sentencesOf(givenBy(link, link.role_version) & ~givenBy(link, version)).can
}

/** Links of one role that are on one older version. */
export interface RoleDrift<Row extends Pinned> {
  readonly role: LinkRole
  readonly from: number
  readonly to: number
  readonly links: readonly Row[]
}

/**
 * The links that are on an older version of their role, by role and version. A new version never widens a link by
 * itself: the tenant takes it. Source: managed-tenants.md section 2, "Change rule".
 */
export function findDrift<Row extends Pinned>(
  links: readonly Row[],
  newest: (role: LinkRole) => number = (role) => newestRoleTemplate(role).version,
): RoleDrift<Row>[] {
  const behind = links.filter((link) => link.role_version < newest(link.access_role))
  const groups = Map.groupBy(behind, (link) => `${link.access_role} ${link.role_version}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first
      ? [
          {
            role: first.access_role,
            from: first.role_version,
            to: newest(first.access_role),
            links: group,
          },
        ]
      : []
  })
}
