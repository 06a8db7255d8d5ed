import { isPermission, newestRoleTemplate, parseLinkRole, permissionsOf } from '@liaison/access'
import type { LinkTemplate } from '@liaison/client'

import { blankPromise, bodyOfPromise } from '../partner/request-more.tsx'
import type { PromisedTerms } from '../partner/request-more.tsx'
import { blankTerms, relationshipOf } from '../shared/ask-fields.tsx'
import type { AskedTerms } from '../shared/ask-fields.tsx'

type Override = LinkTemplate['overrides'][number]

/** A template that is being written. */
export type TemplateDraft = AskedTerms &
  PromisedTerms & {
    name: string
    /** Lines of the role that are not asked for. */
    denied: ReadonlySet<string>
    /** What else the template says beside its role, such as a line beyond the role; kept as it was. */
    others: readonly Override[]
  }

/** What a role opens by itself, as names of the catalogue. */
export function linesOfRole(role: string): readonly string[] {
  const known = parseLinkRole(role)
  return known === null ? [] : permissionsOf(newestRoleTemplate(known).defaults)
}

const isLine = ({ pattern, effect, expires_at: end }: Override): boolean =>
  effect === 'deny' && end === null && isPermission(pattern)

/** The draft that a template begins with; null for a new one. */
export function toDraft(template: LinkTemplate | null): TemplateDraft {
  if (template === null) return { ...blankTerms, ...blankPromise, name: '', denied: new Set(), others: [] }
  return {
    name: template.name,
    relationship: relationshipOf(template.relationship_type),
    role: template.access_role,
    days: String(template.duration_days ?? blankTerms.days),
    message: template.message,
    denied: new Set(template.overrides.filter(isLine).map(({ pattern }) => pattern)),
    others: template.overrides.filter((override) => !isLine(override)),
    hours: String(template.sla_response_hours ?? ''),
    pays: template.billing_parties,
  }
}

/** What the server keeps of a draft. Lines that the role does not have are not denied. */
export function toTemplateBody(draft: TemplateDraft) {
  const { name, relationship, role, days, message, denied, others } = draft
  const lines = linesOfRole(role).filter((line) => denied.has(line))
  return {
    name: name.trim(),
    relationship_type: relationship,
    access_role: role,
    duration_days: Number(days),
    message: message.trim(),
    ...bodyOfPromise(draft),
    overrides: [
      ...others,
      ...lines.map((pattern) => ({ pattern, effect: 'deny' as const, expires_at: null })),
    ],
  }
}

/** The short names in a text, one a line or parted by commas or blanks, each once. */
export function slugsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))]
}
