import type { Found } from '../../parts/finder.tsx'
import { textField } from '../../platform/filters.ts'

/** About whom and where something is asked, as it stands in the address: the name beside the id, which alone says nothing to a reader. */
export const askedFields = {
  person: textField(),
  person_name: textField(),
  tenant: textField(),
  tenant_name: textField(),
}

type Fields = Record<keyof typeof askedFields, string>
type Asked = { person: Found; tenant: Found }

function found(id: string, name: string): Found | null {
  return id === '' ? null : { id, name: name === '' ? id : name, about: '' }
}

/** The person and the tenant that an address names. */
export function readAsked(fields: Fields): { [Key in keyof Asked]: Found | null } {
  return {
    person: found(fields.person, fields.person_name),
    tenant: found(fields.tenant, fields.tenant_name),
  }
}

/** How an address names them. */
export function writeAsked({ person, tenant }: Asked): Fields {
  return { person: person.id, person_name: person.name, tenant: tenant.id, tenant_name: tenant.name }
}
