import { LIMITS } from '../../server/src/platform/limits/limit-policies.ts'
import type { LimitPolicy } from '../../server/src/platform/limits/limit-policies.ts'
import { evidenceOf, permissionOf } from '../../server/src/platform/route.ts'
import type { Route } from '../../server/src/platform/route.ts'
import { readRoutes } from '../lib/routes.ts'

export const path = 'docs/routes.md'

function accessOf(route: Route): string {
  const { access } = route
  const permission = permissionOf(access)
  if (permission)
    return `${evidenceOf(access)} | \`${permission.name}\`${permission.sensitive ? ' (step-up)' : ''}`
  if ('public' in access) return `public | ${access.public}`
  if ('form' in access) return `form token | ${access.form}`
  if ('agencyKey' in access) return `server key of an agency | ${access.agencyKey}`
  if ('realmDoor' in access) return `auth | ${access.realmDoor}`
  return 'ingest' in access
    ? `ingest | ${access.ingest}`
    : `auth | ${'identity' in access ? access.identity : ''}`
}

function describeLimit({ limit }: Route): string {
  const { allowed, windowSeconds, per }: LimitPolicy = LIMITS[limit]
  const window = windowSeconds === 3600 ? 'an hour' : 'a minute'
  return `${allowed} in ${window}${per === 'person' ? ' for each person' : ''}`
}

function table(routes: readonly Route[]): string[] {
  const rows = routes
    .map(
      (route) =>
        `| \`${route.method} ${route.path}\` | ${route.summary} | ${accessOf(route)} | ${describeLimit(route)} |`,
    )
    .toSorted()
  return [
    '| Route | What it does | Plane | Permission or reason | Limit |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]
}

/** Who may call what: every route with its plane, permission and rate limit. */
export function generate(): Promise<string> {
  const routes = readRoutes()
  return Promise.resolve(
    [
      '# Routes',
      '',
      'For reviewers who ask who may call what.',
      '',
      'Every route names who may call it; one that does not fails to compile and to start. Limits are exact sliding windows, shared by all processes, and counted per partner, organisation, person or network; those of public routes in each process by itself. What a network is, and what counts the places beside these, says [security](security.md#limits-of-nobody).',
      '',
      '## API',
      '',
      ...table(routes.filter(({ answers }) => answers === 'json')),
      '',
      '## Server-rendered pages',
      '',
      ...table(routes.filter(({ answers }) => answers === 'page')),
      '',
    ].join('\n'),
  )
}
