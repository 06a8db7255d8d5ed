import type { Generated } from 'kysely'
import type { ClientPermission } from '@liaison/access'
import { guardedBy } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

export interface UpstreamTable {
  id: Generated<string>
  name: string
  audience: string
  origin: string
  version: Generated<number>
  created_at: Generated<Date>
}

interface RouteTable {
  upstream_id: string
  method: string
  path_template: string
  permission: string
}

interface UpstreamTables {
  protected_upstream: UpstreamTable
  protected_route: RouteTable
}

type Provider = Mandate<'platform'>

const db = (mandate: Provider) => tables<UpstreamTables>(mandate)

/** One line of the route table of an upstream. */
export interface UpstreamRoute {
  readonly method: string
  readonly path_template: string
  readonly permission: ClientPermission
}

/** An upstream with its routes. */
export interface Upstream {
  readonly id: string
  readonly name: string
  readonly audience: string
  readonly origin: string
  readonly version: number
  readonly routes: (Omit<UpstreamRoute, 'permission'> & { readonly permission: string })[]
}

/** All upstreams with their routes, by name; or the one of a name, if there is one. */
export async function listUpstreams(mandate: Provider, name?: string): Promise<Upstream[]> {
  const upstreams = await db(mandate)
    .selectFrom('protected_upstream')
    .select(['id', 'name', 'audience', 'origin', 'version'])
    .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
    .orderBy('name')
    .execute()
  if (upstreams.length === 0) return []
  const routes = await db(mandate)
    .selectFrom('protected_route')
    .selectAll()
    .where(
      'upstream_id',
      'in',
      upstreams.map(({ id }) => id),
    )
    .orderBy('path_template')
    .orderBy('method')
    .execute()
  return upstreams.map((upstream) => ({
    ...upstream,
    routes: routes
      .filter((line) => line.upstream_id === upstream.id)
      .map(({ method, path_template, permission }) => ({ method, path_template, permission })),
  }))
}

/** What is registered of an upstream. */
export interface UpstreamTerms {
  readonly name: string
  readonly audience: string
  readonly origin: string
  readonly routes: readonly UpstreamRoute[]
}

const naming = guardedBy({
  protected_upstream_origin_key: [
    'UPSTREAM_ORIGIN_TAKEN',
    'Another upstream is registered at this origin, and a call there must be about one.',
  ],
  protected_upstream_audience_key: ['UPSTREAM_AUDIENCE_TAKEN', 'Another upstream has this audience.'],
  protected_upstream_name_key: [
    'PRECONDITION_FAILED',
    'The upstream was registered by somebody else at this moment.',
    412,
  ],
})

async function writeUpstream(
  mandate: Provider,
  { name, audience, origin }: UpstreamTerms,
  version: number,
): Promise<string | undefined> {
  const written =
    version === 0
      ? await naming(
          db(mandate)
            .insertInto('protected_upstream')
            .values({ name, audience, origin })
            .returning('id')
            .executeTakeFirst(),
        )
      : await naming(
          db(mandate)
            .updateTable('protected_upstream')
            .set(({ eb }) => ({ audience, origin, version: eb('version', '+', 1) }))
            .where('name', '=', name)
            .where('version', '=', version)
            .returning('id')
            .executeTakeFirst(),
        )
  return written?.id
}

/**
 * Registers an upstream (version 0), or replaces what was registered of it, routes included, when it is still as it was
 * read. Throws UPSTREAM_ORIGIN_TAKEN, UPSTREAM_AUDIENCE_TAKEN, and PRECONDITION_FAILED when one of the name was made
 * meanwhile; null when it is not as it was read.
 */
export async function putUpstream(
  mandate: Provider,
  terms: UpstreamTerms,
  version: number,
): Promise<string | null> {
  const id = await writeUpstream(mandate, terms, version)
  if (id === undefined) return null
  await db(mandate).deleteFrom('protected_route').where('upstream_id', '=', id).execute()
  if (terms.routes.length > 0)
    await db(mandate)
      .insertInto('protected_route')
      .values(terms.routes.map((line) => ({ upstream_id: id, ...line })))
      .execute()
  return id
}
