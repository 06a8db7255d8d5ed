import { has } from './mask.ts'
import { PERMISSIONS, permissionsOfPlane } from './permissions.ts'
import type { PermissionEntry } from './permissions.ts'
import type { Plane } from './planes.ts'
import { PLANES } from './planes.ts'
import { REFUSAL_WORDS } from './refusal-words.ts'
import { DECISION_STATUS, REFUSAL_CODES } from './refusals.ts'
import {
  LINK_ROLES,
  MEMBER_ROLES,
  RELATIONSHIP_TYPES,
  memberMask,
  newestRoleTemplate,
  relationshipBounds,
} from './roles.ts'
import type { LinkRole, RelationshipType } from './roles.ts'

/** A cell may be a list of cells, one for each of several columns. */
type Row = readonly (string | readonly string[])[]

function toTable(head: readonly string[], rows: readonly Row[]): string {
  const lines: Row[] = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.flat().join(' | ')} |`).join('\n')
}

function roleSign(role: LinkRole, { name }: PermissionEntry): string {
  const template = newestRoleTemplate(role)
  if (has(template.defaults, name)) return '●'
  return has(template.ceiling, name) ? '○' : '–'
}

function relationshipSign(type: RelationshipType, { name }: PermissionEntry): string {
  const bounds = relationshipBounds(type)
  if (has(bounds.byGrantOnly, name)) return '○'
  return has(bounds.ceiling, name) ? '●' : '–'
}

function markName(entry: PermissionEntry): string {
  return `\`${entry.name}\`${entry.sensitive ? ' (S)' : ''}${entry.spends ? ' ($)' : ''}`
}

function linkRoleTable(): string {
  const rows = permissionsOfPlane('delegation').map((entry) => [
    markName(entry),
    LINK_ROLES.map((role) => roleSign(role, entry)),
  ])
  return toTable(['Permission', ...LINK_ROLES], rows)
}

function relationshipTable(): string {
  const rows = permissionsOfPlane('delegation').map((entry) => [
    `\`${entry.name}\``,
    RELATIONSHIP_TYPES.map((type) => relationshipSign(type, entry)),
  ])
  return toTable(['Permission', ...RELATIONSHIP_TYPES], rows)
}

function memberTable(plane: Plane): string {
  const entries = permissionsOfPlane(plane)
  const roles = MEMBER_ROLES.filter((role) => entries.some(({ name }) => has(memberMask(role), name)))
  const rows = entries.map((entry) => [
    markName(entry),
    entry.sentence,
    roles.map((role) => (has(memberMask(role), entry.name) ? '●' : '–')),
  ])
  return toTable(['Permission', 'Lets a person', ...roles], rows)
}

function catalogueTable(): string {
  const rows = PERMISSIONS.map(({ bit, name, plane, feature, sentence, audit_action }) => [
    String(bit),
    `\`${name}\``,
    plane,
    feature ?? '–',
    sentence,
    `\`${audit_action}\``,
  ])
  return toTable(['Bit', 'Permission', 'Plane', 'Feature', 'Lets a person', 'Audit action'], rows)
}

function refusalTable(): string {
  const rows = REFUSAL_CODES.map((code) => [
    `\`${code}\``,
    String(DECISION_STATUS[code]),
    REFUSAL_WORDS[code].sentence,
    REFUSAL_WORDS[code].next_step,
  ])
  return toTable(['Code', 'Status', 'What happened', 'Next step'], rows)
}

/** The permission matrix as a Markdown page: who may do what, by role, relationship type and plane. */
export function permissionMatrixMarkdown(): string {
  const memberPlanes = PLANES.filter(
    (plane) => plane !== 'delegation' && permissionsOfPlane(plane).length > 0,
  )
  return [
    '# Permissions',
    'For reviewers who ask what each role can do.',
    'Generated from the catalogue. (S) needs a factor used within the last 15 minutes; ($) can make somebody pay.',
    '## Link roles',
    '● by default, ○ may be granted by the tenant, – never.',
    linkRoleTable(),
    '## Relationship types',
    'They bound every role: ● within the bounds, ○ only by a grant or an elevation, – never.',
    relationshipTable(),
    ...memberPlanes.flatMap((plane) => [`## Members: ${plane} plane`, memberTable(plane)]),
    '## Refusals of a decision',
    refusalTable(),
    '## Catalogue',
    catalogueTable(),
  ]
    .join('\n\n')
    .concat('\n')
}
