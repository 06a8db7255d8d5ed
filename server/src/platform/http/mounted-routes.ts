import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import type { AnyAccess } from '#platform/execution/access-of-route.ts'
import type { LimitName } from '#platform/limits/limit-policies.ts'
import { requireAdmission } from '#platform/limits/open-door.ts'
import type { Counting, OpenDoor } from '#platform/limits/open-door.ts'
import type { Route } from '../route.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; a route without it does not start. */
    access?: AnyAccess
    /** Whether a public route counts among the requests that are worked on; health and fixed texts do not. */
    isBounded?: boolean
    route?: Route
    /** What counts the requests of a route that `route()` did not make; one without it does not start. */
    counting?: Counting
  }
}

/** One route as it is mounted, whoever mounted it. */
export interface Mounted {
  readonly methods: readonly string[]
  readonly url: string
  readonly access: AnyAccess
  readonly counting: Counting
}

/** Refuses to start while any route, from whatever plugin, has not said who may call it and what counts the calls. */
export function requireDeclarations(app: FastifyInstance): readonly Mounted[] {
  const mounted: Mounted[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    const { access, route, counting = route?.limit } = config ?? {}
    if (!access) throw new Error(`Route ${String(method)} ${url} declares no access`)
    if (!counting) throw new Error(`Route ${String(method)} ${url} says nothing of what counts its calls`)
    mounted.push({ methods: [method].flat(), url, access, counting })
  })
  return mounted
}

/** What counts a request in this process before anything is done for it; null for what is counted elsewhere. */
function countedHere({ access, counting, route }: FastifyContextConfig): LimitName | null {
  if (route) return 'public' in route.access ? route.limit : null
  // What no route answers to is answered from memory, too.
  if (access === undefined) return 'fixed'
  return typeof counting === 'string' ? counting : null
}

/** Counts a request for what is open to everybody before anything is done for it. Throws RATE_LIMIT_EXCEEDED. */
export function countAtDoor(door: OpenDoor, { routeOptions, ip }: FastifyRequest): void {
  const counted = countedHere(routeOptions.config)
  if (counted !== null) requireAdmission(door.take(counted, ip))
}
