import { readBody } from '@liaison/client'

import type { Find } from '../../parts/finder.tsx'
import { tValue } from '../../platform/words.ts'

const limit = 8

/** Persons by name or address. */
export const findPersons: Find = async ({ client }, search, signal) => {
  const { items } = await readBody(
    client.GET('/admin/persons', { params: { query: { search, limit } }, signal }),
  )
  return items.map((person) => ({
    id: person.person_id,
    name: person.name,
    about: [person.email, ...person.places].join(' · '),
  }))
}

/** Partners by name. */
export const findPartners: Find = async ({ client }, search, signal) => {
  const { items } = await readBody(
    client.GET('/admin/partners', { params: { query: { search, limit } }, signal }),
  )
  return items.map(({ partner_id: id, name, slug }) => ({ id, name, about: slug }))
}

/** Tenants by name. */
export const findTenants: Find = async ({ client }, search, signal) => {
  const { items } = await readBody(
    client.GET('/admin/tenants', { params: { query: { search, limit } }, signal }),
  )
  return items.map(({ tenant_id: id, name, slug }) => ({ id, name, about: slug }))
}

/** Links by the name of their tenant. */
export const findLinks: Find = async ({ client }, tenant, signal) => {
  const query = { tenant, limit, status: 'approved,active,suspended' }
  const { items } = await readBody(client.GET('/admin/partner-access/links', { params: { query }, signal }))
  return items.map((link) => ({
    id: link.link_id,
    name: `${link.partner_name} → ${link.tenant_name}`,
    about: tValue('role', link.access_role),
  }))
}
